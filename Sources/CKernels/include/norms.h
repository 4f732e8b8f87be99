#ifndef NORMS_H
#define NORMS_H

#include "instructions.h"

#include <stddef.h>

/* Sums over rows for each channel, in double and in the order of the rows: every set of instructions gives the same bits. Row r
   of an operand begins r * row places after its first. */

/* sums[c] = sum of x[r, c] - shift[c], squares[c] = sum of its square. */
void channel_moments(enum instructions set, const float *x, size_t rows, size_t channels, const float *shift, double *sums,
                     double *squares);

/* sums[c] = sum of x[r, c] */
void channel_sums(enum instructions set, const float *x, size_t row, size_t rows, size_t channels, double *sums);

/* sums[c] = sum of a[r, c] * b[r, c] */
void channel_products(enum instructions set, const float *a, const float *b, size_t row, size_t rows, size_t channels,
                      double *sums);

/* out[r, c] = (x[r, c] - shift[c]) * factor[c] */
void standardize_rows(enum instructions set, const float *x, const float *shift, const float *factor, float *out,
                      size_t rows, size_t channels);

/* out[r, c] = x[r, c] * factor[c], or that added to what is there. */
void scale_rows(enum instructions set, const float *x, const float *factor, float *out, size_t rows, size_t channels,
                int accumulating);

#endif
