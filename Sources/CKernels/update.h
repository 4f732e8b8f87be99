/* The passes for one set of instructions, included by each.h. The compiler turns the loops into vector code. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

TARGET static void JOIN(sgd_, NAME)(float *restrict w, const float *restrict g, size_t count, float lr,
                                    float weight_decay) {
  for (size_t i = 0; i < count; i++) w[i] -= lr * (g[i] + weight_decay * w[i]);
}

TARGET static void JOIN(momentum_, NAME)(float *restrict w, float *restrict b, const float *restrict g, size_t count,
                                         float lr, float weight_decay, float momentum) {
  for (size_t i = 0; i < count; i++) {
    b[i] = momentum * b[i] + (g[i] + weight_decay * w[i]);
    w[i] -= lr * b[i];
  }
}

TARGET static void JOIN(adam_, NAME)(float *restrict w, float *restrict m, float *restrict v, const float *restrict g,
                                     size_t count, const struct adam_rule *rule) {
  const struct adam_rule r = *rule;
  for (size_t i = 0; i < count; i++) {
    const float gradient = g[i] + r.weight_decay * w[i];
    m[i] = r.beta1 * m[i] + r.rest1 * gradient;
    v[i] = r.beta2 * v[i] + r.rest2 * gradient * gradient;
    w[i] -= r.step_size * m[i] / (__builtin_elementwise_sqrt(v[i]) / r.root_correction + r.epsilon);
  }
}

TARGET static struct gradient_counts JOIN(fresh_adam_, NAME)(float *restrict out, const float *restrict w,
                                                             const float *restrict g, size_t count, float lr,
                                                             float epsilon, float bound) {
  uint32_t below = 0, zero = 0;
  for (size_t i = 0; i < count; i++) {
    const float size = __builtin_elementwise_abs(g[i]);
    const float step = -lr * g[i] / (size + epsilon);
    out[i] = w ? w[i] + step : step;
    below += size < bound;
    zero += size == 0;
  }
  return (struct gradient_counts){.small = below - zero, .live = (uint32_t)count - zero};
}

#undef JOIN
#undef JOIN_
#undef NAME
#undef TARGET
