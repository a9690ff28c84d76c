"""Writes the same arrays in D4RL's layout in the formats of three HDF5 libraries: python make.py (h5py 3.16 with HDF5 2.0 made
the committed files)."""
import os

import h5py
import numpy as np

rows = np.arange(20)
arrays = {  # by name: the array and how it is stored
    "observations": (np.stack([rows, rows // 3], 1).astype("f4"), dict(chunks=(8, 2), compression="gzip")),
    "actions": (np.stack([rows / 32, -rows / 32], 1), dict(chunks=(8, 2), maxshape=(None, 2))),
    "rewards": ((rows % 7).astype("i4"), None),  # chunks that are there from the start
    "terminals": (rows % 5 == 4, {}),
    "timeouts": (rows == 12, dict(chunks=(8,), compression="gzip")),
}
here = os.path.dirname(os.path.abspath(__file__))
for name, versions in [("v110", ("earliest", "v110")), ("v114", ("v114", "v114")), ("v200", ("v200", "v200"))]:
    with h5py.File(f"{here}/{name}.hdf5", "w", libver=versions) as f:
        for field, (array, storage) in arrays.items():
            if storage is not None:
                f.create_dataset(field, data=array, **storage)
                continue
            properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            properties.set_chunk((8,))
            properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            space = h5py.h5s.create_simple(array.shape)
            dataset = h5py.h5d.create(f.id, field.encode(), h5py.h5t.py_create(array.dtype), space, properties)
            h5py.Dataset(dataset)[...] = array
