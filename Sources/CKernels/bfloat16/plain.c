// Products in bfloat16 in plain C, for processors without a matrix unit.
#include "units.h"

#ifndef ACTIVE_BENCH_DOUBLE
#define LANES 8
#define NAMED(x) x##_plain
#define TARGET
#include "vectors.h"

#include "rounding.h"

#include "blocks.h"

#include "conversions.h"

// As VDPBF16PS does it: the pair's second product is added first.
#define MR 2
#define MULTIPLY_ADD(sum, pair, b)                                                                                     \
    do {                                                                                                               \
        const float first = AS_FLOAT((int32_t)((uint32_t)pair << 16)), second = AS_FLOAT(pair & NAMED(upper));         \
        sum += second * (NAMED(vector))((b) & NAMED(upper));                                                           \
        sum += first * (NAMED(vector))((b) << 16);                                                                     \
    } while (0)
#define AS_FLOAT(bits) ((union { int32_t i; float f; }){.i = (bits)}.f)
#include "vector_products.h"
#endif
