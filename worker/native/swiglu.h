// y = RMSNorm(x + W_down·(silu(W_gate·x) · W_up·x)) for each item, as one pass over the items in which everything
// between input and output stays in the cache. The gradient makes the inner activations again instead of keeping them.

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

/** y has x's layout; `inverse` [items] are the norm's factors, which the gradient needs. */
void swigluForward(const Layout& layout, const SwigluWeights& weights, const float* x, float* y, float* inverse);

struct SwigluGradients {
  float* x;
  /** [2·inner, width] */
  float* gateUp;
  /** [width, inner] */
  float* down;
};

/** The gradients of x and of the weights from that of y, `outputGradient`. */
void swigluBackward(const Layout& layout, const SwigluWeights& weights, const float* x, const float* y,
                    const float* inverse, const float* outputGradient, const SwigluGradients& gradients);

}  // namespace trm
