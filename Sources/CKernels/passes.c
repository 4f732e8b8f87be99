#include "passes.h"

#include "dispatch.h"

#pragma STDC FP_CONTRACT OFF

#include "tangent.h"

#define LOOPS "pass.h"
#include "each.h"

void pass_sum(enum instructions set, float *out, const float *a, const float *b, size_t count) {
  CHOOSE(set, sum, out, a, b, count);
}

void pass_accumulate(enum instructions set, float *out, const float *x, size_t count) {
  CHOOSE(set, accumulate, out, x, count);
}

void pass_scale(enum instructions set, float *out, const float *x, float factor, size_t count) {
  CHOOSE(set, scale, out, x, factor, count);
}

void pass_relu(enum instructions set, float *out, const float *x, size_t count) { CHOOSE(set, relu, out, x, count); }

void pass_relu_gradient(enum instructions set, float *out, const float *d, const float *y, size_t count) {
  CHOOSE(set, relu_gradient, out, d, y, count);
}

void pass_relu_difference(enum instructions set, float *out, const float *delta, const float *z, size_t count) {
  CHOOSE(set, relu_difference, out, delta, z, count);
}

void pass_tanh(enum instructions set, float *out, const float *x, size_t count) { CHOOSE(set, tanh, out, x, count); }

void pass_tanh_gradient(enum instructions set, float *out, const float *d, const float *y, size_t count) {
  CHOOSE(set, tanh_gradient, out, d, y, count);
}

void pass_tanh_difference(enum instructions set, float *out, const float *delta, const float *z, size_t count) {
  CHOOSE(set, tanh_difference, out, delta, z, count);
}

void pass_add_bias(enum instructions set, float *out, const float *x, const float *b, size_t rows, size_t channels) {
  CHOOSE(set, add_bias, out, x, b, rows, channels);
}
