// Numbers as files store them, of any type and byte order, rounded once to what this program computes with.
#pragma once
#include <stddef.h>
#include <stdint.h>

// How one number lies in its bytes. Bits are counted from the least significant one of all the number's bytes.
typedef struct {
    size_t bytes; // 1 to 16
    int big_endian;
    int is_float;
    // Integers: `bits` from bit `first_bit` on, in two's complement if signed.
    unsigned first_bit, bits;
    int is_signed;
    // Floating point: the mantissa's bits come first, then the exponent's from `mantissa_bits` on, then the sign.
    unsigned exponent_bits, mantissa_bits;
    // Whether the mantissa's highest bit is the one before the point, rather than implied (x87's extended precision).
    int has_leading_bit;
} ab_stored;

// Each goes through n numbers and returns the index of the first that it cannot take, or n.

// Rounded to the nearest, of two to the even one; refuses a finite number beyond single precision.
size_t ab_stored_to_float(const void *stored, ab_stored layout, float *numbers, size_t n);
// 0 and 1, and 255 as 1 where the type is 8 bits without a sign; refuses all else.
size_t ab_stored_to_flags(const void *stored, ab_stored layout, uint8_t *flags, size_t n);

// Number i, as near as double precision comes to it: for messages.
double ab_stored_value(const void *stored, ab_stored layout, size_t i);
