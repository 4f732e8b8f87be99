/* Includes the file LOOPS once for each set of instructions, with NAME, the name of the set, and TARGET, the attribute that
   allows its instructions. Every include undefines both. */

#define NAME portable
#define TARGET
#include LOOPS

#if defined(__x86_64__)

#define NAME avx2
#define TARGET AVX2_TARGET
#include LOOPS

#define NAME avx512
#define TARGET AVX512_TARGET
#include LOOPS

#endif

#undef LOOPS
