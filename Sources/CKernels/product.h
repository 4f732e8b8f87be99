/* The loops for one set of instructions; included once for each. Before it stand LANES, the floats of a register; ROWS, the
   rows of a tile, two registers each, so that all of it stays in registers; NAME, and TARGET, the attribute that allows
   the instructions. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(vector_, NAME)
#define WIDTH (2 * LANES)

typedef float VECTOR __attribute__((vector_size(4 * LANES), aligned(4)));

/* `rows` is a constant wherever this is called, so that every loop over it is unrolled. */
TARGET static inline __attribute__((always_inline)) void JOIN(tile_, NAME)(size_t rows, const struct tile_product *p,
                                                                            size_t first) {
  float *out = p->out + first * p->out_row;
  const size_t out_row = p->out_row, row = p->left_row, step = p->left_step;
  const size_t panel_step = p->panel_step;
  bool adds = p->accumulating;
  size_t s = 0, done = 0;
  do {
    VECTOR sum[ROWS][2];
    for (size_t r = 0; r < rows; r++) sum[r][0] = sum[r][1] = (VECTOR){0};
    size_t room = TILE_PARTIAL;
    while (s < p->count && room > 0) {
      const struct tile_stretch stretch = p->stretches[s];
      const float *left = p->left + stretch.left * p->left_unit + first * row + done * step;
      const float *panel = p->panel + stretch.right * p->panel_unit + done * panel_step;
      const size_t rest = stretch.depth * p->depth_unit - done;
      const size_t depth = rest < room ? rest : room;
      for (size_t k = 0; k < depth; k++) {
        const VECTOR low = *(const VECTOR *)panel, high = *(const VECTOR *)(panel + LANES);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
          sum[r][0] += left[r * row] * low;
          sum[r][1] += left[r * row] * high;
        }
        left += step;
        panel += panel_step;
      }
      room -= depth;
      done += depth;
      if (depth == rest) {
        s++;
        done = 0;
      }
    }
    for (size_t r = 0; r < rows; r++) {
      float *to = out + r * out_row;
      if (p->columns == WIDTH) {
        VECTOR *low = (VECTOR *)to, *high = (VECTOR *)(to + LANES);
        *low = adds ? *low + sum[r][0] : sum[r][0];
        *high = adds ? *high + sum[r][1] : sum[r][1];
      } else {
        const float *from = (const float *)sum[r];
        for (size_t c = 0; c < p->columns; c++) to[c] = adds ? to[c] + from[c] : from[c];
      }
    }
    adds = true;
  } while (s < p->count);
}

#define CASE(n) \
  case n: \
    if (n <= ROWS) JOIN(tile_, NAME)(n <= ROWS ? n : 1, p, first); \
    break;

TARGET static void JOIN(multiply_, NAME)(const struct tile_product *p) {
  const size_t tiles = (p->rows + ROWS - 1) / ROWS;
  for (size_t t = 0; t < tiles; t++) {
    const size_t first = p->rows * t / tiles, next = p->rows * (t + 1) / tiles;
    switch (next - first) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
      CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
    }
  }
}

/* Eight rows of eight floats, rows to columns, by exchanging ever larger halves. */
TARGET static inline __attribute__((always_inline)) void JOIN(transpose_, NAME)(const float *from, size_t from_row,
                                                                                 float scale, float *to, size_t to_row) {
  typedef float eight __attribute__((vector_size(32), aligned(4)));
  eight a[8], b[8];
  for (int i = 0; i < 8; i++) a[i] = scale * *(const eight *)(from + i * from_row);
  for (int i = 0; i < 8; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int j = i; j < i + 2; j++) {
      a[j] = __builtin_shufflevector(b[j], b[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      a[j + 2] = __builtin_shufflevector(b[j], b[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; i++) {
    *(eight *)(to + i * to_row) = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(eight *)(to + (i + 4) * to_row) = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

TARGET static void JOIN(pack_, NAME)(const float *right, size_t row, size_t column, size_t depth, size_t columns,
                                     float scale, float *panel) {
  size_t k = 0;
  if (column == 1 && columns == WIDTH) {
    for (; k < depth; k++) {
      const VECTOR *from = (const VECTOR *)(right + k * row);
      VECTOR *to = (VECTOR *)(panel + k * WIDTH);
      to[0] = scale * from[0];
      to[1] = scale * from[1];
    }
  } else if (row == 1 && columns == WIDTH) {
    for (; k + 8 <= depth; k += 8) {
      for (size_t c = 0; c < WIDTH; c += 8) {
        JOIN(transpose_, NAME)(right + k + c * column, column, scale, panel + k * WIDTH + c, WIDTH);
      }
    }
  }
  for (; k < depth; k++) {
    for (size_t c = 0; c < columns; c++) panel[k * WIDTH + c] = scale * right[k * row + c * column];
    for (size_t c = columns; c < WIDTH; c++) panel[k * WIDTH + c] = 0;
  }
}

#undef CASE
#undef WIDTH
#undef VECTOR
#undef JOIN
#undef JOIN_
#undef LANES
#undef ROWS
#undef NAME
#undef TARGET
