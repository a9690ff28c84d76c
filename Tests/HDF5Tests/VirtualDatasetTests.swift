import CHDF5
import Glibc
import HDF5
import ScratchFiles
import Testing

/// Virtual datasets are followed within their file, and files that a writer left open are not reported as damaged.
@Suite struct VirtualDatasetTests {
    let folder = TemporaryFolder()

    /// A file with the array 'x' of ten numbers and whatever `body` adds.
    private func file(_ body: (hid_t) -> Void) throws -> HDF5File {
        try HDF5Writer.write(to: folder("a.hdf5")) {
            try $0.write((0..<10).map { Float($0) }, shape: [10], to: "x")
        }
        edit(folder("a.hdf5"), body)
        return try HDF5File(readingFrom: folder("a.hdf5"))
    }

    /// Adds a virtual dataset of twenty numbers, of which each source provides ten.
    private func virtual(_ name: String, _ sources: [(file: String, name: String)], in file: hid_t) {
        let space = H5Screate_simple(1, [20], nil)
        let source = H5Screate_simple(1, [10], nil)
        let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
        for (i, one) in sources.enumerated() {
            H5Sselect_hyperslab(space, H5S_SELECT_SET, [hsize_t(10 * i)], nil, [10], nil)
            H5Pset_virtual(creation, space, one.file, one.name, source)
        }
        H5Sselect_all(space)
        H5Dclose(H5Dcreate2(file, name, ab_H5T_IEEE_F32LE(), space, 0, creation, 0))
        for id in [creation, source, space] { H5Idec_ref(id) }
    }

    @Test func sourcesInTheFile() throws {
        let file = try file { file in
            H5Lcreate_soft("/x", file, "soft", 0, 0)
            virtual("v", [(".", "x"), (".", "soft")], in: file)
        }
        #expect(try file.float32("v").elements == (0..<20).map { Float($0 % 10) })
    }

    @Test func sourcesThatAreRefused() throws {
        let file = try file { file in
            virtual("outside", [(".", "x"), ("other.hdf5", "x")], in: file)
            virtual("nowhere", [(".", "y"), (".", "x")], in: file)
            virtual("half", [(".", "x")], in: file)
            virtual("circle", [(".", "circle"), (".", "x")], in: file)
            H5Lcreate_external("other.hdf5", "/x", file, "link", 0, 0)
            virtual("linked", [(".", "link"), (".", "x")], in: file)
        }
        for (name, words) in [
            ("outside", "a virtual dataset whose data lie in another file, 'other.hdf5'"),
            ("nowhere", "a virtual dataset of 'y', which is not there"),
            ("half", "10 of its 20 elements in no source"),
            ("circle", "more than 8 virtual datasets of one another, or some in a circle"),
            ("linked", "a link into another file, 'other.hdf5'"),
        ] {
            let error = #expect(throws: HDF5Error.self, "\(name)") { try file.float32(name) }
            #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
        }
    }

    /// Opening a virtual dataset takes no memory for its source's chunks,
    /// however large, and tells the memory that reading takes.
    @Test func sourcesAreDecodedWhenTheyAreRead() throws {
        let chunk: hsize_t = 1 << 22
        let file = try file { file in
            var limit = hsize_t.max
            let space = H5Screate_simple(1, [10], &limit)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 1, [chunk])
            H5Pset_deflate(creation, 1)
            let source = H5Dcreate2(file, "damaged", ab_H5T_IEEE_F32LE(), space, 0, creation, 0)
            H5Dwrite_chunk(source, 0, 0, [0], 3, [1, 2, 3] as [UInt8])
            for id in [source, creation, space] { H5Idec_ref(id) }
            virtual("v", [(".", "x"), (".", "damaged")], in: file)
        }
        #expect(try file.describe("v").shape == [20])
        #expect(try file.readingBytes("v") >= 2 * 4 * Int(chunk))
        let error = #expect(throws: HDF5Error.self) { try file.float32("v") }
        #expect("\(String(describing: error))".contains("'damaged': damaged: found a chunk"))
    }

    /// Sources for which the library would silently make up elements, read them twice or convert them.
    @Test func invalidMappings() throws {
        let file = try file { file in
            map("overlapping", [(0, 1, 10), (5, 1, 10)], in: file)
            map("twice", [(0, 1, 10), (0, 1, 10)], in: file)
            map("interleaved twice", [(0, 2, 10), (0, 2, 10)], in: file)
            map("crossing", [(0, 2, 10), (9, 1, 10)], in: file)
            map("interleaved", [(0, 2, 10), (1, 2, 10)], in: file)
            map("more than there is", [(0, 1, 20)], in: file)
            map("other type", [(0, 1, 10), (10, 1, 10)], of: ab_H5T_STD_U8LE(), in: file)
            map("wider type", [(0, 1, 10), (10, 1, 10)], of: ab_H5T_IEEE_F64LE(), in: file)
        }
        for (name, words) in [
            ("overlapping", "a virtual dataset whose sources overlap"),
            ("twice", "a virtual dataset whose sources overlap"),
            ("interleaved twice", "a virtual dataset whose sources overlap"),
            ("crossing", "a virtual dataset whose sources overlap"),
            ("more than there is", "a virtual dataset of other elements than its source 'x' has"),
            ("other type", "a virtual dataset of another type than its source 'x' (uint8, not float32)"),
            ("wider type", "a virtual dataset of another type than its source 'x' (float64, not float32)"),
        ] {
            let error = #expect(throws: HDF5Error.self, "\(name)") { try file.float32(name) }
            #expect(error.map { "\($0)".contains(words) } == true, "\(name): \(String(describing: error))")
        }
        #expect(try file.float32("interleaved").elements == (0..<20).map { Float($0 / 2) })
    }

    /// Ten mappings on each of seven levels: a source is checked once, not once for each of ten million paths to it.
    @Test func manyPathsToOneSource() throws {
        let file = try file { file in
            for level in 1...7 {
                let space = H5Screate_simple(1, [10], nil)
                let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
                for i in 0..<10 {
                    H5Sselect_hyperslab(space, H5S_SELECT_SET, [hsize_t(i)], nil, [1], nil)
                    H5Pset_virtual(creation, space, ".", level == 1 ? "x" : "level \(level - 1)", space)
                }
                H5Sselect_all(space)
                H5Dclose(H5Dcreate2(file, "level \(level)", ab_H5T_IEEE_F32LE(), space, 0, creation, 0))
                for id in [creation, space] { H5Idec_ref(id) }
            }
        }
        #expect(try file.float32("level 7").elements == (0..<10).map { Float($0) })
    }

    /// Adds a virtual dataset of twenty elements; each mapping takes a
    /// count of elements of 'x' from a start at a stride.
    private func map(
        _ name: String, _ mappings: [(start: hsize_t, stride: hsize_t, count: hsize_t)],
        of type: hid_t = ab_H5T_IEEE_F32LE(), in file: hid_t
    ) {
        let space = H5Screate_simple(1, [20], nil)
        let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
        for one in mappings {
            H5Sselect_hyperslab(space, H5S_SELECT_SET, [one.start], [one.stride], [one.count], nil)
            let source = H5Screate_simple(1, [one.count], nil)
            H5Pset_virtual(creation, space, ".", "x", source)
            H5Idec_ref(source)
        }
        H5Sselect_all(space)
        H5Dclose(H5Dcreate2(file, name, type, space, 0, creation, 0))
        for id in [creation, space] { H5Idec_ref(id) }
    }

    /// A writer that dies after its last flush leaves such a file in the newer formats.
    @Test func aFileThatWasLeftOpen() throws {
        let access = H5Pcreate(ab_H5P_FILE_ACCESS())
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110)
        let file = H5Fcreate(folder("open.hdf5"), ab_H5F_ACC_TRUNC(), 0, access)
        H5Gclose(H5Gcreate2(file, "group", 0, 0, 0))
        H5Fflush(file, H5F_SCOPE_GLOBAL)
        put(bytes(of: folder("open.hdf5")), at: folder("left.hdf5"))
        H5Fclose(file)
        H5Pclose(access)
        let error = #expect(throws: HDF5Error.self) { try HDF5File(readingFrom: folder("left.hdf5")) }
        #expect(error?.reason == .leftOpen)
        #expect(throws: Never.self) { try HDF5File(readingFrom: folder("open.hdf5")) }
    }

    @Test func attributesOfUnexpectedTypes() throws {
        let file = try file { file in
            for (name, space) in [("many", H5Screate_simple(1, [3], nil)), ("empty", H5Screate(H5S_NULL))] {
                H5Aclose(H5Acreate2(file, name, ab_H5T_IEEE_F64LE(), space, 0, 0))
                H5Sclose(space)
            }
            let (type, space) = (H5Tcreate(H5T_COMPOUND, 8), H5Screate(H5S_SCALAR))
            H5Tinsert(type, "a", 0, ab_H5T_IEEE_F64LE())
            H5Aclose(H5Acreate2(file, "row", type, space, 0, 0))
            for id in [type, space] { H5Idec_ref(id) }
        }
        #expect(try file.attributeNames() == ["empty", "many", "row"])
        #expect(try file.attribute("absent") == nil)
        for (name, found) in [("many", "3 elements of the type float64"), ("empty", "no value"), ("row", "compound")] {
            let error = #expect(throws: HDF5Error.self) { try file.attribute(name) }
            #expect(error?.reason == .wrongType(expected: "text or one number", found: found))
        }
    }
}
