// y = RMSNorm(x + W_output·attention(W_queryKeyValue·x)) over the tokens of each sample, the rotary turn included. The
// gradient uses queries, keys, values and their mix again where they were kept, else it makes them again.

#pragma once

namespace trm {

struct AttentionShape {
  /** tokens · batch, tokens first. */
  long rows;
  int hidden;
  /** heads · head size */
  int width;
  int heads;
  int tokens;

  int headSize() const { return width / heads; }
  int batch() const { return static_cast<int>(rows / tokens); }
};

struct AttentionWeights {
  /** [3·width, hidden]: all query heads, all key heads, all value heads. */
  const float* queryKeyValue;
  /** [hidden, width] */
  const float* output;
  /** Both [tokens, head size], null where positions are not turned. */
  const float* cosine;
  const float* sine;
};

/** Floats of queries, keys and values [rows, 3·width] and of their mix [rows, width]. */
inline long attentionKeptSize(const AttentionShape& shape) { return shape.rows * 4 * shape.width; }

/** x and y [rows, hidden]; `inverse` [rows] are the norm's factors; `kept` is null where nothing is to be kept. */
void attentionForward(const AttentionShape& shape, const AttentionWeights& weights, const float* x, float* y,
                      float* inverse, float* kept);

struct AttentionGradients {
  float* x;
  float* queryKeyValue;
  float* output;
};

void attentionBackward(const AttentionShape& shape, const AttentionWeights& weights, const float* x, const float* y,
                       const float* inverse, const float* kept, const float* outputGradient,
                       const AttentionGradients& gradients);

}  // namespace trm
