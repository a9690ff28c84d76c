#include "CChunks.h"
#include <CLZF.h>
#include <libaec.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <szlib.h>
#include <zlib.h>

static size_t inflated(const uint8_t *bytes, size_t size, uint8_t *room, size_t most) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .next_out = room};
    if (size > UINT_MAX || most > UINT_MAX || inflateInit(&stream) != Z_OK) return 0;
    stream.avail_in = (uInt)size;
    stream.avail_out = (uInt)most;
    int end = inflate(&stream, Z_FINISH);
    size_t decoded = stream.total_out;
    inflateEnd(&stream);
    return end == Z_STREAM_END ? decoded : 0;
}

static size_t lzf(const uint8_t *bytes, size_t size, uint8_t *room, size_t most) {
    size_t decoded = ab_lzf_decoded_size(bytes, size);
    if (decoded == 0 || decoded > most) return 0;
    ab_lzf_decode(bytes, size, room);
    return decoded;
}

// Undoes a shuffle: byte k of each of `count` elements is stored after all bytes k - 1.
static inline void interleave(const uint8_t *bytes, size_t count, size_t element, uint8_t *room) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < element; k++) room[i * element + k] = bytes[k * count + i];
}

static size_t unshuffled(const uint8_t *bytes, size_t size, size_t element, uint8_t *room, size_t most) {
    if (size > most || element == 0) return 0;
    size_t count = size / element;
    switch (element) { // a known size lets the compiler use vectors
    case 2: interleave(bytes, count, 2, room); break;
    case 4: interleave(bytes, count, 4, room); break;
    case 8: interleave(bytes, count, 8, room); break;
    default: interleave(bytes, count, element, room);
    }
    // An incomplete last element is not shuffled.
    memcpy(room + count * element, bytes + count * element, size % element);
    return size;
}

// Fletcher's checksum (IEEE Trans. Commun. 30, 1982) of 16-bit words, big-endian, each sum modulo 65535.
static uint32_t fletcher32(const uint8_t *bytes, size_t size) {
    uint32_t low = 0, high = 0;
    size_t words = size / 2;
    while (words > 0) {
        size_t block = words < 360 ? words : 360; // the sums of 360 words fit into 32 bits
        words -= block;
        for (; block > 0; block--, bytes += 2) {
            low += (uint32_t)bytes[0] << 8 | bytes[1];
            high += low;
        }
        low = (low & 0xFFFF) + (low >> 16);
        high = (high & 0xFFFF) + (high >> 16);
    }
    if (size % 2) {
        low += (uint32_t)bytes[0] << 8;
        high += low;
        low = (low & 0xFFFF) + (low >> 16);
        high = (high & 0xFFFF) + (high >> 16);
    }
    low = (low & 0xFFFF) + (low >> 16);
    high = (high & 0xFFFF) + (high >> 16);
    return high << 16 | low;
}

static uint32_t little_endian(const uint8_t *b) {
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

// Returns the number of bytes before the checksum; 0 if it is wrong. HDF5 before 1.6.3 swapped the bytes of its halves.
static size_t checked(const uint8_t *bytes, size_t size) {
    if (size <= 4) return 0;
    uint32_t stored = little_endian(bytes + size - 4);
    uint32_t swapped = (stored & 0x00FF00FF) << 8 | (stored >> 8 & 0x00FF00FF);
    uint32_t sum = fletcher32(bytes, size - 4);
    return sum == stored || sum == swapped ? size - 4 : 0;
}

// The data begin with their size in bytes. Numbers of 32 and 64 bits are coded as bytes, in the order of a shuffle;
// scan lines that are not a whole number of blocks are padded. libaec's szip interface undoes this, but does not report
// truncated data after such lines, so the byte count of its native interface is used.
static size_t szip(const uint8_t *bytes, size_t size, const unsigned values[4], uint8_t *room, size_t most) {
    unsigned options = values[0], block = values[1], bits = values[2], line = values[3];
    if (block < 2 || block > 64 || bits < 1 || bits > 64 || line < 1 || line > 4096) return 0;
    size_t declared = size > 4 ? little_endian(bytes) : 0;
    if (declared == 0 || declared > most) return 0;
    int is_shuffled = bits == 32 || bits == 64;
    struct aec_stream stream = {.next_in = bytes + 4, .avail_in = size - 4, .block_size = block};
    stream.bits_per_sample = is_shuffled ? 8 : bits;
    stream.rsi = (line + block - 1) / block;
    stream.flags = options & SZ_MSB_OPTION_MASK ? AEC_DATA_MSB : 0;
    stream.flags |= options & SZ_NN_OPTION_MASK ? AEC_DATA_PREPROCESS : 0;
    size_t pixel = stream.bits_per_sample > 16 ? 4 : stream.bits_per_sample > 8 ? 2 : 1;
    size_t plain = line * pixel, filled = (size_t)stream.rsi * block * pixel; // the bytes of a scan line
    size_t lines = (declared + plain - 1) / plain;
    stream.avail_out = filled == plain ? declared : lines * filled;
    uint8_t *decoded = malloc(stream.avail_out);
    if (!decoded) return 0;
    stream.next_out = decoded;
    size_t needed = declared / plain * filled + declared % plain;
    int is_whole = aec_buffer_decode(&stream) == AEC_OK && stream.total_out >= needed;
    if (is_whole) {
        for (size_t k = 1; k < lines; k++) {
            size_t rest = declared - k * plain;
            memmove(decoded + k * plain, decoded + k * filled, rest < plain ? rest : plain);
        }
        if (is_shuffled)
            unshuffled(decoded, declared, bits / 8, room, most);
        else
            memcpy(room, decoded, declared);
    }
    free(decoded);
    return is_whole ? declared : 0;
}

ab_decoded ab_chunk_decode(const ab_filters *filters, int first, uint32_t mask, const uint8_t *stored, size_t size,
                           uint8_t *const rooms[2], size_t room) {
    ab_decoded chunk = {stored, size, 0};
    int next = 0;
    for (int i = filters->count - 1; i >= first; i--) {
        if (mask >> i & 1) continue;
        const uint8_t *bytes = chunk.bytes;
        uint8_t *into = rooms[next];
        switch (filters->kinds[i]) {
        case 1: chunk.size = inflated(bytes, chunk.size, into, room); break;
        case 2: chunk.size = unshuffled(bytes, chunk.size, filters->values[i][0], into, room); break;
        case 3: chunk.size = checked(bytes, chunk.size); break;
        case 4: chunk.size = szip(bytes, chunk.size, filters->values[i], into, room); break;
        case 32000: chunk.size = lzf(bytes, chunk.size, into, room); break;
        default: chunk.size = 0;
        }
        if (chunk.size == 0) {
            chunk.failed = filters->kinds[i];
            return chunk;
        }
        if (filters->kinds[i] == 3) continue; // where it is
        chunk.bytes = into;
        next = !next;
    }
    return chunk;
}

int ab_chunk_fits(int filter, const unsigned values[8], const uint8_t *bytes, size_t size, size_t decoded) {
    uint64_t elements = values[2], element = values[4];
    switch (filter) {
    case 5: { // their number, whether nothing was packed, elements, class (1: a number), size, order, bits, first bit
        if (values[1] != 0) return size == decoded;
        uint64_t bits = values[6];
        if (values[3] != 1 || element > 16 || bits == 0 || bits + values[7] > 8 * element) return 0;
        return elements * element == decoded && size >= (elements * bits + 7) / 8;
    }
    case 6: { // kind, factor, elements, class, size, …; a chunk: bits of each, the smallest one, the elements
        uint64_t bits = size < 21 ? UINT64_MAX : little_endian(bytes);
        if (element > 16 || bits > 8 * element) return 0;
        return elements * element == decoded && size - 21 >= (elements * bits + 7) / 8;
    }
    default: return 0;
    }
}
