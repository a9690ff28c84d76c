// Products in bfloat16 by AMX, and the permission to use it.
#include "units.h"

#if HAS_MATRIX_UNITS
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMED(x) x##_amx
#include "avx512.h"

#include "conversions.h"

#define TILES __attribute__((target("arch=x86-64-v4,avx512bf16,amx-tile,amx-bf16"), min_vector_width(512)))
#define TILE_CONFIGURE(configuration) ((configuration) ? _tile_loadconfig(configuration) : _tile_release())
#define TILE_ZERO(t) _tile_zero(t)
#define TILE_LOAD(t, from, bytes) _tile_loadd(t, from, bytes)
#define TILE_STORE(t, to, bytes) _tile_stored(t, to, bytes)
#define TILE_MULTIPLY(c, a, b) _tile_dpbf16ps(c, a, b)
#include "tiles.h"

// Bits of CPUID's leaf 7 (EDX), and the states of tiles among those that the operating system saves (XCR0).
enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, OSXSAVE = 1 << 27, TILE_STATES = 3 << 17 };

__attribute__((target("xsave"))) static int saves_tiles(void) { return (_xgetbv(0) & TILE_STATES) == TILE_STATES; }

static const char *obstacle(void) {
    unsigned a, b, c, d;
    const char *without = "expected a processor with AMX-BF16, found one without";
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & AMX_BF16) || !(d & AMX_TILE)) return without;
    if (ab_avx512_bf16_obstacle()) return without;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE) || !saves_tiles())
        return "expected an operating system that saves AMX's tiles, found one that does not";
    // Linux gives a process the memory for tiles on request: arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA).
    if (syscall(SYS_arch_prctl, 0x1023, 18))
        return "expected the kernel's permission to use AMX (arch_prctl ARCH_REQ_XCOMP_PERM), found it refused";
    return NULL;
}

const char *ab_amx_obstacle(void) {
    static int asked; // only the main thread comes here: for the provenance, and before the first product
    static const char *why;
    if (!asked) why = obstacle(), asked = 1;
    return why;
}
#endif
