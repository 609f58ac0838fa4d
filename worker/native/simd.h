// Vectors of floats as wide as the processor's, written so that one source serves AVX2, AVX-512, NEON and plain SSE.

#pragma once

#include <cstdint>
#include <cstring>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace trm {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kTileRows = 8;
#elif defined(__AVX__)
constexpr int kLanes = 8;
constexpr int kTileRows = 4;
#elif defined(__aarch64__)
constexpr int kLanes = 4;
constexpr int kTileRows = 8;
#else
constexpr int kLanes = 4;
constexpr int kTileRows = 4;
#endif

/** Vectors in a row of a tile: kTileRows · kTileVectors sums, one broadcast and a row fit the registers. */
constexpr int kTileVectors = 3;
/** Items (rows of a batch) that are worked on at once. */
constexpr int kPanel = kTileVectors * kLanes;

typedef float Vector __attribute__((vector_size(kLanes * 4)));
typedef float UnalignedVector __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));
typedef int32_t IntegerVector __attribute__((vector_size(kLanes * 4)));

inline Vector load(const float* from) { return *reinterpret_cast<const UnalignedVector*>(from); }
inline void store(float* to, Vector value) { *reinterpret_cast<UnalignedVector*>(to) = value; }
inline Vector splat(float value) { return value - Vector{}; }
inline Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }

/** Keeps a value in a register: compilers would rather read it again from memory with each use. */
inline __attribute__((always_inline)) void keepInRegister(Vector& value) {
#if defined(__x86_64__)
  asm("" : "+v"(value));
#elif defined(__aarch64__)
  asm("" : "+w"(value));
#endif
}

/** e^x within 2 units in the last place; saturates beyond ±87. */
inline Vector exponential(Vector x) {
  x = smaller(larger(x, splat(-87.0f)), splat(87.0f));
  // Adding and taking away 1.5·2²³ rounds to a whole number and leaves it in the low bits of the sum.
  const Vector magic = splat(12582912.0f);
  const Vector shifted = x * 1.44269504088896341f + magic;
  const Vector whole = shifted - magic;
  const Vector rest = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
  Vector series = splat(1.9875691500e-4f);
  series = series * rest + 1.3981999507e-3f;
  series = series * rest + 8.3334519073e-3f;
  series = series * rest + 4.1665795894e-2f;
  series = series * rest + 1.6666665459e-1f;
  series = series * rest + 5.0000001201e-1f;
  const Vector mantissa = series * rest * rest + rest + 1.0f;
  const IntegerVector exponent = (IntegerVector)shifted << 23;
  return (Vector)((IntegerVector)mantissa + exponent);
}

inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

/** Copies `rows` × `columns` floats of `from` (rows `fromStride` apart) to `to`, turned over (rows `toStride` apart). */
inline void transpose(const float* from, long fromStride, int rows, int columns, float* to, long toStride) {
  int row = 0;
#if defined(__SSE__)
  for (; row + 4 <= rows; row += 4) {
    const float* source = from + row * fromStride;
    int column = 0;
    for (; column + 4 <= columns; column += 4) {
      __m128 a = _mm_loadu_ps(source + column);
      __m128 b = _mm_loadu_ps(source + fromStride + column);
      __m128 c = _mm_loadu_ps(source + 2 * fromStride + column);
      __m128 d = _mm_loadu_ps(source + 3 * fromStride + column);
      _MM_TRANSPOSE4_PS(a, b, c, d);
      float* target = to + column * toStride + row;
      _mm_storeu_ps(target, a);
      _mm_storeu_ps(target + toStride, b);
      _mm_storeu_ps(target + 2 * toStride, c);
      _mm_storeu_ps(target + 3 * toStride, d);
    }
    for (; column < columns; column++)
      for (int i = 0; i < 4; i++) to[column * toStride + row + i] = source[i * fromStride + column];
  }
#endif
  for (; row < rows; row++)
    for (int column = 0; column < columns; column++) to[column * toStride + row] = from[row * fromStride + column];
}

}  // namespace trm
