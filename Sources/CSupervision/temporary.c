#include "temporary.h"

#include "CSupervision.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 16, PATH_CAPACITY = 4096 }; // more than are ever written at once; bytes
enum { FREE, FILLING, NOTED };

static struct {
    atomic_int state;
    char path[PATH_CAPACITY];
} slots[SLOTS];

int ab_note_temporary(const char *path) {
    size_t size = strlen(path) + 1;
    if (size > PATH_CAPACITY) return -1;
    for (int i = 0; i < SLOTS; i++) {
        int state = FREE;
        if (!atomic_compare_exchange_strong(&slots[i].state, &state, FILLING)) continue;
        memcpy(slots[i].path, path, size);
        atomic_store(&slots[i].state, NOTED);
        return i;
    }
    return -1;
}

void ab_forget_temporary(int slot) {
    if (slot >= 0 && slot < SLOTS) atomic_store(&slots[slot].state, FREE);
}

void remove_temporaries(void) {
    for (int i = 0; i < SLOTS; i++)
        if (atomic_load(&slots[i].state) == NOTED) unlink(slots[i].path);
}
