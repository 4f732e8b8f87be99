/* Compares pass_tanh with the C library's tanh in double precision for every float; started by scripts/check-tanh. */

#include "passes.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 1 << 16 };

static const char *const names[] = {"portable", "AVX2", "AVX-512"};

/* The distance of y from tanh x in units of the last place of a float of that size. */
static double error_in_ulps(float y, float x) {
  const double right = tanh((double)x), size = fabs(right);
  const double ulp = size < 0x1p-126 ? 0x1p-149 : ldexp(1, ilogb(size) - 23);
  return fabs((double)y - right) / ulp;
}

static int fail(const char *what, float x, float y) {
  printf("tanh(%a): %s, found %a\n", (double)x, what, (double)y);
  return 1;
}

/* What holds without any tolerance: NaN stays, zeros keep their sign, infinities give 1, tanh(-x) = -tanh x. */
static const char *wrong(float x, float y, float mirrored) {
  if (isnan(x)) return isnan(y) && isnan(mirrored) ? NULL : "is not NaN";
  if (y != -mirrored || signbit(y) != signbit(x) || signbit(mirrored) == signbit(x)) return "is not odd";
  if (x == 0 && y != 0) return "is not 0";
  if (isinf(x) && y != 1) return "is not 1";
  return y > 1 ? "is above 1" : NULL;
}

int main(void) {
  static float x[COUNT], y[COUNT], mirrored[COUNT], other[COUNT];
  enum instructions best = PORTABLE;
  for (enum instructions set = PORTABLE; set <= AVX512; set++) {
    if (has_instructions(set)) best = set;
  }
  double worst = 0;
  float place = 0;
  /* The positive half; `mirrored` is the negative one. */
  for (uint64_t first = 0; first < 1ull << 31; first += COUNT) {
    for (uint32_t i = 0; i < COUNT; i++) {
      const uint32_t bits = (uint32_t)first + i, negative = bits | 1u << 31;
      memcpy(&x[i], &bits, sizeof bits);
      memcpy(&other[i], &negative, sizeof bits);
    }
    pass_tanh(best, y, x, COUNT);
    pass_tanh(best, mirrored, other, COUNT);
    for (enum instructions set = PORTABLE; set < best; set++) {
      if (!has_instructions(set)) continue;
      pass_tanh(set, other, x, COUNT);
      if (memcmp(other, y, sizeof y) != 0) {
        printf("%s and %s differ between %a and %a\n", names[set], names[best], (double)x[0], (double)x[COUNT - 1]);
        return 1;
      }
    }
    for (int i = 0; i < COUNT; i++) {
      const char *reason = wrong(x[i], y[i], mirrored[i]);
      if (reason) return fail(reason, x[i], y[i]);
      if (isnan(x[i])) continue;
      const double error = error_in_ulps(y[i], x[i]);
      if (!(error <= worst)) worst = error, place = x[i];
    }
  }
  printf("tanh of 4294967296 floats: at most %.6f units of the last place off, at %a", worst, (double)place);
  for (enum instructions set = PORTABLE; set <= best; set++) printf("%s%s", set == PORTABLE ? "; " : ", ", names[set]);
  printf(best == PORTABLE ? "\n" : ": the same bits\n");
  return worst <= 1 ? 0 : 1;
}
