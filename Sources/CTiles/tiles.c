#include "tiles.h"

/* a * b + c in one rounding wherever the processor can. */
#pragma STDC FP_CONTRACT ON

#define LANES 4
#define ROWS 6
#define NAME portable
#define TARGET
#include "tile.h"

#if defined(__x86_64__)

#define LANES 8
#define ROWS 6
#define NAME avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "tile.h"

#define LANES 16
#define ROWS 14
#define NAME avx512
#define TARGET __attribute__((target("avx512f,avx512vl,fma")))
#include "tile.h"

bool tile_supported(enum tile_kernel kernel) {
  switch (kernel) {
    case TILE_PORTABLE: return true;
    case TILE_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case TILE_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
  }
  return false;
}

void tile_multiply(enum tile_kernel kernel, const struct tile_product *product) {
  switch (kernel) {
    case TILE_PORTABLE: multiply_portable(product); break;
    case TILE_AVX2: multiply_avx2(product); break;
    case TILE_AVX512: multiply_avx512(product); break;
  }
}

void tile_pack(enum tile_kernel kernel, const float *right, size_t row, size_t column, size_t depth, size_t columns,
               float scale, float *panel) {
  switch (kernel) {
    case TILE_PORTABLE: pack_portable(right, row, column, depth, columns, scale, panel); break;
    case TILE_AVX2: pack_avx2(right, row, column, depth, columns, scale, panel); break;
    case TILE_AVX512: pack_avx512(right, row, column, depth, columns, scale, panel); break;
  }
}

#else

bool tile_supported(enum tile_kernel kernel) { return kernel == TILE_PORTABLE; }

void tile_multiply(enum tile_kernel kernel, const struct tile_product *product) { multiply_portable(product); }

void tile_pack(enum tile_kernel kernel, const float *right, size_t row, size_t column, size_t depth, size_t columns,
               float scale, float *panel) {
  pack_portable(right, row, column, depth, columns, scale, panel);
}

#endif

size_t tile_columns(enum tile_kernel kernel) {
  switch (kernel) {
    case TILE_PORTABLE: return 8;
    case TILE_AVX2: return 16;
    case TILE_AVX512: return 32;
  }
  return 8;
}
