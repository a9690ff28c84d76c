// Converts numbers of any type and byte order in files to the types of this program, with one rounding.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The layout of a number in its bytes. Bits are counted from the least significant one.
typedef struct {
    size_t bytes; // 1 to 16
    int big_endian;
    int is_float;
    // Integers: `bits` bits from bit `first_bit` on, in two's complement if signed.
    unsigned first_bit, bits;
    int is_signed;
    // Floating point: the mantissa's bits come first, then the exponent's from `mantissa_bits` on, then the sign.
    unsigned exponent_bits, mantissa_bits;
    // Whether the mantissa's highest bit is stored explicitly instead of implied (x87's extended precision).
    int has_leading_bit;
} ab_stored;

// Each function converts n numbers and returns the index of the first that it cannot convert, or n.

// Rounds to nearest, ties to even; refuses a finite number beyond single precision.
size_t ab_stored_to_float(const void *stored, ab_stored layout, float *numbers, size_t n);
// Accepts 0 and 1, and 255 as 1 if the type is an unsigned byte; refuses any other number.
size_t ab_stored_to_flags(const void *stored, ab_stored layout, uint8_t *flags, size_t n);

// Returns number i rounded to double precision, for messages.
double ab_stored_value(const void *stored, ab_stored layout, size_t i);
