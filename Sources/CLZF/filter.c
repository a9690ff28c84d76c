#include "CLZF.h"
#include <hdf5.h>

// HDF5 calls the encoder when a new array names the filter; there is none here, and a chunk that cannot be encoded
// is stored without the filter.
//
// A chunk was encoded from the bytes of its shape, or from more if another filter came first. If it decoded to fewer,
// the library would read beyond it.
static size_t decode(unsigned flags, size_t count, const unsigned *values, size_t size, size_t *allocated,
                     void **bytes) {
    if (!(flags & H5Z_FLAG_REVERSE)) return 0;
    size_t chunk = count > 2 ? values[2] : 0; // h5py: revision of the filter, version of the format, bytes of a chunk
    size_t decoded = ab_lzf_decoded_size(*bytes, size);
    if (decoded == 0 || decoded < chunk) return 0;
    uint8_t *room = H5allocate_memory(decoded, 0);
    if (!room) return 0;
    ab_lzf_decode(*bytes, size, room);
    H5free_memory(*bytes);
    *bytes = room;
    *allocated = decoded;
    return decoded;
}

int ab_lzf_register(void) {
    const H5Z_class2_t filter = {
        .version = H5Z_CLASS_T_VERS,
        .id = 32000,
        .encoder_present = 1,
        .decoder_present = 1,
        .name = "lzf",
        .filter = decode,
    };
    return H5Zregister(&filter);
}
