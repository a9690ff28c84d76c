// LZF as h5py stores it: Marc Lehmann's format, read from the description in liblzf's documentation, and HDF5's filter of the
// number 32000 that decodes it. Nothing here encodes.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The number of bytes that `size` compressed bytes stand for; 0 where they are no LZF, which never stands for nothing.
size_t ab_lzf_decoded_size(const uint8_t *bytes, size_t size);

// Decodes `size` bytes into the `ab_lzf_decoded_size` of them at `decoded`.
void ab_lzf_decode(const uint8_t *bytes, size_t size, uint8_t *decoded);

// Makes the filter known to the HDF5 library of this process; negative if it refuses.
int ab_lzf_register(void);
