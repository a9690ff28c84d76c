// The elementary functions of a training step, of sampling and of evaluation, within 2 units in the last place (ulp),
// with the same bits on every processor: the operations and their order are fixed, fused multiply-adds are written out,
// and there are neither tables nor branches, so a loop over them is vectorised as it stands. The C library's functions
// have variants for processors, and change between versions. No expression here leaves a product and a sum for the
// compiler to fuse.
//
// Everything is computed in double precision. The functions of single precision are these, rounded, so correct to 0.51
// ulp.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t ab_bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double ab_double_of(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// 1.5·2⁵²: a number of small magnitude added to it is rounded to an integer, which is then in the low bits.
#define AB_ROUNDING 0x1.8p52
// ln 2 as the sum of two numbers, the first with so few digits that its product with an exponent is exact.
#define AB_LN2_HIGH 0x1.62e42feep-1
#define AB_LN2_LOW 0x1.a39ef35793c76p-33

// 2ⁿ for n = `rounded` - AB_ROUNDING from -1022 to 1023.
static inline double ab_power_of_two(double rounded) { return ab_double_of((ab_bits_of(rounded) + 1023) << 52); }

// The argument of exp, reduced: x = k·ln 2 + r with |r| ≤ ½ ln 2, `rounded` = AB_ROUNDING + k, and q = exp(r) - 1 - r.
typedef struct {
    double rounded, r, q;
} ab_reduced;

static inline ab_reduced ab_reduce(double x) {
    const double rounded = fma(x, 0x1.71547652b82fep0, AB_ROUNDING), k = rounded - AB_ROUNDING; // 1/ln 2
    const double r = fma(-k, AB_LN2_LOW, fma(-k, AB_LN2_HIGH, x));
    // Taylor's series, Σ rⁿ⁻²/n! to n = 13, as two interleaved sums.
    const double s = r * r;
    double even = 1.0 / 479001600, odd = 1.0 / 6227020800;
    even = fma(even, s, 1.0 / 3628800), odd = fma(odd, s, 1.0 / 39916800);
    even = fma(even, s, 1.0 / 40320), odd = fma(odd, s, 1.0 / 362880);
    even = fma(even, s, 1.0 / 720), odd = fma(odd, s, 1.0 / 5040);
    even = fma(even, s, 1.0 / 24), odd = fma(odd, s, 1.0 / 120);
    even = fma(even, s, 1.0 / 2), odd = fma(odd, s, 1.0 / 6);
    return (ab_reduced){rounded, r, s * fma(odd, r, even)};
}

static inline double ab_exp(double x) {
    // Beyond these bounds the result is 0 or infinity anyway. Comparisons leave NaN as it is.
    x = x < -746 ? -746 : x;
    x = x > 710 ? 710 : x;
    const ab_reduced y = ab_reduce(x);
    // 2ᵏ in two factors, as it may be no normal number; only the last product is rounded.
    const double half = fma(y.rounded - AB_ROUNDING, 0.5, AB_ROUNDING);
    const double rest = y.rounded - (half - AB_ROUNDING);
    return (1 + (y.r + y.q)) * ab_power_of_two(half) * ab_power_of_two(rest);
}

static inline double ab_tanh(double x) {
    // tanh |x| = e/(e + 2) with e = exp(2|x|) - 1; from 20 on it is 1.
    double magnitude = fabs(x);
    magnitude = magnitude > 20 ? 20 : magnitude;
    const ab_reduced y = ab_reduce(2 * magnitude);
    // Numerator and denominator with the errors of their roundings: e + e_low, and d + d_low.
    const double power = ab_power_of_two(y.rounded), h = y.r + y.q, h_low = (y.r - h) + y.q;
    const double e = fma(power, h, power - 1), e_low = fma(power, h_low, fma(power, h, (power - 1) - e));
    const double d = e + 2, part = d - e, d_low = (e - (d - part)) + (2 - part);
    const double inverse = 1 / d, quotient = e * inverse;
    const double rest = fma(-quotient, d, e) + fma(-quotient, d_low + e_low, e_low);
    return copysign(fma(rest, inverse, quotient), x);
}

// log(y·2^exponent) + c for a positive normal y and a small c, after Sun's fdlibm: y = 2ᵏ(1 + f), where
// log(1 + f) = 2 artanh(f/(2 + f)).
static inline double ab_log_plus(double y, double c, double exponent) {
    // The mantissa is in [√½, √2).
    const uint64_t bits = ab_bits_of(y), raised = bits + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD);
    const double k = ab_double_of(0x4330000000000000 | raised >> 52) - (0x1p52 + 1023) + exponent;
    const double f = ab_double_of(bits - (raised & 0xFFF0000000000000) + 0x3FF0000000000000) - 1;
    const double s = f / (2 + f), z = s * s, w = z * z;
    // Σ 2zⁿ/(2n + 1) from n = 1 to 11, as two interleaved sums.
    double odd = 2.0 / 23, even = 2.0 / 21;
    odd = fma(odd, w, 2.0 / 19), even = fma(even, w, 2.0 / 17);
    odd = fma(odd, w, 2.0 / 15), even = fma(even, w, 2.0 / 13);
    odd = fma(odd, w, 2.0 / 11), even = fma(even, w, 2.0 / 9);
    odd = fma(odd, w, 2.0 / 7), even = fma(even, w, 2.0 / 5);
    odd = fma(odd, w, 2.0 / 3);
    const double series = fma(even, w, odd * z), half_square = 0.5 * f * f;
    return fma(k, AB_LN2_HIGH, f - (half_square - fma(s, half_square + series, fma(k, AB_LN2_LOW, c))));
}

static inline double ab_log(double x) {
    const int is_subnormal = x < 0x1p-1022;
    const double value = ab_log_plus(is_subnormal ? x * 0x1p54 : x, 0, is_subnormal ? -54 : 0);
    return x > 0 ? (x < INFINITY ? value : x) : (x == 0 ? -INFINITY : NAN);
}

// log(1 + x).
static inline double ab_log1p(double x) {
    // y + c = 1 + x, exactly.
    const double y = 1 + x, part = y - x, c = (1 - part) + (x - (y - part));
    const double value = ab_log_plus(y, c / y, 0);
    return fabs(x) < 0x1p-54 ? x : x > -1 ? (x < INFINITY ? value : x) : (x == -1 ? -INFINITY : NAN);
}

// sin(2πx) and cos(2πx), NaN unless x is finite.
typedef struct {
    double sine, cosine;
} ab_sine_and_cosine;

static inline ab_sine_and_cosine ab_sincos_of_turns(double x) {
    // 4x = n + 4r with |r| ≤ 1/8; whole turns are left out first, so that n is small.
    x -= trunc(x);
    const double rounded = fma(4, x, AB_ROUNDING), r = fma(rounded - AB_ROUNDING, -0.25, x);
    // 2πr = a + b.
    const double a = r * 0x1.921fb54442d18p2, b = fma(r, 0x1.1a62633145c07p-52, fma(r, 0x1.921fb54442d18p2, -a));
    const double z = a * a;
    // Taylor's series, to a¹⁷ and to a¹⁶.
    double sine = 1.0 / 355687428096000, cosine = 1.0 / 20922789888000;
    sine = fma(sine, z, -1.0 / 1307674368000), cosine = fma(cosine, z, -1.0 / 87178291200);
    sine = fma(sine, z, 1.0 / 6227020800), cosine = fma(cosine, z, 1.0 / 479001600);
    sine = fma(sine, z, -1.0 / 39916800), cosine = fma(cosine, z, -1.0 / 3628800);
    sine = fma(sine, z, 1.0 / 362880), cosine = fma(cosine, z, 1.0 / 40320);
    sine = fma(sine, z, -1.0 / 5040), cosine = fma(cosine, z, -1.0 / 720);
    sine = fma(sine, z, 1.0 / 120), cosine = fma(cosine, z, 1.0 / 24);
    sine = fma(sine, z, -1.0 / 6);
    sine = a + fma(sine * z, a, b);
    const double half = 0.5 * z, near = 1 - half;
    cosine = near + fma(-a, b, fma(z * z, cosine, (1 - near) - half));
    // n quarters of a turn more.
    const uint64_t n = ab_bits_of(rounded);
    const double s = n & 1 ? cosine : sine, c = n & 1 ? sine : cosine;
    return (ab_sine_and_cosine){n & 2 ? -s : s, (n + 1) & 2 ? -c : c};
}
