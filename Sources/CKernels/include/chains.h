#ifndef CHAINS_H
#define CHAINS_H

#include "instructions.h"

#include <stdbool.h>
#include <stddef.h>

/* Operations that follow each other and treat every channel by itself, in one pass over memory: of
   add, standardize, scale, add a bias, ReLU those that a chain has, in this order. Each is rounded by itself, so the bits are
   those of one pass for each. Operands that are given may be the same array: every place is read before it is written. */
struct channel_chain {
  size_t rows;
  size_t channels;
  const float *mean;   /* standardize: (x - mean) * root, or NULL */
  const float *root;
  const float *scale;  /* or NULL */
  const float *bias;   /* or NULL */
  bool rectifies;
};

/* x, or x + other where there is another, goes through the chain to `out`. `standardized` and `before` get what stands after
   the standardization and before the ReLU, where they are not NULL. */
void chain_value(enum instructions set, const struct channel_chain *chain, const float *x, const float *other,
                 float *standardized, float *before, float *out);

/* What a change of the operands and of scale and bias makes of the result. */
struct chain_change {
  const float *scale;        /* the change of the scale, or NULL */
  const float *bias;         /* the change of the bias, or NULL */
  bool is_first_order;       /* products of two changes are left out and the ReLU is taken as straight */
  const float *standardized; /* the operand of the scale, read where the scale changes */
  const float *before;       /* the operand of the ReLU */
  const float *after;        /* the result, read for the first order and for `stepped` */
};

/* delta, or delta + other, goes to its effect on the result; `stepped` gets result + effect, where it is not NULL. */
void chain_difference(enum instructions set, const struct channel_chain *chain, const struct chain_change *change,
                      const float *delta, const float *other, float *out, float *stepped);

/* The gradient at the result on its way back to the operand. */
struct chain_gradient {
  const float *after;        /* the result, read where the chain rectifies */
  const float *standardized; /* the operand of the scale, read for its sums and where statistics are the batch's own */
  /* Where the statistics are the batch's own: the means by channel of the gradient after the scale, and of it times what was
     standardized; NULL where statistics are fixed. */
  const float *mean;
  const float *projection;
  size_t groups;       /* row r counts into the sums of group r mod groups */
  double *bias_sums;   /* [groups, channels], sums of the gradient at the bias, or NULL */
  double *scale_sums;  /* sums of it times the operand of the scale, or NULL */
  bool adds;           /* to `other`, which is overwritten else */
};

/* d goes back to `out` and, where the chain begins with an addition, to `other` too; each may be NULL, and `out` may be d.
   Sums run in double in the order of the rows and begin at 0. */
void chain_gradient(enum instructions set, const struct channel_chain *chain, const struct chain_gradient *gradient,
                    const float *d, float *out, float *other);

#endif
