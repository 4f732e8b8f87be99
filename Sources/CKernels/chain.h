/* The chains for one set of instructions, included by each.h. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define INLINE static inline __attribute__((always_inline))

/* What a chain has is a constant wherever this is called, so that no loop asks for it. */
TARGET INLINE void JOIN(value_row_, NAME)(const struct channel_chain *p, const float *x, const float *other,
                                          float *standardized, float *before, float *out, bool standardizes,
                                          bool scales, bool adds_bias, bool rectifies, bool has_other, bool keeps) {
  const float *mean = p->mean, *root = p->root, *scale = p->scale, *bias = p->bias;
#pragma clang loop vectorize(assume_safety)
  for (size_t c = 0; c < p->channels; c++) {
    float v = x[c];
    if (has_other) v = v + other[c];
    if (standardizes) {
      v = (v - mean[c]) * root[c];
      standardized[c] = v;
    }
    if (scales) v = v * scale[c];
    if (adds_bias) v = v + bias[c];
    if (keeps) before[c] = v;
    /* NaN must pass through: a network that has diverged has to be seen. */
    if (rectifies) v = v < 0 ? 0 : v;
    out[c] = v;
  }
}

#define ROWS_OF(...)                                                                                         \
  for (size_t row = 0; row < p->rows; row++) {                                                               \
    const size_t at = row * p->channels;                                                                     \
    JOIN(value_row_, NAME)(p, x + at, other ? other + at : x, standardized ? standardized + at : out + at,   \
                           before ? before + at : out + at, out + at, __VA_ARGS__);                          \
  }

/* The end of a chain, whose beginning is `core`: standardizes, scales, adds_bias, has_other. */
#define ENDS(standardizes, scales, adds_bias, has_other)                         \
  if (r && k) {                                                                  \
    ROWS_OF(standardizes, scales, adds_bias, true, has_other, true)              \
  } else if (r) {                                                                \
    ROWS_OF(standardizes, scales, adds_bias, true, has_other, false)             \
  } else if (!k) {                                                               \
    ROWS_OF(standardizes, scales, adds_bias, false, has_other, false)            \
  } else {                                                                       \
    ROWS_OF(standardizes, scales, adds_bias, false, has_other, true)             \
  }

TARGET static void JOIN(chain_value_, NAME)(const struct channel_chain *p, const float *x, const float *other,
                                            float *standardized, float *before, float *out) {
  const bool s = p->mean, g = p->scale, b = p->bias, r = p->rectifies, o = other, k = before;
  if (s && g && b && !o) {
    ENDS(true, true, true, false)
  } else if (!s && !g && !b && o) {
    ENDS(false, false, false, true)
  } else if (!s && g && b && !o) {
    ENDS(false, true, true, false)
  } else if (!s && !g && b && !o) {
    ENDS(false, false, true, false)
  } else {
    ROWS_OF(s, g, b, r, o, k)
  }
}

#undef ENDS
#undef ROWS_OF

TARGET INLINE void JOIN(difference_row_, NAME)(const struct channel_chain *p, const struct chain_change *change,
                                               size_t at, const float *delta, const float *other, float *out,
                                               float *stepped, bool standardizes, bool scales, bool moves_scale,
                                               bool moves_bias, bool rectifies, bool has_other, bool is_first_order,
                                               bool steps) {
  const float *root = p->root, *scale = p->scale, *scale_change = change->scale, *bias_change = change->bias;
  const float *operand = change->standardized + (moves_scale ? at : 0);
  const float *z = change->before + (rectifies ? at : 0), *after = change->after + (steps || is_first_order ? at : 0);
#pragma clang loop vectorize(assume_safety)
  for (size_t c = 0; c < p->channels; c++) {
    float d = delta[c];
    if (has_other) d = d + other[c];
    if (standardizes) d = d * root[c];
    if (scales) {
      float scaled = d * scale[c];
      if (moves_scale) scaled = scaled + (is_first_order ? operand[c] : operand[c] + d) * scale_change[c];
      d = scaled;
    }
    if (moves_bias) d = d + bias_change[c];
    if (rectifies) {
      if (is_first_order) {
        d = after[c] > 0 ? d : 0;
      } else {
        const float falling = d < -z[c] ? -z[c] : d;
        const float sum = z[c] + d;
        const float rising = sum < 0 ? 0 : sum;
        d = z[c] > 0 ? falling : rising;
      }
    }
    out[c] = d;
    if (steps) stepped[c] = after[c] + d;
  }
}

#define ROWS_OF(...)                                                                                              \
  for (size_t row = 0; row < p->rows; row++) {                                                                    \
    const size_t at = row * p->channels;                                                                          \
    JOIN(difference_row_, NAME)(p, change, at, delta + at, other ? other + at : delta, out + at,                  \
                                stepped ? stepped + at : out, __VA_ARGS__);                                       \
  }

#define ENDS(standardizes, scales, moves_scale, moves_bias, has_other)                              \
  if (r && !f && t) {                                                                               \
    ROWS_OF(standardizes, scales, moves_scale, moves_bias, true, has_other, false, true)            \
  } else if (r && !f) {                                                                             \
    ROWS_OF(standardizes, scales, moves_scale, moves_bias, true, has_other, false, false)           \
  } else if (r && !t) {                                                                             \
    ROWS_OF(standardizes, scales, moves_scale, moves_bias, true, has_other, true, false)            \
  } else if (!f && !t) {                                                                            \
    ROWS_OF(standardizes, scales, moves_scale, moves_bias, false, has_other, false, false)          \
  } else {                                                                                          \
    ROWS_OF(standardizes, scales, moves_scale, moves_bias, r, has_other, f, t)                      \
  }

TARGET static void JOIN(chain_difference_, NAME)(const struct channel_chain *p, const struct chain_change *change,
                                                 const float *delta, const float *other, float *out,
                                                 float *stepped) {
  const bool s = p->mean, g = p->scale, mg = change->scale, mb = change->bias, r = p->rectifies, o = other;
  const bool f = change->is_first_order, t = stepped;
  if (s && mg && mb && !o) {
    ENDS(true, true, true, true, false)
  } else if (s && g && !mg && !mb && !o) {
    ENDS(true, true, false, false, false)
  } else if (!s && !g && !mb && o) {
    ENDS(false, false, false, false, true)
  } else if (!s && !g && mb && !o) {
    ENDS(false, false, false, true, false)
  } else if (!s && !g && !mb && !o) {
    ENDS(false, false, false, false, false)
  } else if (!s && mg && mb && !o) {
    ENDS(false, true, true, true, false)
  } else {
    ROWS_OF(s, g, mg, mb, r, o, f, t)
  }
}

#undef ENDS
#undef ROWS_OF

TARGET INLINE void JOIN(gradient_row_, NAME)(const struct channel_chain *p, const struct chain_gradient *g, size_t at,
                                             double *bias_sums, double *scale_sums, const float *d, float *out,
                                             float *other, bool rectifies, bool sums_bias, bool sums_scale,
                                             bool scales, bool standardizes, bool is_batch, bool writes,
                                             bool has_other, bool adds) {
  const float *after = rectifies ? g->after + at : d;
  const float *y = sums_scale || is_batch ? g->standardized + at : d;
  const float *root = p->root, *scale = p->scale, *mean = g->mean, *projection = g->projection;
#pragma clang loop vectorize(assume_safety)
  for (size_t c = 0; c < p->channels; c++) {
    float v = d[c];
    if (rectifies) v = after[c] > 0 ? v : 0;
    if (sums_bias) bias_sums[c] += v;
    if (sums_scale) scale_sums[c] += (double)v * (double)y[c];
    if (writes) {
      if (scales) v = v * scale[c];
      if (is_batch) v = v - mean[c] - y[c] * projection[c];
      if (standardizes) v = v * root[c];
      out[c] = v;
    }
    if (has_other) other[c] = adds ? other[c] + v : v;
  }
}

#define ROWS_OF(...)                                                                                              \
  for (size_t row = 0, group = 0; row < p->rows; row++) {                                                         \
    const size_t at = row * p->channels, to = group * p->channels;                                                \
    JOIN(gradient_row_, NAME)(p, g, at, g->bias_sums + to, g->scale_sums + to, d + at, out ? out + at : NULL,     \
                              other ? other + at : NULL, __VA_ARGS__);                                            \
    if (++group == g->groups) group = 0;                                                                          \
  }

#define ENDS(...)                  \
  if (p->rectifies) {              \
    ROWS_OF(true, __VA_ARGS__)     \
  } else {                         \
    ROWS_OF(false, __VA_ARGS__)    \
  }

TARGET static void JOIN(chain_gradient_, NAME)(const struct channel_chain *p, const struct chain_gradient *g,
                                               const float *d, float *out, float *other) {
  const bool scales = p->scale, standardizes = p->mean, is_batch = g->mean, writes = out;
  const bool sums_bias = g->bias_sums, sums_scale = g->scale_sums, adds = g->adds;
  for (size_t i = 0; sums_bias && i < g->groups * p->channels; i++) g->bias_sums[i] = 0;
  for (size_t i = 0; sums_scale && i < g->groups * p->channels; i++) g->scale_sums[i] = 0;
  if (sums_bias && !sums_scale && writes && !scales && !standardizes && !other) {
    ENDS(true, false, false, false, false, true, false, false)
  } else if (!sums_bias && other && adds && writes) {
    ENDS(false, false, false, false, false, true, true, true)
  } else if (!sums_bias && other && writes) {
    ENDS(false, false, false, false, false, true, true, false)
  } else if (sums_bias && sums_scale && !writes) {
    ENDS(true, true, false, false, false, false, false, false)
  } else if (!sums_bias && writes && scales && is_batch) {
    ENDS(false, false, true, true, true, true, false, false)
  } else if (sums_bias && sums_scale && writes && scales && standardizes && !is_batch) {
    ENDS(true, true, true, true, false, true, false, false)
  } else {
    ENDS(sums_bias, sums_scale, scales, standardizes, is_batch, writes, other != NULL, adds)
  }
}

#undef ENDS
#undef ROWS_OF
#undef INLINE
#undef JOIN
#undef JOIN_
#undef NAME
#undef TARGET
