// HDF5's C interface for Swift, and getters for what Swift cannot import.
#pragma once
#include <hdf5.h>

// File access modes are macros that also open the library and check the headers' version: expressions, not constants.
static inline unsigned ab_H5F_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
static inline unsigned ab_H5F_ACC_RDWR(void) { return H5F_ACC_RDWR; }
static inline unsigned ab_H5F_ACC_TRUNC(void) { return H5F_ACC_TRUNC; }

// Default identifiers are written as plain zeros or casts; the getters give them the type that is passed on.
static inline hid_t ab_H5P_DEFAULT(void) { return H5P_DEFAULT; }
static inline hid_t ab_H5S_ALL(void) { return H5S_ALL; }
static inline hid_t ab_H5E_DEFAULT(void) { return H5E_DEFAULT; }

// Property list classes are global variables behind a macro that opens the library; Swift 6 refuses mutable C globals.
static inline hid_t ab_H5P_FILE_CREATE(void) { return H5P_FILE_CREATE; }
static inline hid_t ab_H5P_FILE_ACCESS(void) { return H5P_FILE_ACCESS; }
static inline hid_t ab_H5P_DATASET_CREATE(void) { return H5P_DATASET_CREATE; }
static inline hid_t ab_H5P_DATASET_ACCESS(void) { return H5P_DATASET_ACCESS; }
static inline hid_t ab_H5P_LINK_CREATE(void) { return H5P_LINK_CREATE; }

// Types in memory: global variables behind the same macro.
static inline hid_t ab_H5T_NATIVE_FLOAT(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t ab_H5T_NATIVE_DOUBLE(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t ab_H5T_NATIVE_LDOUBLE(void) { return H5T_NATIVE_LDOUBLE; }
static inline hid_t ab_H5T_NATIVE_UINT8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t ab_H5T_NATIVE_INT64(void) { return H5T_NATIVE_INT64; }

// Types in a file, fixed in width and byte order so that a file has the same bytes on every machine.
static inline hid_t ab_H5T_IEEE_F32LE(void) { return H5T_IEEE_F32LE; }
static inline hid_t ab_H5T_IEEE_F64LE(void) { return H5T_IEEE_F64LE; }
static inline hid_t ab_H5T_STD_I8LE(void) { return H5T_STD_I8LE; }
static inline hid_t ab_H5T_STD_U8LE(void) { return H5T_STD_U8LE; }
static inline hid_t ab_H5T_STD_B8LE(void) { return H5T_STD_B8LE; }
static inline hid_t ab_H5T_STD_I64LE(void) { return H5T_STD_I64LE; }
static inline hid_t ab_H5T_C_S1(void) { return H5T_C_S1; }

// The size of a variable-length string type, a cast of -1.
static inline size_t ab_H5T_VARIABLE(void) { return H5T_VARIABLE; }

// H5Lget_info and its structure have numbered versions from HDF5 1.12 on, chosen by macros. Two values are needed here:
// the type of the link (hard, soft, external), or H5L_TYPE_ERROR, …
static inline H5L_type_t ab_link_type(hid_t location, const char *name) {
    H5L_info_t info;
    return H5Lget_info(location, name, &info, H5P_DEFAULT) < 0 ? H5L_TYPE_ERROR : info.type;
}
// … and the length in bytes of a soft or external link's value; 0 for other links.
static inline size_t ab_link_value_size(hid_t location, const char *name) {
    H5L_info_t info;
    if (H5Lget_info(location, name, &info, H5P_DEFAULT) < 0 || info.type == H5L_TYPE_HARD) return 0;
    return info.u.val_size;
}

// Returns the address of an object in its file, the same for all names of the object; HADDR_UNDEF if it has none.
static inline haddr_t ab_object_address(hid_t object) {
#if H5_VERSION_GE(1, 12, 0)
    H5O_info1_t info;
    return H5Oget_info1(object, &info) < 0 ? HADDR_UNDEF : info.addr;
#else
    H5O_info_t info;
    return H5Oget_info(object, &info) < 0 ? HADDR_UNDEF : info.addr;
#endif
}

// HDF5 1.12 renames H5Dvlen_reclaim to H5Treclaim and marks the old name as deprecated.
static inline herr_t ab_reclaim(hid_t type, hid_t space, void *buffer) {
#if H5_VERSION_GE(1, 12, 0)
    return H5Treclaim(type, space, H5P_DEFAULT, buffer);
#else
    return H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
#endif
}
