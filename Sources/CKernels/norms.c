#include "norms.h"

#include "dispatch.h"

#pragma STDC FP_CONTRACT OFF

#define LOOPS "norm.h"
#include "each.h"

void channel_moments(enum instructions set, const float *x, size_t rows, size_t channels, const float *shift, double *sums,
                     double *squares) {
  CHOOSE(set, moments, x, rows, channels, shift, sums, squares);
}

void channel_sums(enum instructions set, const float *x, size_t row, size_t rows, size_t channels, double *sums) {
  CHOOSE(set, sums, x, row, rows, channels, sums);
}

void channel_products(enum instructions set, const float *a, const float *b, size_t row, size_t rows, size_t channels,
                      double *sums) {
  CHOOSE(set, products, a, b, row, rows, channels, sums);
}

void standardize_rows(enum instructions set, const float *x, const float *shift, const float *factor, float *out,
                      size_t rows, size_t channels) {
  CHOOSE(set, standardize, x, shift, factor, out, rows, channels);
}

void scale_rows(enum instructions set, const float *x, const float *factor, float *out, size_t rows, size_t channels,
                int accumulating) {
  CHOOSE(set, scale_rows, x, factor, out, rows, channels, accumulating);
}
