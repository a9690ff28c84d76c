package import CHDF5

/// Opens an HDF5 file for changes that our writer refuses.
package func edit(_ path: String, _ body: (hid_t) -> Void) {
    let file = H5Fopen(path, ab_H5F_ACC_RDWR(), ab_H5P_DEFAULT())
    precondition(file >= 0)
    body(file)
    H5Fclose(file)
}
