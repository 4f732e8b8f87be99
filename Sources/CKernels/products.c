#include "products.h"

#include "dispatch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Where a multiplication and an addition are rounded once, `multiply_add` says so; nothing is left to the compiler. */
#pragma STDC FP_CONTRACT OFF

typedef float four __attribute__((vector_size(16), aligned(4)));
typedef float eight __attribute__((vector_size(32), aligned(4)));

/* Sixteen sums are folded in halves, in the same order for every width of a register. */
#define FOLD_EIGHT(v) (__builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7))

/* For each set: its register, a * b + c in one rounding, how to read and write the first places of a register and to add
   sixteen sums to four; and the rows of a tile, two registers each, so that all of it stays in registers. */

typedef four vector_portable;
enum { rows_portable = 6 };

#if defined(__aarch64__) || defined(__FMA__)

static inline vector_portable multiply_add_portable(vector_portable a, vector_portable b, vector_portable c) {
  return __builtin_elementwise_fma(a, b, c);
}

#else

/* Without the instruction: the product is exact in double, and a sum in double that is rounded to odd can be rounded once
   more, to float, as if it were exact (S. Boldo, G. Melquiond, "Emulation of a FMA and Correctly Rounded Sums", IEEE
   Transactions on Computers 57, 2008). */
static inline vector_portable multiply_add_portable(vector_portable a, vector_portable b, vector_portable c) {
  typedef double doubles __attribute__((vector_size(32)));
  typedef long long whole __attribute__((vector_size(32)));
  const doubles product = __builtin_convertvector(a, doubles) * __builtin_convertvector(b, doubles);
  const doubles other = __builtin_convertvector(c, doubles), sum = product + other, part = sum - product;
  const doubles error = (product - (sum - part)) + (other - part);
  /* Comparisons give 0 or -1. An even sum that is not exact moves one place towards the error. */
  const whole inexact = (error < 0) | (error > 0), away = (error > 0) == (sum > 0);
  const whole even = ((whole)sum & 1) - 1;
  return __builtin_convertvector((doubles)((whole)sum + ((-1 - 2 * away) & inexact & even)), vector_portable);
}

#endif

static inline vector_portable load_part_portable(const float *from, size_t count) {
  vector_portable result = {0};
  for (size_t i = 0; i < count; i++) result[i] = from[i];
  return result;
}

static inline void store_part_portable(float *to, vector_portable vector, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = vector[i];
}

static inline four fold_portable(const vector_portable *sum) { return (sum[0] + sum[2]) + (sum[1] + sum[3]); }

#if defined(__x86_64__)

typedef eight vector_avx2;
enum { rows_avx2 = 6 };

AVX2_TARGET static inline vector_avx2 multiply_add_avx2(vector_avx2 a, vector_avx2 b, vector_avx2 c) {
  return __builtin_elementwise_fma(a, b, c);
}

AVX2_TARGET static inline __m256i first_avx2(size_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

AVX2_TARGET static inline vector_avx2 load_part_avx2(const float *from, size_t count) {
  return (vector_avx2)_mm256_maskload_ps(from, first_avx2(count));
}

AVX2_TARGET static inline void store_part_avx2(float *to, vector_avx2 vector, size_t count) {
  _mm256_maskstore_ps(to, first_avx2(count), (__m256)vector);
}

AVX2_TARGET static inline four fold_avx2(const vector_avx2 *sum) {
  const eight half = sum[0] + sum[1];
  return FOLD_EIGHT(half);
}

typedef float vector_avx512 __attribute__((vector_size(64), aligned(4)));
enum { rows_avx512 = 14 };

AVX512_TARGET static inline vector_avx512 multiply_add_avx512(vector_avx512 a, vector_avx512 b, vector_avx512 c) {
  return __builtin_elementwise_fma(a, b, c);
}

AVX512_TARGET static inline vector_avx512 load_part_avx512(const float *from, size_t count) {
  return (vector_avx512)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}

AVX512_TARGET static inline void store_part_avx512(float *to, vector_avx512 vector, size_t count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)vector);
}

AVX512_TARGET static inline four fold_avx512(const vector_avx512 *sum) {
  const eight half = __builtin_shufflevector(*sum, *sum, 0, 1, 2, 3, 4, 5, 6, 7)
                     + __builtin_shufflevector(*sum, *sum, 8, 9, 10, 11, 12, 13, 14, 15);
  return FOLD_EIGHT(half);
}

#endif

#define LOOPS "product.h"
#include "each.h"

size_t tile_columns(enum instructions set) {
  switch (set) {
    case PORTABLE: return columns_portable;
    case AVX2: return columns_avx2;
    case AVX512: return columns_avx512;
  }
  return columns_portable;
}

void tile_multiply(enum instructions set, const struct tile_product *product) { CHOOSE(set, multiply, product); }

void tile_pack(enum instructions set, const float *right, size_t row, size_t column, size_t depth, size_t columns,
               float scale, float *panel) {
  CHOOSE(set, pack, right, row, column, depth, columns, scale, panel);
}

void transpose(enum instructions set, const float *from, size_t from_row, float *to, size_t to_row, size_t rows,
               size_t columns) {
  CHOOSE(set, turn, from, from_row, to, to_row, rows, columns);
}

void multiply_by_vector(enum instructions set, const struct dot_products *products) { CHOOSE(set, dots, products); }
