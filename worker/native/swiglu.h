// y = RMSNorm(x + W_down·(silu(W_gate·x) · W_up·x)) for each item, as one pass over the items in which everything
// between input and output stays in the cache. The gradient uses gate and up again where they were kept, else it makes
// them again.

#pragma once

#include "panel.h"

namespace trm {

struct SwigluWeights {
  int width;
  /** A multiple of kTileRows. */
  int inner;
  /** [2·inner, width]: gate, then up. */
  const float* gateUp;
  /** [width, inner] */
  const float* down;
};

/** Floats of gate and up for all items, as panels [2·inner, kPanel]. */
inline long swigluKeptSize(const Layout& layout, const SwigluWeights& weights) {
  return keptItems(layout.items) * 2 * weights.inner;
}

/**
 * y has x's layout; `inverse` [items] are the norm's factors, which the gradient needs; `kept` gets gate and up, and is
 * null where they are not to be kept.
 */
void swigluForward(const Layout& layout, const SwigluWeights& weights, const float* x, float* y, float* inverse,
                   float* kept);

struct SwigluGradients {
  float* x;
  /** [2·inner, width] */
  float* gateUp;
  /** [width, inner] */
  float* down;
};

/** The gradients of x and of the weights from that of y, `outputGradient`; `kept` as in swigluForward. */
void swigluBackward(const Layout& layout, const SwigluWeights& weights, const float* x, const float* y,
                    const float* inverse, const float* kept, const float* outputGradient, const SwigluGradients& gradients);

}  // namespace trm
