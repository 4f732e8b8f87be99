/* The passes for one set of instructions, included by each.h. The compiler turns the loops into vector code. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

TARGET static void JOIN(sum_, NAME)(float *restrict out, const float *a, const float *b, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = a[i] + b[i];
}

TARGET static void JOIN(accumulate_, NAME)(float *restrict out, const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] += x[i];
}

TARGET static void JOIN(scale_, NAME)(float *restrict out, const float *x, float factor, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = factor * x[i];
}

TARGET static void JOIN(relu_, NAME)(float *restrict out, const float *x, size_t count) {
  /* NaN must pass through: a network that has diverged has to be seen. */
  for (size_t i = 0; i < count; i++) out[i] = x[i] < 0 ? 0 : x[i];
}

TARGET static void JOIN(relu_gradient_, NAME)(float *restrict out, const float *d, const float *y, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = y[i] > 0 ? d[i] : 0;
}

TARGET static void JOIN(relu_difference_, NAME)(float *restrict out, const float *delta, const float *z, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const float falling = delta[i] < -z[i] ? -z[i] : delta[i];
    const float rising = z[i] + delta[i] < 0 ? 0 : z[i] + delta[i];
    out[i] = z[i] > 0 ? falling : rising;
  }
}

TARGET static void JOIN(tanh_, NAME)(float *restrict out, const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = tangent(x[i]);
}

TARGET static void JOIN(tanh_gradient_, NAME)(float *restrict out, const float *d, const float *y, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = d[i] * (1 - y[i]) * (1 + y[i]);
}

TARGET static void JOIN(tanh_difference_, NAME)(float *restrict out, const float *delta, const float *z, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = tangent_difference(delta[i], z[i]);
}

TARGET static void JOIN(add_bias_, NAME)(float *out, const float *x, const float *restrict b, size_t rows,
                                         size_t channels) {
  for (size_t r = 0; r < rows; r++) {
    const float *from = x + r * channels;
    float *to = out + r * channels;
#pragma clang loop vectorize(assume_safety)
    for (size_t c = 0; c < channels; c++) to[c] = from[c] + b[c];
  }
}

#undef JOIN
#undef JOIN_
#undef NAME
#undef TARGET
