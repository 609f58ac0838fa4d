// Matrix products in tiles that stay in registers. The left operand is read row by row in place; the right one is a
// panel [depth, vectors · kLanes] that stays in the first-level cache.

#pragma once

#include <algorithm>

#include "simd.h"

namespace trm {

/** Depth of a panel up to which kPanel columns of it fit the first-level cache. */
constexpr int kDepth = 256;
/** Rows of which a caller may let addOuterProducts read past its last. */
constexpr int kSlackRows = kTileRows * 3 / 2;
/** Rows whose sums wait in memory between two parts of a deep product. */
constexpr int kWaitingRows = 64;

template <int Rows, int Vectors>
struct Sums {
  Vector at[Rows][Vectors];

  inline __attribute__((always_inline)) void clear() {
    for (int row = 0; row < Rows; row++)
      for (int column = 0; column < Vectors; column++) at[row][column] = Vector{};
  }
};

/** sums += left[Rows, depth] · right[depth, Vectors · kLanes]; the rows of `right` are `stride` floats apart. */
template <int Rows, int Vectors>
inline __attribute__((always_inline)) void addProduct(Sums<Rows, Vectors>& sums, const float* const* left, int depth,
                                                      const float* right, int stride) {
#pragma GCC unroll 4
  for (int k = 0; k < depth; k++) {
    Vector row[Vectors];
#pragma GCC unroll 8
    for (int column = 0; column < Vectors; column++) {
      Vector value = load(right + column * kLanes);
      keepInRegister(value);
      row[column] = value;
    }
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const Vector factor = splat(left[i][k]);
#pragma GCC unroll 8
      for (int column = 0; column < Vectors; column++) sums.at[i][column] += factor * row[column];
    }
    right += stride;
  }
}

/**
 * The products of a tile's rows with a panel, added to what `sums` holds where `add` says so. Its own function, not
 * inlined: beside a caller's constants the compiler would move sums out of the registers.
 */
__attribute__((noinline)) inline void tileProduct(const float* const* left, int depth, const float* panel, bool add,
                                                  Sums<kTileRows, kTileVectors>& result) {
  Sums<kTileRows, kTileVectors> sums;
  if (add) {
    sums = result;
  } else {
    sums.clear();
  }
  addProduct(sums, left, depth, panel, kPanel);
  result = sums;
}

/**
 * For every tile of kTileRows rows: `rowsOf(tile, rows)` points at its rows of `depth` floats, `finish(tile, sums)` gets
 * their products with `panel` [depth, kPanel].
 */
template <typename RowsOf, typename Finish>
inline void multiplyPanel(int tiles, int depth, const float* panel, RowsOf rowsOf, Finish finish) {
  const float* rows[kTileRows];
  constexpr int waiting = kWaitingRows / kTileRows;
  Sums<kTileRows, kTileVectors> sums[waiting];
  const int partDepth = depth <= kDepth + kDepth / 4 ? depth : kDepth;
  for (int first = 0; first < tiles; first += waiting) {
    const int last = std::min(first + waiting, tiles);
    for (int start = 0; start < depth; start += partDepth) {
      const int part = std::min(partDepth, depth - start);
      for (int tile = first; tile < last; tile++) {
        rowsOf(tile, rows);
        for (int i = 0; i < kTileRows; i++) rows[i] += start;
        tileProduct(rows, part, panel + static_cast<long>(start) * kPanel, start > 0, sums[tile - first]);
        if (start + part == depth) finish(tile, sums[tile - first]);
      }
    }
  }
}

/** sums += the products of Rows rows of panels of items with as many rows of `right`; see addOuterProducts. */
template <int Rows, int Vectors>
__attribute__((noinline)) void addOuterTile(const float* left, long leftStride, int panels, const float* right,
                                            Sums<Rows, Vectors>& result) {
  Sums<Rows, Vectors> sums = result;
  for (int panel = 0; panel < panels; panel++) {
    const float* rows[Rows];
    for (int i = 0; i < Rows; i++) rows[i] = left + i * kPanel;
    addProduct(sums, rows, kPanel, right, Vectors * kLanes);
    left += leftStride;
    right += kPanel * Vectors * kLanes;
  }
  result = sums;
}

/**
 * sums[rows, columns] += left · right over `panels` panels of items: left [panels][rows][kPanel], of which panels lie
 * `leftStride` floats apart, right [columns / width][panels · kPanel][width] with width = Vectors · kLanes.
 * `sums` has rows of `columns` floats, a multiple of width. Up to Rows − 1 rows behind the last of `left` are read.
 */
template <int Rows, int Vectors>
void addOuterProducts(float* sums, int rowCount, int columns, const float* left, long leftStride, int panels,
                      const float* right) {
  constexpr int width = Vectors * kLanes;
  for (int column = 0; column < columns; column += width) {
    const float* block = right + static_cast<long>(column) * panels * kPanel;
    for (int first = 0; first < rowCount; first += Rows) {
      const int count = std::min(Rows, rowCount - first);
      float* target = sums + static_cast<long>(first) * columns + column;
      Sums<Rows, Vectors> tile;
      tile.clear();
      for (int i = 0; i < count; i++)
        for (int v = 0; v < Vectors; v++) tile.at[i][v] = load(target + static_cast<long>(i) * columns + v * kLanes);
      addOuterTile(left + static_cast<long>(first) * kPanel, leftStride, panels, block, tile);
      for (int i = 0; i < count; i++)
        for (int v = 0; v < Vectors; v++) store(target + static_cast<long>(i) * columns + v * kLanes, tile.at[i][v]);
    }
  }
}

/** The layout of the right operand of addOuterProducts: the tile width that pads `columns` least. */
struct OuterLayout {
  bool wide;
  int width;
  int columns;
};

inline OuterLayout outerLayout(int columns) {
  const auto padded = [columns](int width) { return (columns + width - 1) / width * width; };
  const int wide = kTileVectors * kLanes;
  const int narrow = 2 * kLanes;
  if (padded(wide) <= padded(narrow)) return {true, wide, padded(wide)};
  return {false, narrow, padded(narrow)};
}

inline void addOuterProducts(const OuterLayout& layout, float* sums, int rowCount, const float* left, long leftStride,
                             int panels, const float* right) {
  if (layout.wide) {
    addOuterProducts<kTileRows, kTileVectors>(sums, rowCount, layout.columns, left, leftStride, panels, right);
  } else {
    addOuterProducts<kTileRows * 3 / 2, 2>(sums, rowCount, layout.columns, left, leftStride, panels, right);
  }
}

}  // namespace trm
