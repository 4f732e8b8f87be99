#include "instructions.h"

bool has_instructions(enum instructions set) {
  switch (set) {
    case PORTABLE: return true;
#if defined(__x86_64__)
    case AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case AVX512:
      return has_instructions(AVX2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
#endif
    default: return false;
  }
}
