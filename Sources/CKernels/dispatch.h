/* Calls the version of a function for one set of instructions. */

#if defined(__x86_64__)
#define CHOOSE(set, function, ...)                           \
  switch (set) {                                             \
    case AVX512: return function##_avx512(__VA_ARGS__);      \
    case AVX2: return function##_avx2(__VA_ARGS__);          \
    case PORTABLE: return function##_portable(__VA_ARGS__);  \
  }
#else
#define CHOOSE(set, function, ...) return function##_portable(__VA_ARGS__)
#endif

/* The columns of a panel of a product, two registers wide. */
enum { columns_portable = 8, columns_avx2 = 16, columns_avx512 = 32 };

#define AVX2_TARGET __attribute__((target("avx2,fma")))
#define AVX512_TARGET __attribute__((target("avx512f,avx512vl,fma")))
