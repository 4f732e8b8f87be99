#include "products.h"

#include "dispatch.h"

/* a * b + c in one rounding wherever the processor can. */
#pragma STDC FP_CONTRACT ON

#define LANES 4
#define ROWS 6
#define NAME portable
#define TARGET
#include "product.h"

#if defined(__x86_64__)

#define LANES 8
#define ROWS 6
#define NAME avx2
#define TARGET AVX2_TARGET
#include "product.h"

#define LANES 16
#define ROWS 14
#define NAME avx512
#define TARGET AVX512_TARGET
#include "product.h"

#endif

size_t tile_columns(enum instructions set) {
  switch (set) {
    case PORTABLE: return 8;
    case AVX2: return 16;
    case AVX512: return 32;
  }
  return 8;
}

void tile_multiply(enum instructions set, const struct tile_product *product) { CHOOSE(set, multiply, product); }

void tile_pack(enum instructions set, const float *right, size_t row, size_t column, size_t depth, size_t columns,
               float scale, float *panel) {
  CHOOSE(set, pack, right, row, column, depth, columns, scale, panel);
}
