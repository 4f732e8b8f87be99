/* The loops for one set of instructions, included by each.h; products.c says what else of the set they need. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(vector_, NAME)
#define LANES (sizeof(VECTOR) / sizeof(float))
#define WIDTH (2 * LANES)
#define ROWS JOIN(rows_, NAME)
#define INLINE static inline __attribute__((always_inline))
#define FEW_ROWS 4
#define ROWS_AHEAD 12

TARGET INLINE void JOIN(put_, NAME)(float *to, VECTOR sum, size_t count, bool adds) {
  if (count >= LANES) {
    *(VECTOR *)to = adds ? *(VECTOR *)to + sum : sum;
  } else {
    JOIN(store_part_, NAME)(to, adds ? JOIN(load_part_, NAME)(to, count) + sum : sum, count);
  }
}

/* `rows` and `vectors` are constants wherever this is called, so that every loop over them is unrolled. */
TARGET INLINE void JOIN(tile_, NAME)(size_t rows, size_t vectors, const struct tile_product *p, size_t first) {
  float *out = p->out + first * p->out_row;
  const size_t out_row = p->out_row, row = p->left_row, step = p->left_step;
  const size_t panel_step = p->panel_step, last = p->columns - (vectors - 1) * LANES;
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
        /* Few rows read their panel where it lies, often from far away and a page at a step. */
        if (rows <= FEW_ROWS) {
          __builtin_prefetch(panel + ROWS_AHEAD * panel_step);
          if (vectors == 2) __builtin_prefetch(panel + ROWS_AHEAD * panel_step + LANES);
        }
        const VECTOR low = *(const VECTOR *)panel;
        const VECTOR high = vectors == 2 ? *(const VECTOR *)(panel + LANES) : low;
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
          const VECTOR value = left[r * row] - (VECTOR){0};
          sum[r][0] = JOIN(multiply_add_, NAME)(value, low, sum[r][0]);
          if (vectors == 2) sum[r][1] = JOIN(multiply_add_, NAME)(value, high, sum[r][1]);
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
      if (vectors == 2) JOIN(put_, NAME)(to, sum[r][0], LANES, adds);
      JOIN(put_, NAME)(to + (vectors - 1) * LANES, sum[r][vectors - 1], last, adds);
    }
    adds = true;
  } while (s < p->count);
}

#define CASE(n)                                                          \
  case n:                                                                \
    if (n <= ROWS) JOIN(tile_, NAME)(n <= ROWS ? n : 1, vectors, p, first); \
    break;

TARGET INLINE void JOIN(tiles_, NAME)(size_t vectors, const struct tile_product *p) {
  const size_t tiles = (p->rows + ROWS - 1) / ROWS;
  for (size_t t = 0; t < tiles; t++) {
    const size_t first = p->rows * t / tiles, next = p->rows * (t + 1) / tiles;
    switch (next - first) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
      CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
    }
  }
}

TARGET static void JOIN(multiply_, NAME)(const struct tile_product *p) {
  if (p->columns > LANES) {
    JOIN(tiles_, NAME)(2, p);
  } else {
    JOIN(tiles_, NAME)(1, p);
  }
}

/* Eight rows of eight floats, rows to columns, by exchanging ever larger halves. */
TARGET INLINE void JOIN(transpose_, NAME)(const float *from, size_t from_row, float scale, float *to, size_t to_row) {
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
  if (column == 1) {
    for (; k < depth; k++) {
      const float *from = right + k * row;
      VECTOR *to = (VECTOR *)(panel + k * WIDTH);
      for (size_t v = 0; v < 2; v++) {
        const size_t left = columns > v * LANES ? columns - v * LANES : 0;
        to[v] = scale * (left >= LANES ? *(const VECTOR *)(from + v * LANES)
                                       : JOIN(load_part_, NAME)(from + v * LANES, left));
      }
    }
  } else if (row == 1) {
    const size_t whole = columns / 8 * 8;
    for (; k + 8 <= depth; k += 8) {
      float *to = panel + k * WIDTH;
      for (size_t c = 0; c < whole; c += 8) JOIN(transpose_, NAME)(right + k + c * column, column, scale, to + c, WIDTH);
      for (size_t i = 0; whole < WIDTH && i < 8; i++) {
        for (size_t c = whole; c < WIDTH; c++) to[i * WIDTH + c] = c < columns ? scale * right[k + i + c * column] : 0;
      }
    }
  }
  for (; k < depth; k++) {
    for (size_t c = 0; c < WIDTH; c++) panel[k * WIDTH + c] = c < columns ? scale * right[k * row + c * column] : 0;
  }
}

TARGET static void JOIN(turn_, NAME)(const float *from, size_t from_row, float *to, size_t to_row, size_t rows,
                                     size_t columns) {
  for (size_t r = 0; r < rows; r += 8) {
    for (size_t c = 0; c < columns; c += 8) {
      const float *corner = from + r * from_row + c;
      float *target = to + c * to_row + r;
      if (r + 8 <= rows && c + 8 <= columns) {
        JOIN(transpose_, NAME)(corner, from_row, 1, target, to_row);
        continue;
      }
      for (size_t j = 0; j < 8 && c + j < columns; j++) {
        for (size_t i = 0; i < 8 && r + i < rows; i++) target[j * to_row + i] = corner[i * from_row + j];
      }
    }
  }
}

/* Sums in sixteen interleaved parts whatever the width of a register, folded in halves: the same bits for every set. */
TARGET INLINE void JOIN(dots_of_, NAME)(size_t rows, const struct dot_products *p, size_t first) {
  enum { PARTS = 16 };
  const size_t vectors = PARTS / LANES;
  const float *left = p->left + first * p->left_row;
  VECTOR sum[8][PARTS / LANES];
  for (size_t r = 0; r < rows; r++) {
    for (size_t v = 0; v < vectors; v++) sum[r][v] = (VECTOR){0};
  }
  size_t k = 0;
  for (; k + PARTS <= p->depth; k += PARTS) {
    for (size_t v = 0; v < vectors; v++) {
      const VECTOR right = *(const VECTOR *)(p->right + k + v * LANES);
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; r++) {
        const VECTOR value = *(const VECTOR *)(left + r * p->left_row + k + v * LANES);
        sum[r][v] = JOIN(multiply_add_, NAME)(value, right, sum[r][v]);
      }
    }
  }
  for (size_t v = 0; v < vectors && k + v * LANES < p->depth; v++) {
    const size_t from = k + v * LANES, count = p->depth - from < LANES ? p->depth - from : LANES;
    const VECTOR right = JOIN(load_part_, NAME)(p->right + from, count);
    for (size_t r = 0; r < rows; r++) {
      const VECTOR value = JOIN(load_part_, NAME)(left + r * p->left_row + from, count);
      sum[r][v] = JOIN(multiply_add_, NAME)(value, right, sum[r][v]);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    const four half = JOIN(fold_, NAME)(sum[r]);
    float *to = p->out + (first + r) * p->out_row;
    const float dot = (half[0] + half[2]) + (half[1] + half[3]);
    *to = p->accumulating ? *to + dot : dot;
  }
}

TARGET static void JOIN(dots_, NAME)(const struct dot_products *p) {
  size_t first = 0;
  for (; first + 8 <= p->rows; first += 8) JOIN(dots_of_, NAME)(8, p, first);
  for (; first < p->rows; first++) JOIN(dots_of_, NAME)(1, p, first);
}

#undef CASE
#undef FEW_ROWS
#undef ROWS_AHEAD
#undef INLINE
#undef WIDTH
#undef LANES
#undef VECTOR
#undef JOIN
#undef JOIN_
#undef ROWS
#undef NAME
#undef TARGET
