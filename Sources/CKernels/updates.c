#include "updates.h"

#include "dispatch.h"

#pragma STDC FP_CONTRACT OFF

#define LOOPS "update.h"
#include "each.h"

void update_sgd(enum instructions set, float *w, const float *g, size_t count, float lr, float weight_decay) {
  CHOOSE(set, sgd, w, g, count, lr, weight_decay);
}

void update_momentum(enum instructions set, float *w, float *b, const float *g, size_t count, float lr,
                     float weight_decay, float momentum) {
  CHOOSE(set, momentum, w, b, g, count, lr, weight_decay, momentum);
}

void update_adam(enum instructions set, float *w, float *m, float *v, const float *g, size_t count,
                 const struct adam_rule *rule) {
  CHOOSE(set, adam, w, m, v, g, count, rule);
}

struct gradient_counts update_fresh_adam(enum instructions set, float *out, const float *w, const float *g, size_t count,
                                         float lr, float epsilon, float bound) {
  CHOOSE(set, fresh_adam, out, w, g, count, lr, epsilon, bound);
}
