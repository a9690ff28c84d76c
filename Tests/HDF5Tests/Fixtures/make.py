"""Writes h5py.hdf5, the arrays that LZFTests.swift expects: python make.py (h5py 3.16 made the committed file)."""
import os

import h5py
import numpy as np

rows = np.arange(500)
arrays = {
    "repeating": np.zeros(2000, "f4"),
    "rows": np.stack([rows, rows // 7, rows % 3], 1).astype("f4"),
    "noise": ((rows * 2654435761) % 2**32 / 2**32).astype("f8"),
    "flags": rows % 40 == 39,
    "big_endian": rows.astype(">i2"),
}
with h5py.File(os.path.join(os.path.dirname(os.path.abspath(__file__)), "h5py.hdf5"), "w", libver=("earliest", "v110")) as f:
    for name, array in arrays.items():
        chunk = (128,) + array.shape[1:]
        f.create_dataset(name, data=array, chunks=chunk, compression="lzf")
        f.create_dataset(name + ", shuffled, checked", data=array, chunks=chunk, compression="lzf", shuffle=True, fletcher32=True)
