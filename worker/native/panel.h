// A panel: kPanel items of a matrix with their features as rows, [features, kPanel]. Items past the last are zero.

#pragma once

#include "simd.h"

namespace trm {

/** A matrix of items by features, whichever of them lies next to each other in memory. */
struct Layout {
  long items;
  int features;
  /** Features first in memory, [features, items]; otherwise [items, features]. */
  bool featuresFirst;

  int panels() const { return static_cast<int>((items + kPanel - 1) / kPanel); }
  int itemsOf(int panel) const {
    const long left = items - static_cast<long>(panel) * kPanel;
    return left < kPanel ? static_cast<int>(left) : kPanel;
  }
};

/** What kept activations fill their items up to: whole panels of any processor, so that their size is known elsewhere. */
constexpr long kKeptItems = 48;
static_assert(kKeptItems % kPanel == 0, "kept activations are whole panels");

inline long keptItems(long items) { return (items + kKeptItems - 1) / kKeptItems * kKeptItems; }

inline void readPanel(const Layout& layout, const float* matrix, int panel, float* to) {
  const long first = static_cast<long>(panel) * kPanel;
  const int count = layout.itemsOf(panel);
  if (layout.featuresFirst && count == kPanel) {
    for (int feature = 0; feature < layout.features; feature++)
      for (int v = 0; v < kPanel; v += kLanes)
        store(to + feature * kPanel + v, load(matrix + feature * layout.items + first + v));
    return;
  }
  if (count < kPanel) std::memset(to, 0, sizeof(float) * layout.features * kPanel);
  if (layout.featuresFirst) {
    for (int feature = 0; feature < layout.features; feature++)
      std::memcpy(to + feature * kPanel, matrix + feature * layout.items + first, sizeof(float) * count);
  } else {
    transpose(matrix + first * layout.features, layout.features, count, layout.features, to, kPanel);
  }
}

inline void writePanel(const Layout& layout, const float* from, int panel, float* matrix) {
  const long first = static_cast<long>(panel) * kPanel;
  const int count = layout.itemsOf(panel);
  if (layout.featuresFirst && count == kPanel) {
    for (int feature = 0; feature < layout.features; feature++)
      for (int v = 0; v < kPanel; v += kLanes)
        store(matrix + feature * layout.items + first + v, load(from + feature * kPanel + v));
  } else if (layout.featuresFirst) {
    for (int feature = 0; feature < layout.features; feature++)
      std::memcpy(matrix + feature * layout.items + first, from + feature * kPanel, sizeof(float) * count);
  } else {
    transpose(from, kPanel, layout.features, count, matrix + first * layout.features, layout.features);
  }
}

/** Sums over the features of a panel of a[feature]·b[feature], one for each item. */
inline void panelProducts(const float* a, const float* b, int features, Vector (&sums)[kTileVectors]) {
  for (Vector& sum : sums) sum = Vector{};
  for (int feature = 0; feature < features; feature++)
    for (int v = 0; v < kTileVectors; v++) {
      const int at = feature * kPanel + v * kLanes;
      sums[v] += load(a + at) * load(b + at);
    }
}

}  // namespace trm
