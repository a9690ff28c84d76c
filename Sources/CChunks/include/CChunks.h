// Decodes the stored chunks of HDF5 datasets into buffers of known size, by HDF5's "Specification of the Object Header
// Message for the Filter Pipeline" and its sources. The library itself assumes that a chunk decodes to the size of its
// shape, and reads beyond one that is shorter.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { AB_CHUNK_FILTERS = 32 };

// A dataset's filters, in the order in which its writer applied them.
typedef struct {
    int count;
    int kinds[AB_CHUNK_FILTERS];           // 1 gzip, 2 shuffle, 3 fletcher32, 4 szip, 32000 LZF, or another number
    unsigned values[AB_CHUNK_FILTERS][8];  // the first of each one's parameters; 0 where there are fewer
} ab_filters;

typedef struct {
    const uint8_t *bytes; // the decoded bytes, in one of the buffers or in the stored bytes
    size_t size;          // their number
    int failed;           // the number of the filter that could not decode; 0 if all did
} ab_decoded;

// Undoes the filters from the last down to index `first`, except those whose index is a set bit of `mask`.
//
// `stored` has `size` bytes; `rooms` are two buffers of `room` bytes each, beyond which nothing is written. Data that
// would decode to more than a buffer fail.
ab_decoded ab_chunk_decode(const ab_filters *filters, int first, uint32_t mask, const uint8_t *stored, size_t size,
                           uint8_t *const rooms[2], size_t room);

// Returns whether HDF5 decodes `size` bytes by nbit (5) or scaleoffset (6) into `decoded` bytes without reading beyond
// them, as computed from the filter's first 8 parameters.
int ab_chunk_fits(int filter, const unsigned values[8], const uint8_t *bytes, size_t size, size_t decoded);
