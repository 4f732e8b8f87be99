#include "transforms.h"

#include "dispatch.h"

#pragma STDC FP_CONTRACT OFF

#define LOOPS "transform.h"
#include "each.h"

void transform_input(enum instructions set, const struct map_part *part, const float *x, const float *zeros, float *v,
                     size_t matrix) {
  CHOOSE(set, transform_input, part, x, zeros, v, matrix);
}

void transform_output(enum instructions set, const struct map_part *part, const float *m, size_t m_row, size_t matrix,
                      float *out, size_t first, size_t columns, float *waste, bool accumulating) {
  CHOOSE(set, transform_output, part, m, m_row, matrix, out, first, columns, waste, accumulating);
}

void transform_weights(enum instructions set, const float *taps, size_t tap, size_t row, float *u, size_t matrix,
                       size_t rows) {
  CHOOSE(set, transform_weights, taps, tap, row, u, matrix, rows);
}
