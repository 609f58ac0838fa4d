// Sums of outer products over items: the gradients of weights, one such sum for each thread.

#pragma once

#include <memory>
#include <vector>

#include "panel.h"
#include "pool.h"
#include "tile.h"

namespace trm {

/** Panels whose products are added up at once: enough that reading and writing the sums does not count. */
constexpr int kPanelsAtOnce = 8;

/** Writes panel number `panel` of `panels`, [features, kPanel], as part of a right operand of addOuterProducts. */
inline void turnPanel(const OuterLayout& layout, const float* values, int features, int panel, int panels, float* to) {
  for (int column = 0; column < layout.columns; column += layout.width) {
    float* block = to + (static_cast<long>(column) * panels + static_cast<long>(panel) * layout.width) * kPanel;
    const int rows = std::min(layout.width, features - column);
    if (rows < layout.width) std::memset(block, 0, sizeof(float) * kPanel * layout.width);
    transpose(values + static_cast<long>(column) * kPanel, kPanel, rows, kPanel, block, layout.width);
  }
}

/** Into how many sums a gradient is parted: the same on every machine, so that results do not hang on its threads. */
constexpr int kGradientParts = 8;

/** A sum [rows, features] whose rows are padded to the tiles' width. */
class OuterSum {
 public:
  OuterSum(int rows, int features)
      : layout_(outerLayout(features)), memory_(static_cast<long>(rows) * layout_.columns) {
    std::fill_n(memory_.data(), static_cast<long>(rows) * layout_.columns, 0.0f);
  }

  /** Adds to `count` rows from row `first` on. */
  void add(int first, int count, const float* left, long leftStride, int panels, const float* right) {
    addOuterProducts(layout_, memory_.data() + static_cast<long>(first) * layout_.columns, count, left, leftStride,
                     panels, right);
  }

  const OuterLayout& layout() const { return layout_; }
  const float* row(long row) const { return memory_.data() + row * layout_.columns; }

 private:
  OuterLayout layout_;
  Lease memory_;
};

/** Adds the parts' sums of a row up. */
template <typename SumOf>
inline void joinRow(int parts, SumOf sumOf, long row, int features, float* target) {
  std::copy_n(sumOf(0).row(row), features, target);
  for (int part = 1; part < parts; part++) {
    const float* more = sumOf(part).row(row);
    for (int feature = 0; feature < features; feature++) target[feature] += more[feature];
  }
}

/** How many rows are added up before they are written turned over. */
constexpr int kJoinedRows = 16;

/** As joinRow for rows first … last − 1 of a sum, which become columns of `target` [features, rows]. */
template <typename SumOf>
inline void joinRowsTurned(int parts, SumOf sumOf, int first, int last, int rows, int features, float* target) {
  float* joined = scratch(0, static_cast<long>(kJoinedRows) * features);
  for (int row = first; row < last; row += kJoinedRows) {
    const int count = std::min(kJoinedRows, last - row);
    for (int i = 0; i < count; i++) joinRow(parts, sumOf, row + i, features, joined + static_cast<long>(i) * features);
    transpose(joined, features, count, features, target + row, rows);
  }
}

/** The first of `count` pieces of work that part `part` of `parts` does. */
inline int firstOf(int part, int parts, int count) {
  return static_cast<int>(static_cast<long>(count) * part / parts);
}

/** turned [columns, rows] = matrix [rows, columns], on all threads. */
inline void turnWeights(const float* matrix, int rows, int columns, float* turned) {
  runParts(kGradientParts, [&](int part) {
    const int first = firstOf(part, kGradientParts, rows);
    const int last = firstOf(part + 1, kGradientParts, rows);
    transpose(matrix + static_cast<long>(first) * columns, columns, last - first, columns, turned + first, rows);
  });
}

/** Points at the rows of a tile of a matrix; rows past the last repeat it. */
inline void tileRows(const float* matrix, long stride, int rowCount, int tile, const float** rows) {
  for (int i = 0; i < kTileRows; i++) rows[i] = matrix + std::min(tile * kTileRows + i, rowCount - 1) * stride;
}

inline int tilesOf(int rows) { return (rows + kTileRows - 1) / kTileRows; }

/** target [rowCount, kPanel] = matrix [rowCount, depth] · panel [depth, kPanel], or added to it. */
template <bool Add>
inline void multiplyMatrix(const float* matrix, long stride, int rowCount, int depth, const float* panel,
                           float* target) {
  multiplyPanel(
      tilesOf(rowCount), depth, panel,
      [&](int tile, const float** rows) { tileRows(matrix, stride, rowCount, tile, rows); },
      [&](int tile, const Sums<kTileRows, kTileVectors>& sums) {
        for (int i = 0; i < kTileRows && tile * kTileRows + i < rowCount; i++)
          for (int v = 0; v < kTileVectors; v++) {
            float* at = target + static_cast<long>(tile * kTileRows + i) * kPanel + v * kLanes;
            store(at, Add ? load(at) + sums.at[i][v] : sums.at[i][v]);
          }
      });
}

}  // namespace trm
