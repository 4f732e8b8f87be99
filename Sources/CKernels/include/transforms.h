#ifndef TRANSFORMS_H
#define TRANSFORMS_H

#include "instructions.h"

#include <stdbool.h>
#include <stddef.h>

/* The transforms of Winograd's convolution F(2x2, 3x3), which computes a tile of 2x2 outputs from the 4x4 inputs around it:

       y = A^T [ (G g G^T) * (B^T d B) ] A

   with 16 products in place of 36 (S. Winograd, "Arithmetic Complexity of Computations", 1980; A. Lavin, S. Gray, "Fast
   Algorithms for Convolutional Neural Networks", 2016, arXiv 1509.09308). The product in the middle is one of matrices,
   over all channels, for each of the 16 places. Every addition is rounded by itself and their order is fixed, so all sets of
   instructions give the same bits. */

enum { WINOGRAD_PRODUCTS = 16 };

/* Some tiles of a map [height, width, samples, channels], counted row by row, in some samples. */
struct map_part {
  size_t height, width, samples, channels;
  size_t first_tile, tiles;
  size_t first_sample, count;
};

/* v[i * matrix + row * channels + c] = (B^T d B)[i] for the 16 places i, where a row is a sample in a tile, tile by tile. The
   map is 0 outside, which is read from `zeros`, count * channels of them. */
void transform_input(enum instructions set, const struct map_part *part, const float *x, const float *zeros, float *v,
                     size_t matrix);

/* out (+)= A^T m A from column `first` on, for some columns; m[i * matrix + row * m_row + c] like v. What lies outside the map
   goes to `waste`, `columns` floats that are read where something is added to. */
void transform_output(enum instructions set, const struct map_part *part, const float *m, size_t m_row, size_t matrix,
                      float *out, size_t first, size_t columns, float *waste, bool accumulating);

/* u[i * matrix + r * columns + k] = (G g G^T)[i] for r < rows and all columns k of a panel, where the tap (a, b) of g is
   taps[(3 a + b) * tap + r * row + k]. */
void transform_weights(enum instructions set, const float *taps, size_t tap, size_t row, float *u, size_t matrix,
                       size_t rows);

#endif
