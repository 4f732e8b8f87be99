#ifndef PASSES_H
#define PASSES_H

#include "instructions.h"

#include <stddef.h>

/* Passes over activations, one value of `out` at a time. Every operation is rounded by itself, so all sets of instructions
   give the same bits. No operand overlaps `out`. */

/* out = a + b */
void pass_sum(enum instructions set, float *out, const float *a, const float *b, size_t count);

/* out += x */
void pass_accumulate(enum instructions set, float *out, const float *x, size_t count);

/* out = factor * x */
void pass_scale(enum instructions set, float *out, const float *x, float factor, size_t count);

/* out = max(x, 0); NaN stays. */
void pass_relu(enum instructions set, float *out, const float *x, size_t count);

/* out = d where y > 0, else 0. */
void pass_relu_gradient(enum instructions set, float *out, const float *d, const float *y, size_t count);

/* out = max(z + delta, 0) - max(z, 0), without subtracting nearly equal numbers. */
void pass_relu_difference(enum instructions set, float *out, const float *delta, const float *z, size_t count);

/* out = tanh x, rounded once from double: within 0.501 ulp. NaN stays. */
void pass_tanh(enum instructions set, float *out, const float *x, size_t count);

/* out = d (1 - y^2), where y is the tanh. */
void pass_tanh_gradient(enum instructions set, float *out, const float *d, const float *y, size_t count);

/* out = tanh(z + delta) - tanh z, without cancellation. */
void pass_tanh_difference(enum instructions set, float *out, const float *delta, const float *z, size_t count);

/* out[r, c] = x[r, c] + b[c]; x may be out itself. */
void pass_add_bias(enum instructions set, float *out, const float *x, const float *b, size_t rows, size_t channels);

#endif
