/* Winograd's transforms for one set of instructions, included by each.h. The compiler turns the loops into vector code. */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define INLINE static inline __attribute__((always_inline))
#define COLUMNS JOIN(columns_, NAME)
#define ROWS_AHEAD 8
#define UNROLLED _Pragma("clang loop unroll(full)")

/* B^T d along one direction, written `step` apart. */
TARGET INLINE void JOIN(spread_, NAME)(float d0, float d1, float d2, float d3, float *to, size_t step) {
  to[0] = d0 - d2;
  to[step] = d1 + d2;
  to[2 * step] = d2 - d1;
  to[3 * step] = d1 - d3;
}

TARGET static void JOIN(transform_input_, NAME)(const struct map_part *p, const float *x, const float *zeros, float *v,
                                                size_t matrix) {
  const size_t tiles_wide = (p->width + 1) / 2, pixel = p->samples * p->channels, length = p->count * p->channels;
  for (size_t t = 0; t < p->tiles; t++) {
    const size_t tile = p->first_tile + t;
    const float *d[4][4];
    for (size_t i = 0; i < 4; i++) {
      for (size_t j = 0; j < 4; j++) {
        /* What lies before the first row or column wraps to a place behind the last. */
        const size_t row = tile / tiles_wide * 2 + i - 1, column = tile % tiles_wide * 2 + j - 1;
        d[i][j] = row < p->height && column < p->width
                      ? x + (row * p->width + column) * pixel + p->first_sample * p->channels
                      : zeros;
      }
    }
    float *to = v + t * length;
#pragma clang loop vectorize(assume_safety) interleave(disable)
    for (size_t k = 0; k < length; k++) {
      float half[4][4];
      UNROLLED
      for (size_t j = 0; j < 4; j++) {
        JOIN(spread_, NAME)(d[0][j][k], d[1][j][k], d[2][j][k], d[3][j][k], &half[0][j], 4);
      }
      UNROLLED
      for (size_t i = 0; i < 4; i++) {
        JOIN(spread_, NAME)(half[i][0], half[i][1], half[i][2], half[i][3], to + 4 * i * matrix + k, matrix);
      }
    }
  }
}

/* What is constant wherever this is called spares the loop its end and its questions. */
TARGET INLINE void JOIN(gather_, NAME)(const float *m, size_t matrix, float *const *to, size_t columns, bool adds) {
  float *y0 = to[0], *y1 = to[1], *y2 = to[2], *y3 = to[3];
#pragma clang loop vectorize(assume_safety) interleave(disable)
  for (size_t c = 0; c < columns; c++) {
    float upper[4], lower[4];
    UNROLLED
    for (size_t j = 0; j < 4; j++) {
      const float m0 = m[j * matrix + c], m1 = m[(4 + j) * matrix + c];
      const float m2 = m[(8 + j) * matrix + c], m3 = m[(12 + j) * matrix + c];
      upper[j] = m0 + m1 + m2;
      lower[j] = m1 - m2 - m3;
    }
    const float a = upper[0] + upper[1] + upper[2], b = upper[1] - upper[2] - upper[3];
    const float e = lower[0] + lower[1] + lower[2], f = lower[1] - lower[2] - lower[3];
    y0[c] = adds ? y0[c] + a : a;
    y1[c] = adds ? y1[c] + b : b;
    y2[c] = adds ? y2[c] + e : e;
    y3[c] = adds ? y3[c] + f : f;
  }
}

TARGET static void JOIN(transform_output_, NAME)(const struct map_part *p, const float *m, size_t m_row, size_t matrix,
                                                 float *out, size_t first, size_t columns, float *waste,
                                                 bool accumulating) {
  const size_t tiles_wide = (p->width + 1) / 2, pixel = p->samples * p->channels;
  for (size_t t = 0; t < p->tiles; t++) {
    const size_t row = (p->first_tile + t) / tiles_wide * 2, column = (p->first_tile + t) % tiles_wide * 2;
    float *corner = out + (row * p->width + column) * pixel + p->first_sample * p->channels + first;
    const bool is_wide = column + 1 < p->width, is_tall = row + 1 < p->height;
    for (size_t n = 0; n < p->count; n++) {
      float *own = corner + n * p->channels, *below = own + p->width * pixel;
      float *const to[4] = {own, is_wide ? own + pixel : waste, is_tall ? below : waste,
                            is_wide && is_tall ? below + pixel : waste};
      const float *from = m + (t * p->count + n) * m_row;
      if (columns == COLUMNS && !accumulating) {
        JOIN(gather_, NAME)(from, matrix, to, COLUMNS, false);
      } else {
        JOIN(gather_, NAME)(from, matrix, to, columns, accumulating);
      }
    }
  }
}

/* G g along one direction, written `step` apart. */
TARGET INLINE void JOIN(widen_, NAME)(float g0, float g1, float g2, float *to, size_t step) {
  const float ends = g0 + g2;
  to[0] = g0;
  to[step] = 0.5f * (ends + g1);
  to[2 * step] = 0.5f * (ends - g1);
  to[3 * step] = g2;
}

/* A function of its own, or else the compiler would carry 25 addresses from row to row. Rows lie far apart. */
TARGET static __attribute__((noinline)) void JOIN(transform_row_, NAME)(const float *g, size_t tap, const float *ahead,
                                                                       float *u, size_t matrix) {
  UNROLLED
  for (size_t s = 0; s < 9; s++) {
    UNROLLED
    for (size_t k = 0; k < COLUMNS; k += 16) __builtin_prefetch(ahead + s * tap + k);
  }
#pragma clang loop vectorize(assume_safety) interleave(disable)
  for (size_t k = 0; k < COLUMNS; k++) {
    float half[4][3];
    UNROLLED
    for (size_t s = 0; s < 3; s++) {
      JOIN(widen_, NAME)(g[s * tap + k], g[(3 + s) * tap + k], g[(6 + s) * tap + k], &half[0][s], 3);
    }
    UNROLLED
    for (size_t i = 0; i < 4; i++) {
      JOIN(widen_, NAME)(half[i][0], half[i][1], half[i][2], u + 4 * i * matrix + k, matrix);
    }
  }
}

TARGET static void JOIN(transform_weights_, NAME)(const float *taps, size_t tap, size_t row, float *u, size_t matrix,
                                                  size_t rows) {
  for (size_t r = 0; r < rows; r++) {
    const float *g = taps + r * row;
    JOIN(transform_row_, NAME)(g, tap, g + ROWS_AHEAD * row, u + r * COLUMNS, matrix);
  }
}

#undef COLUMNS
#undef ROWS_AHEAD
#undef UNROLLED
#undef INLINE
#undef JOIN
#undef JOIN_
#undef NAME
#undef TARGET
