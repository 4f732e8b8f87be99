/* e^x and tanh x for results that are rounded to `float`, computed in `double`: no branch, no table, no fused multiply-add, so
   that a loop over them becomes vector code with the same bits for every set of instructions. */

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* e^x - 1 = power * part + (power - 1) */
struct exponential {
  double power, part;
};

/* For |x| <= 700: x = k ln 2 + r, |r| <= 0.347, power = 2^k, part = e^r - 1 by its series, of which r^10/10! is below
   2^-35 of the sum. NaN gives NaN. */
INLINE struct exponential exponential(double x) {
  /* Adding 3 * 2^51 leaves no bits behind the point: k stands in the lowest bits. */
  const double shifted = x * 0x1.71547652b82fep0 + 0x1.8p52;
  const double r = x - (shifted - 0x1.8p52) * 0x1.62e42fefa39efp-1;
  const double square = r * r;
  const double even = 1.0 / 2 + square * (1.0 / 24 + square * (1.0 / 720 + square * (1.0 / 40320)));
  const double odd = 1.0 / 6 + square * (1.0 / 120 + square * (1.0 / 5040 + square * (1.0 / 362880)));
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;
  struct exponential result = {.part = r + square * (even + r * odd)};
  memcpy(&result.power, &bits, sizeof bits);
  return result;
}

/* |x|, at most `limit`; NaN stays. */
INLINE double size_up_to(double limit, double x) {
  const double size = __builtin_fabs(x);
  return size > limit ? limit : size;
}

/* tanh x = (e^2x - 1) / (e^2x + 1); beyond 20 it is 1 to the last bit of a double. */
INLINE float tangent(float x) {
  const struct exponential e = exponential(2 * size_up_to(20, x));
  const double change = e.power * e.part + (e.power - 1);
  return (float)__builtin_copysign(change / (change + 2), x);
}

/* e^(-2|x|); what x beyond 60 gives is 0 as a float in any case. */
INLINE double falling(double x) {
  const struct exponential e = exponential(-2 * size_up_to(60, x));
  return e.power + e.power * e.part;
}

/* tanh(z + d) - tanh z = tanh d (1 - tanh z tanh(z + d)): with p = e^(-2|z|), q = e^(-2|z + d|) the second factor is
   2 (p + q) / ((1 + p)(1 + q)) where z and z + d have one sign, else 2 (1 + p q) / ((1 + p)(1 + q)). Nothing cancels. */
INLINE float tangent_difference(float delta, float input) {
  const double d = delta, z = input, sum = z + d;
  const double p = falling(z), q = falling(sum);
  const struct exponential e = exponential(2 * size_up_to(20, d));
  const double change = e.power * e.part + (e.power - 1);
  const double rest = (z < 0) == (sum < 0) ? p + q : 1 + p * q;
  return (float)__builtin_copysign(2 * change * rest / ((change + 2) * ((1 + p) * (1 + q))), d);
}

#undef INLINE
