// LZF as h5py stores it: Marc Lehmann's format, by the description in liblzf's documentation, and HDF5's filter
// number 32000 that decodes it. There is no encoder.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Returns the decoded size of `size` compressed bytes; 0 if they are not valid LZF (valid data never decode to
// nothing).
size_t ab_lzf_decoded_size(const uint8_t *bytes, size_t size);

// Decodes `size` bytes into `ab_lzf_decoded_size` bytes at `decoded`.
void ab_lzf_decode(const uint8_t *bytes, size_t size, uint8_t *decoded);

// Registers the filter with the HDF5 library of this process; negative on failure.
int ab_lzf_register(void);
