// The AMX products of Sources/CKernels, compiled with C functions in place of the tile instructions: their layout,
// their blocks and their epilogue are tested on every processor. Only one thread at a time may call them.
#pragma once
#include "CKernels.h"

void ab_bfloat16_multiply_emulated(ab_bfloat16_rows a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                                   const ab_bfloat16_epilogue *epilogue);
void ab_bfloat16_multiply_transposed_emulated(ab_bfloat16_pairs a, ab_bfloat16_pairs b, size_t m, size_t n, size_t k,
                                              const ab_bfloat16_epilogue *epilogue);

// Returns the number of uses of tiles since the start at which a processor would have raised an exception: without a
// configuration or with a wrong one, or with tiles that do not fit each other.
size_t ab_tile_faults(void);
