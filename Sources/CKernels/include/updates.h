#ifndef UPDATES_H
#define UPDATES_H

#include "instructions.h"

#include <stddef.h>
#include <stdint.h>

/* Passes over parameters. Every operation is rounded by itself, so all sets of instructions give the same bits. */

/* w <- w - lr (g + decay w) */
void update_sgd(enum instructions set, float *w, const float *g, size_t count, float lr, float weight_decay);

/* b <- momentum b + g + decay w; w <- w - lr b */
void update_momentum(enum instructions set, float *w, float *b, const float *g, size_t count, float lr,
                     float weight_decay, float momentum);

struct adam_rule {
  float step_size;       /* lr / (1 - beta1^t) */
  float root_correction; /* sqrt(1 - beta2^t) */
  float beta1, rest1;    /* rest = 1 - beta */
  float beta2, rest2;
  float epsilon;
  float weight_decay;
};

/* g <- g + decay w; m <- beta1 m + rest1 g; v <- beta2 v + rest2 g g; w <- w - step_size m / (sqrt(v) / root_correction +
   epsilon). */
void update_adam(enum instructions set, float *w, float *m, float *v, const float *g, size_t count,
                 const struct adam_rule *rule);

struct gradient_counts {
  uint32_t small; /* 0 < |g| < bound */
  uint32_t live;  /* g != 0 */
};

/* out = w - lr g / (|g| + epsilon), the weights after the first step of a new Adam; without w the step alone. Counts
   gradients on the way. */
struct gradient_counts update_fresh_adam(enum instructions set, float *out, const float *w, const float *g, size_t count,
                                         float lr, float epsilon, float bound);

#endif
