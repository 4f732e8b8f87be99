/* Normalization for one set of instructions, included by each.h. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

TARGET static void JOIN(moments_, NAME)(const float *x, size_t rows, size_t channels, const float *shift,
                                        double *restrict sums, double *restrict squares) {
  for (size_t c = 0; c < channels; c++) sums[c] = squares[c] = 0;
  for (size_t r = 0; r < rows; r++) {
    const float *from = x + r * channels;
#pragma clang loop vectorize(assume_safety)
    for (size_t c = 0; c < channels; c++) {
      const double deviation = (double)from[c] - (double)shift[c];
      sums[c] += deviation;
      squares[c] += deviation * deviation;
    }
  }
}

TARGET static void JOIN(sums_, NAME)(const float *x, size_t row, size_t rows, size_t channels,
                                     double *restrict sums) {
  for (size_t c = 0; c < channels; c++) sums[c] = 0;
  for (size_t r = 0; r < rows; r++) {
    const float *from = x + r * row;
    for (size_t c = 0; c < channels; c++) sums[c] += from[c];
  }
}

TARGET static void JOIN(products_, NAME)(const float *a, const float *b, size_t row, size_t rows, size_t channels,
                                         double *restrict sums) {
  for (size_t c = 0; c < channels; c++) sums[c] = 0;
  for (size_t r = 0; r < rows; r++) {
    const float *left = a + r * row, *right = b + r * row;
    for (size_t c = 0; c < channels; c++) sums[c] += (double)left[c] * (double)right[c];
  }
}

TARGET static void JOIN(standardize_, NAME)(const float *x, const float *shift, const float *factor, float *out,
                                            size_t rows, size_t channels) {
  for (size_t r = 0; r < rows; r++) {
    const size_t at = r * channels;
#pragma clang loop vectorize(assume_safety)
    for (size_t c = 0; c < channels; c++) out[at + c] = (x[at + c] - shift[c]) * factor[c];
  }
}

TARGET static void JOIN(scale_rows_, NAME)(const float *x, const float *factor, float *out, size_t rows,
                                           size_t channels, int accumulating) {
  for (size_t r = 0; r < rows; r++) {
    const size_t at = r * channels;
    if (accumulating) {
#pragma clang loop vectorize(assume_safety)
      for (size_t c = 0; c < channels; c++) out[at + c] = out[at + c] + x[at + c] * factor[c];
    } else {
#pragma clang loop vectorize(assume_safety)
      for (size_t c = 0; c < channels; c++) out[at + c] = x[at + c] * factor[c];
    }
  }
}

#undef JOIN
#undef JOIN_
#undef NAME
#undef TARGET
