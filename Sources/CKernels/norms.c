#include "norms.h"

#include "dispatch.h"

#pragma STDC FP_CONTRACT OFF

#define LOOPS "norm.h"
#include "each.h"

void channel_sums(enum instructions set, const float *x, size_t row, size_t rows, size_t channels, double *sums) {
  CHOOSE(set, sums, x, row, rows, channels, sums);
}

void channel_squares(enum instructions set, const float *x, size_t row, size_t rows, size_t channels, const double *mean,
                     double *sums) {
  CHOOSE(set, squares, x, row, rows, channels, mean, sums);
}

void channel_products(enum instructions set, const float *a, const float *b, size_t row, size_t rows, size_t channels,
                      double *sums) {
  CHOOSE(set, products, a, b, row, rows, channels, sums);
}

void batch_gradient(enum instructions set, const float *d, const float *y, const float *mean, const float *projection,
                    const float *root, float *out, size_t rows, size_t channels) {
  CHOOSE(set, batch_gradient, d, y, mean, projection, root, out, rows, channels);
}

void standardize_rows(enum instructions set, const float *x, const float *shift, const float *factor, float *out,
                      size_t rows, size_t channels) {
  CHOOSE(set, standardize, x, shift, factor, out, rows, channels);
}

void scale_rows(enum instructions set, const float *x, const float *factor, float *out, size_t rows, size_t channels,
                int accumulating) {
  CHOOSE(set, scale_rows, x, factor, out, rows, channels, accumulating);
}
