#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include <stdbool.h>

/* The loops of this target are in C so that one source is compiled for several sets of instructions, and the best that the
   processor has is chosen when the program runs. */
enum instructions { PORTABLE, AVX2, AVX512 };

/* Whether this processor has a set. */
bool has_instructions(enum instructions set);

#endif
