#ifndef PRODUCTS_H
#define PRODUCTS_H

#include "instructions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The innermost loops of matrix products.

   A product is computed one panel at a time: all rows of `out` times as many columns as two vector registers hold, one
   where the last columns fit. A right operand that is not small is packed into panels first; the left one is read where it
   lies. Every element of `out` is summed in the order of the inner dimension, each term added in one rounding, in partial
   sums of TILE_PARTIAL terms, whatever the number of rows and the width of the registers: every set of instructions gives
   the same bits. */

/* Terms that are added up in a register before they are added to `out`: short sums lose less to rounding. */
enum { TILE_PARTIAL = 512 };

/* The number of columns in a panel, two registers wide. */
size_t tile_columns(enum instructions set);

/* A piece of the inner dimension, lengths in the units of its product: where its terms begin in the left operand and in
   the panel, and how many there are. */
struct tile_stretch {
  int32_t left;
  int32_t right;
  int32_t depth;
};

/* out[r, c] (+)= sum over stretches s and k < depth of left[s, r, k] * panel[s, k, c]. */
struct tile_product {
  const float *left;
  size_t left_unit;
  size_t left_row;   /* from one row to the next */
  size_t left_step;  /* from one term to the next */
  const float *panel;
  size_t panel_unit;
  size_t panel_step; /* from one term to the next; that of a packed panel is its number of columns */
  size_t depth_unit;
  const struct tile_stretch *stretches;
  size_t count;
  float *out;
  size_t out_row;
  size_t rows;
  size_t columns; /* at most those of a panel */
  bool accumulating;
};

void tile_multiply(enum instructions set, const struct tile_product *product);

/* panel[k, c] = scale * right[k * row + c * column] for k < depth, c < columns; the panel's other columns are 0. */
void tile_pack(enum instructions set, const float *right, size_t row, size_t column, size_t depth, size_t columns,
               float scale, float *panel);

/* to[c, r] = from[r, c] */
void transpose(enum instructions set, const float *from, size_t from_row, float *to, size_t to_row, size_t rows,
               size_t columns);

/* out[r] (+)= sum over k < depth of left[r, k] * right[k]; neighbours in k lie side by side. */
struct dot_products {
  const float *left;
  size_t left_row; /* from one row to the next */
  const float *right;
  size_t depth;
  float *out;
  size_t out_row;
  size_t rows;
  bool accumulating;
};

void multiply_by_vector(enum instructions set, const struct dot_products *products);

#endif
