#include "stored.h"
#include <math.h>
#include <string.h>

typedef unsigned __int128 wide;

static int is_little_endian_host(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one;
}

// Returns the bytes of one number as an integer.
static wide bits_of(const uint8_t *number, const ab_stored *layout) {
    wide bits = 0;
    for (size_t i = 0; i < layout->bytes; i++)
        bits = bits << 8 | number[layout->big_endian ? i : layout->bytes - 1 - i];
    return bits;
}

static wide lowest(wide bits, unsigned count) { return count >= 128 ? bits : bits & (((wide)1 << count) - 1); }

// Returns ±mantissa·2^exponent, rounded once to `precision` bits and a smallest normal exponent of `lowest_exponent`.
static double rounded(int negative, wide mantissa, int exponent, int precision, int lowest_exponent) {
    if (mantissa == 0) return negative ? -0.0 : 0.0;
    const uint64_t upper = (uint64_t)(mantissa >> 64);
    int top = upper ? 127 - __builtin_clzll(upper) : 63 - __builtin_clzll((uint64_t)mantissa);
    int drop = top + 1 - precision;
    if (top + exponent < lowest_exponent) drop += lowest_exponent - (top + exponent);
    if (drop > top + 1) return negative ? -0.0 : 0.0;
    if (drop > 0) {
        wide rest = lowest(mantissa, (unsigned)drop), half = (wide)1 << (drop - 1);
        mantissa = drop > 127 ? 0 : mantissa >> drop;
        mantissa += rest > half || (rest == half && (mantissa & 1));
        exponent += drop;
    }
    double magnitude = ldexp((double)(uint64_t)mantissa, exponent); // exact, or infinite
    return negative ? -magnitude : magnitude;
}

static double float_value(wide bits, const ab_stored *layout, int precision, int lowest_exponent) {
    unsigned m = layout->mantissa_bits, e = layout->exponent_bits;
    int largest = (1 << e) - 1, bias = (1 << (e - 1)) - 1;
    int negative = (int)(bits >> (m + e)) & 1;
    int exponent = (int)lowest(bits >> m, e);
    wide mantissa = lowest(bits, m);
    unsigned fraction = layout->has_leading_bit ? m - 1 : m;
    if (exponent == largest) return lowest(mantissa, fraction) ? NAN : negative ? -INFINITY : INFINITY;
    if (exponent > 0 && !layout->has_leading_bit) mantissa |= (wide)1 << m;
    return rounded(negative, mantissa, (exponent ? exponent : 1) - bias - (int)fraction, precision, lowest_exponent);
}

static int is_infinite(wide bits, const ab_stored *layout) {
    wide largest = ((wide)1 << layout->exponent_bits) - 1;
    return layout->is_float && lowest(bits >> layout->mantissa_bits, layout->exponent_bits) == largest;
}

static double integer_value(wide bits, const ab_stored *layout, int precision) {
    wide value = lowest(bits >> layout->first_bit, layout->bits);
    int negative = layout->is_signed && (value >> (layout->bits - 1) & 1);
    if (negative) value = lowest(-value, layout->bits);
    return rounded(negative && value, value, 0, precision, -1022);
}

static double value(const uint8_t *number, const ab_stored *layout, int precision, int lowest_exponent) {
    wide bits = bits_of(number, layout);
    if (!layout->is_float) return integer_value(bits, layout, precision);
    return float_value(bits, layout, precision, lowest_exponent);
}

// Returns whether the layout is that of the processor's own type of `bytes` bytes.
static int is_native(const ab_stored *layout, int is_float, size_t bytes) {
    if (layout->big_endian == is_little_endian_host() && bytes > 1) return 0;
    if (layout->is_float != is_float || layout->bytes != bytes) return 0;
    if (!is_float) return layout->first_bit == 0 && layout->bits == 8 * bytes;
    return layout->exponent_bits == (bytes == 8 ? 11 : bytes == 4 ? 8 : 5) && !layout->has_leading_bit;
}

// Single precision has a smaller range of exponents than double, so the cast may overflow.
#define ROUND_ALL(type)                                                                                                \
    do {                                                                                                               \
        const type *all = stored;                                                                                      \
        int beyond = 0;                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                                               \
            numbers[i] = (float)all[i];                                                                                \
            beyond |= isinf(numbers[i]) & !isinf((double)all[i]);                                                      \
        }                                                                                                              \
        if (!beyond) return n;                                                                                         \
        for (size_t i = 0; i < n; i++)                                                                                 \
            if (isinf(numbers[i]) && !isinf((double)all[i])) return i;                                                 \
        return n;                                                                                                      \
    } while (0)

static size_t native_to_float(const void *stored, const ab_stored *layout, float *numbers, size_t n) {
    if (layout->is_float) {
        if (layout->bytes == 8) ROUND_ALL(double);
        if (layout->bytes == 4) ROUND_ALL(float);
        ROUND_ALL(_Float16);
    }
    switch (layout->bytes) {
    case 1:
        if (layout->is_signed) ROUND_ALL(int8_t);
        ROUND_ALL(uint8_t);
    case 2:
        if (layout->is_signed) ROUND_ALL(int16_t);
        ROUND_ALL(uint16_t);
    case 4:
        if (layout->is_signed) ROUND_ALL(int32_t);
        ROUND_ALL(uint32_t);
    default:
        if (layout->is_signed) ROUND_ALL(int64_t);
        ROUND_ALL(uint64_t);
    }
}

// Swaps the bytes of numbers, a block at a time.
static size_t swapped_to_float(const uint8_t *stored, ab_stored layout, float *numbers, size_t n) {
    uint64_t block[1024];
    size_t bytes = layout.bytes, most = sizeof block / bytes;
    layout.big_endian = !layout.big_endian;
    for (size_t start = 0; start < n; start += most) {
        size_t count = n - start < most ? n - start : most;
        const uint8_t *from = stored + start * bytes;
        for (size_t i = 0; i < count; i++) {
            if (bytes == 2) ((uint16_t *)block)[i] = (uint16_t)(from[2 * i] << 8 | from[2 * i + 1]);
            uint32_t four;
            uint64_t eight;
            if (bytes == 4) memcpy(&four, from + 4 * i, 4), ((uint32_t *)block)[i] = __builtin_bswap32(four);
            if (bytes == 8) memcpy(&eight, from + 8 * i, 8), block[i] = __builtin_bswap64(eight);
        }
        size_t taken = native_to_float(block, &layout, numbers + start, count);
        if (taken < count) return start + taken;
    }
    return n;
}

size_t ab_stored_to_float(const void *stored, ab_stored layout, float *numbers, size_t n) {
    ab_stored turned = layout;
    turned.big_endian = !layout.big_endian;
    for (size_t bytes = 1; bytes <= 8; bytes *= 2) {
        int is_float = layout.is_float && bytes > 1;
        if (is_native(&layout, is_float, bytes)) return native_to_float(stored, &layout, numbers, n);
        if (is_little_endian_host() && is_native(&turned, is_float, bytes))
            return swapped_to_float(stored, layout, numbers, n);
    }
    for (size_t i = 0; i < n; i++) {
        const uint8_t *number = (const uint8_t *)stored + i * layout.bytes;
        // Rounded to single precision before the cast, or out of its range.
        numbers[i] = (float)value(number, &layout, 24, -126);
        if (isinf(numbers[i]) && !is_infinite(bits_of(number, &layout), &layout)) return i;
    }
    return n;
}

// Returns 0 or 1 if the number is exactly that; any other value otherwise.
static int exact_flag(wide bits, const ab_stored *layout) {
    if (!layout->is_float) {
        wide number = lowest(bits >> layout->first_bit, layout->bits);
        return number > 1 ? 2 : (int)number;
    }
    unsigned m = layout->mantissa_bits, e = layout->exponent_bits;
    wide one = (((wide)1 << (e - 1)) - 1) << m;
    if (layout->has_leading_bit) one |= (wide)1 << (m - 1);
    if (lowest(bits, m + e) == 0) return 0; // zero of either sign
    return lowest(bits, m + e + 1) == one ? 1 : 2;
}

size_t ab_stored_to_flags(const void *stored, ab_stored layout, uint8_t *flags, size_t n) {
    int is_byte = !layout.is_float && layout.bytes == 1 && layout.bits == 8;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *number = (const uint8_t *)stored + i * layout.bytes;
        int flag = is_byte ? *number : exact_flag(bits_of(number, &layout), &layout);
        if (is_byte && !layout.is_signed && flag == 255) flag = 1;
        if (flag > 1) return i;
        flags[i] = (uint8_t)flag;
    }
    return n;
}

double ab_stored_value(const void *stored, ab_stored layout, size_t i) {
    return value((const uint8_t *)stored + i * layout.bytes, &layout, 53, -1022);
}
