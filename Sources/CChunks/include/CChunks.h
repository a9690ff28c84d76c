// The chunks of HDF5's datasets as they are stored, decoded within a room of known size; each filter as HDF5's "Specification
// of the Object Header Message for the Filter Pipeline" and its sources describe it. The library's own decoding takes for
// granted that a chunk decodes to as many bytes as its shape has, and reads on behind one that does not.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { AB_CHUNK_FILTERS = 32 };

// A dataset's filters, in the order in which they were applied.
typedef struct {
    int count;
    int kinds[AB_CHUNK_FILTERS];           // their numbers: 1 gzip, 2 shuffle, 3 fletcher32, 4 szip, 32000 LZF, or another
    unsigned values[AB_CHUNK_FILTERS][8];  // the first of each one's parameters; 0 where there are fewer
} ab_filters;

typedef struct {
    const uint8_t *bytes; // where the decoded bytes are: in one of the rooms, or in the stored bytes
    size_t size;          // their number
    int failed;           // the number of the filter that could not decode; 0 if all did
} ab_decoded;

// Undoes the filters down to that of the index `first`, but those of which `mask` has the bit of the index.
//
// `stored` holds `size` bytes; `rooms` are two of `room` bytes each, of which no more is ever written. What would decode to
// more than a room fails.
ab_decoded ab_chunk_decode(const ab_filters *filters, int first, uint32_t mask, const uint8_t *stored, size_t size,
                           uint8_t *const rooms[2], size_t room);

// Whether HDF5 decodes `size` bytes by nbit (5) or scaleoffset (6) into `decoded` bytes, and reads no further than they go;
// both are as long as the filter's first 8 parameters say.
int ab_chunk_fits(int filter, const unsigned values[8], const uint8_t *bytes, size_t size, size_t decoded);
