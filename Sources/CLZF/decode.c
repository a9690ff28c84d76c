#include "CLZF.h"
#include <string.h>

// A stream is a sequence of instructions; the upper three bits of the first byte give the kind:
//   000nnnnn                    n + 1 literal bytes follow
//   lllooooo oooooooo           a copy of l + 2 bytes, l from 1 to 6, from o + 1 bytes before the decoded bytes' end
//   111ooooo llllllll oooooooo  a copy of l + 9 bytes
typedef struct {
    size_t length;
    size_t distance; // 0: literal bytes
    size_t read;     // bytes of the instruction, without literal bytes
} instruction;

// Reads the instruction at `bytes`, of which `left` exist; its length is 0 if it is truncated.
static instruction next(const uint8_t *bytes, size_t left) {
    instruction none = {0, 0, 0};
    size_t kind = bytes[0] >> 5;
    if (kind == 0) {
        instruction copy = {(size_t)bytes[0] + 1, 0, 1};
        return copy.length <= left - 1 ? copy : none;
    }
    size_t read = kind == 7 ? 3 : 2;
    if (left < read) return none;
    size_t high = (size_t)(bytes[0] & 31) << 8;
    instruction back = {kind == 7 ? (size_t)bytes[1] + 9 : kind + 2, (high | bytes[read - 1]) + 1, read};
    return back;
}

size_t ab_lzf_decoded_size(const uint8_t *bytes, size_t size) {
    size_t at = 0, decoded = 0;
    while (at < size) {
        instruction i = next(bytes + at, size - at);
        if (i.length == 0 || i.distance > decoded) return 0;
        at += i.read + (i.distance == 0 ? i.length : 0);
        decoded += i.length;
    }
    return decoded;
}

void ab_lzf_decode(const uint8_t *bytes, size_t size, uint8_t *decoded) {
    size_t at = 0;
    while (at < size) {
        instruction i = next(bytes + at, size - at);
        at += i.read;
        if (i.distance == 0) {
            memcpy(decoded, bytes + at, i.length);
            at += i.length;
        } else if (i.distance >= i.length) {
            memcpy(decoded, decoded - i.distance, i.length);
        } else { // source and target may overlap: the copied bytes then repeat
            for (size_t k = 0; k < i.length; k++) decoded[k] = *(decoded + k - i.distance);
        }
        decoded += i.length;
    }
}
