#include "place.h"

#include "CSupervision.h"

#include <stdatomic.h>

// The place is in slot `edition % 2`; a new one goes into the other slot before the edition is incremented. A reader
// that finds the same edition before and after its copy has therefore copied one consistent place.
static _Atomic char slots[2][PLACE_SIZE];
static atomic_uint edition;
static _Atomic(const char *) phase;
static atomic_long step = -1;
static atomic_ulong beats;

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2 && ATOMIC_LONG_LOCK_FREE == 2, "signal handlers read these");

void ab_describe_place(const char *place) {
    unsigned next = atomic_load_explicit(&edition, memory_order_relaxed) + 1;
    _Atomic char *slot = slots[next % 2];
    // The writes below must not become visible before the edition that freed this slot.
    atomic_thread_fence(memory_order_release);
    size_t i = 0;
    for (; place[i] && i < PLACE_SIZE - 1; i++) atomic_store_explicit(&slot[i], place[i], memory_order_relaxed);
    atomic_store_explicit(&slot[i], 0, memory_order_relaxed);
    // The phase is cleared before the new place appears, so that no reader sees the new place with the old phase.
    atomic_store_explicit(&phase, NULL, memory_order_release);
    atomic_store_explicit(&step, -1, memory_order_release);
    atomic_store_explicit(&edition, next, memory_order_release);
    ab_beat();
}

void read_place(char place[PLACE_SIZE]) {
    unsigned before, after;
    do {
        before = atomic_load_explicit(&edition, memory_order_acquire);
        const _Atomic char *slot = slots[before % 2];
        size_t i = 0;
        while (i < PLACE_SIZE - 1 && (place[i] = atomic_load_explicit(&slot[i], memory_order_relaxed))) i++;
        place[i] = 0;
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load_explicit(&edition, memory_order_relaxed);
    } while (after != before);
}

void ab_enter_phase(const char *name) {
    atomic_store_explicit(&phase, name, memory_order_release);
    ab_beat();
}

void ab_count_step(long number) {
    atomic_store_explicit(&step, number, memory_order_relaxed);
    ab_beat();
}

void ab_beat(void) { atomic_fetch_add_explicit(&beats, 1, memory_order_relaxed); }

const char *current_phase(void) { return atomic_load_explicit(&phase, memory_order_acquire); }
long current_step(void) { return atomic_load_explicit(&step, memory_order_relaxed); }
unsigned long current_beat(void) { return atomic_load_explicit(&beats, memory_order_relaxed); }
