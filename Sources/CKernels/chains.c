#include "chains.h"

#include "dispatch.h"

#pragma STDC FP_CONTRACT OFF

#define LOOPS "chain.h"
#include "each.h"

void chain_value(enum instructions set, const struct channel_chain *chain, const float *x, const float *other,
                 float *standardized, float *before, float *out) {
  CHOOSE(set, chain_value, chain, x, other, standardized, before, out);
}

void chain_difference(enum instructions set, const struct channel_chain *chain, const struct chain_change *change,
                      const float *delta, const float *other, float *out, float *stepped) {
  CHOOSE(set, chain_difference, chain, change, delta, other, out, stepped);
}

void chain_gradient(enum instructions set, const struct channel_chain *chain, const struct chain_gradient *gradient,
                    const float *d, float *out, float *other) {
  CHOOSE(set, chain_gradient, chain, gradient, d, out, other);
}
