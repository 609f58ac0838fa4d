// RMS normalisation of panels, x / sqrt(mean(x²) + ε) for each item, and its gradient.

#pragma once

#include <cmath>

#include "panel.h"

namespace trm {

constexpr float kNormEpsilon = 1e-5f;

/** Normalises a panel in place; `inverse` [kPanel] gets 1 / sqrt(mean(x²) + ε) of each item. */
inline void normalisePanel(float* values, int features, float* inverse) {
  Vector squares[kTileVectors];
  panelProducts(values, values, features, squares);
  Vector factors[kTileVectors];
  for (int v = 0; v < kTileVectors; v++) {
    store(inverse + v * kLanes, squares[v] / static_cast<float>(features) + kNormEpsilon);
    for (int lane = 0; lane < kLanes; lane++) {
      float& value = inverse[v * kLanes + lane];
      value = 1.0f / std::sqrt(value);
    }
    factors[v] = load(inverse + v * kLanes);
  }
  for (int feature = 0; feature < features; feature++)
    for (int v = 0; v < kTileVectors; v++) {
      float* at = values + feature * kPanel + v * kLanes;
      store(at, load(at) * factors[v]);
    }
}

/** With y = x·r: turns dy, a panel, into dx = r·(dy − y·mean(dy·y)). */
inline void normaliseGradient(float* gradient, const float* output, const float* inverse, int features) {
  Vector projections[kTileVectors];
  panelProducts(gradient, output, features, projections);
  for (int feature = 0; feature < features; feature++)
    for (int v = 0; v < kTileVectors; v++) {
      const int at = feature * kPanel + v * kLanes;
      const Vector projection = projections[v] / static_cast<float>(features);
      store(gradient + at, (load(gradient + at) - load(output + at) * projection) * load(inverse + v * kLanes));
    }
}

}  // namespace trm
