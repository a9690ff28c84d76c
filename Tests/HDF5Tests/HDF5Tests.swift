import CHDF5
import Glibc
import HDF5
import ScratchFiles
import Testing

@Suite struct HDF5RoundTrip {
    let folder = TemporaryFolder()

    @Test(arguments: [HDF5Writer.Storage.contiguous, .gzip(level: 4)])
    func arraysComeBack(storage: HDF5Writer.Storage) throws {
        let path = folder("a.hdf5")
        let numbers = (0..<60_000).map { Float($0) / 7 }
        try HDF5Writer.write(to: path) { file in
            try file.write(numbers, shape: [20_000, 3], to: "numbers", storage: storage)
            try file.write([0.1, 0.2], shape: [2, 1], to: "infos/doubles", storage: storage)
            try file.write([true, false, true], shape: [3], to: "flags", storage: storage)
            try file.write([0, 1, 255] as [UInt8], shape: [3], to: "bytes", storage: storage)
            try file.write([-1, 1 << 40] as [Int64], shape: [2], to: "integers", storage: storage)
            try file.write([] as [Float], shape: [0, 3], to: "empty", storage: storage)
        }
        let file = try HDF5File(readingFrom: path)
        #expect(try file.names() == ["bytes", "empty", "flags", "infos", "integers", "numbers"])
        #expect(try file.names(in: "infos") == ["doubles"])
        #expect(try file.float32("numbers") == HDF5Array(shape: [20_000, 3], elements: numbers))
        #expect(try file.float64("infos/doubles").elements == [0.1, 0.2])
        #expect(try file.float32("infos/doubles").elements == [0.1, 0.2])
        #expect(try file.flags("flags").elements == [1, 0, 1])
        #expect(try file.flags("bytes").elements == [0, 1, 1])
        #expect(try file.int64("integers").elements == [-1, 1 << 40])
        #expect(try file.float32("empty") == HDF5Array(shape: [0, 3], elements: []))
        #expect(try file.describe("flags") == HDF5Description(element: .boolean, shape: [3]))
        #expect(try file.describe("bytes").element == .integer(bits: 8, signed: false))
        #expect(try file.describe("infos/doubles").element == .floating(bits: 64))
        #expect(try file.contains("infos/doubles"))
        #expect(try !file.contains("infos/nothing"))
    }

    @Test func valuesAndAttributesComeBack() throws {
        let path = folder("v.hdf5")
        let array = HDF5Array(shape: [2, 2], elements: [1, 2, 3, 4] as [Float])
        try HDF5Writer.write(to: path) { file in
            try file.write(.text("SAC, größer"), to: "metadata/algorithm")
            try file.write(.text(""), to: "metadata/empty")
            try file.write(.integer(-3), to: "metadata/iteration")
            try file.write(.number(0.1), to: "metadata/rate")
            try file.write(.array(array), to: "metadata/policy/weight")
            try file.setAttribute("version", to: .integer(2))
            try file.setAttribute("unit", of: "metadata/rate", to: .text("1/s"))
            try file.setAttribute("scale", of: "metadata/rate", to: .number(2.5))
        }
        let file = try HDF5File(readingFrom: path)
        #expect(try file.value("metadata/algorithm") == .text("SAC, größer"))
        #expect(try file.value("metadata/empty") == .text(""))
        #expect(try file.value("metadata/iteration") == .integer(-3))
        #expect(try file.value("metadata/rate") == .number(0.1))
        #expect(try file.value("metadata/policy/weight") == .array(array))
        #expect(try file.attribute("version") == .integer(2))
        #expect(try file.attribute("unit", of: "metadata/rate") == .text("1/s"))
        #expect(try file.attribute("scale", of: "metadata/rate") == .number(2.5))
        #expect(try file.attribute("nothing") == nil)
    }

    @Test func variableLengthStringsAreRead() throws {
        let path = folder("s.hdf5")
        try HDF5Writer.write(to: path) { _ in }
        edit(path) { file in
            let type = H5Tcopy(ab_H5T_C_S1())
            H5Tset_size(type, ab_H5T_VARIABLE())
            let space = H5Screate(H5S_SCALAR)
            let dataset = H5Dcreate2(file, "s", type, space, ab_H5P_DEFAULT(), ab_H5P_DEFAULT(), ab_H5P_DEFAULT())
            "hello".withCString { text in
                var pointer: UnsafePointer<CChar>? = text
                H5Dwrite(dataset, type, ab_H5S_ALL(), ab_H5S_ALL(), ab_H5P_DEFAULT(), &pointer)
            }
            for id in [dataset, space, type] { H5Idec_ref(id) }
        }
        #expect(try HDF5File(readingFrom: path).value("s") == .text("hello"))
    }
}

@Suite struct HDF5Writing {
    let folder = TemporaryFolder()
    struct Interruption: Error {}

    private func write(_ name: String) throws {
        try HDF5Writer.write(to: folder(name)) { file in
            try file.write((0..<5000).map { Float($0) }, shape: [1000, 5], to: "infos/numbers")
            try file.write([true, false], shape: [2], to: "flags")
            try file.write(.text("SAC"), to: "metadata/algorithm")
        }
    }

    @Test func sameContentGivesSameBytes() throws {
        try write("a.hdf5")
        waitForTheNextSecond()  // HDF5's time stamps count seconds.
        try write("b.hdf5")
        #expect(bytes(of: folder("a.hdf5")) == bytes(of: folder("b.hdf5")))
        #expect(bytes(of: folder("a.hdf5")).count > 1000)
    }

    @Test func anInterruptedWriteLeavesTheOldFile() throws {
        try write("a.hdf5")
        let before = bytes(of: folder("a.hdf5"))
        #expect(throws: Interruption.self) {
            try HDF5Writer.write(to: folder("a.hdf5")) { file in
                try file.write([1] as [Float], shape: [1], to: "x")
                throw Interruption()
            }
        }
        #expect(bytes(of: folder("a.hdf5")) == before)
        #expect(folder.contents == ["a.hdf5"])
    }

    @Test func writingTwiceReplaces() throws {
        try write("a.hdf5")
        try HDF5Writer.write(to: folder("a.hdf5")) { try $0.write([1] as [Float], shape: [1], to: "x") }
        #expect(try HDF5File(readingFrom: folder("a.hdf5")).names() == ["x"])
        #expect(folder.contents == ["a.hdf5"])
    }

    @Test func anAbsentFolderIsAnError() {
        let error = #expect(throws: HDF5Error.self) { try HDF5Writer.write(to: folder("no/a.hdf5")) { _ in } }
        #expect(error.map { "\($0)".contains("no/a.hdf5: H5Fcreate failed: No such file or directory") } == true)
    }
}

@Suite struct HDF5Refusals {
    let folder = TemporaryFolder()

    /// A file with one valid dataset 'x' and whatever `body` adds.
    private func file(_ body: (hid_t) -> Void) throws -> HDF5File {
        try HDF5Writer.write(to: folder("a.hdf5")) { try $0.write([1, 2] as [Float], shape: [2], to: "x") }
        edit(folder("a.hdf5"), body)
        return try HDF5File(readingFrom: folder("a.hdf5"))
    }

    private func reason(_ body: () throws -> Void) -> HDF5Error.Reason? {
        #expect(throws: HDF5Error.self, performing: body)?.reason
    }

    @Test func linksAreFollowedWithinTheFile() throws {
        let file = try file { file in
            let none = ab_H5P_DEFAULT()
            for (name, target) in [
                ("soft", "/x"), ("relative", "x"), ("dotted", "./x"), ("chain", "/relative"), ("nowhere", "/y"),
                ("circle", "circle"), ("there", "/back"), ("back", "/there"), ("through", "/group/up"),
            ] { H5Lcreate_soft(target, file, name, none, none) }
            H5Gclose(H5Gcreate2(file, "group", none, none, none))
            H5Lcreate_soft("/x", file, "group/up", none, none)
            H5Lcreate_external("/etc/other.hdf5", "/x", file, "external", none, none)
            H5Lcreate_soft("/external", file, "out", none, none)
            // A link that names its own file leads into it, whatever the name.
            symlink("a.hdf5", folder("alias.hdf5"))
            H5Lcreate_external("a.hdf5", "/group", file, "self", none, none)
            H5Lcreate_external(folder("alias.hdf5"), "group/up", file, "up", none, none)
            H5Lcreate_external("./a.hdf5", "/around", file, "around", none, none)
            put("text".utf8, at: folder("text"))
            H5Lcreate_external("text", "/x", file, "another", none, none)
        }
        for name in ["soft", "relative", "dotted", "chain", "through", "/group/./up"] {
            #expect(try file.float32(name).elements == [1, 2], "\(name)")
            #expect(try file.contains(name))
        }
        #expect(
            reason { _ = try file.contains("nowhere") } == .astray(found: "a soft link to '/y', which is not there"))
        for name in ["circle", "there"] {
            #expect(reason { _ = try file.float32(name) } == .astray(found: "soft links in a circle"))
        }
        for name in ["up", "self/up"] { #expect(try file.float32(name).elements == [1, 2], "\(name)") }
        #expect(reason { _ = try file.float32("around") } == .astray(found: "links in a circle"))
        for name in ["external", "external/deeper", "out"] {
            #expect(
                reason { _ = try file.float32(name) } == .refused(found: "a link into another file, '/etc/other.hdf5'"))
        }
        #expect(reason { _ = try file.float32("another") } == .refused(found: "a link into another file, 'text'"))
        #expect(try !file.contains("x/deeper"), "an array has nothing in it")
    }

    @Test func otherObjectsAreNotRead() throws {
        let file = try file {
            H5Gclose(H5Gcreate2($0, "group", ab_H5P_DEFAULT(), ab_H5P_DEFAULT(), ab_H5P_DEFAULT()))
        }
        #expect(reason { _ = try file.float32("group") } == .refused(found: "a group"))
        #expect(reason { _ = try file.float32("nothing") } == .missing)
        #expect(reason { _ = try file.names(in: "x") } == .refused(found: "a dataset"))
        #expect(
            reason { _ = try file.int64("x") } == .wrongType(expected: "integers", found: "float32"))
    }

    @Test func absurdSizesAreNotAllocated() throws {
        let file = try file { file in
            declare(file, "tall", [1 << 40, 11])
            declare(file, "overflowing", [1 << 40, 1 << 40])
            declare(file, "unwritten", [10])
        }
        #expect(
            reason { _ = try file.float32("tall") } == .tooLarge(shape: [1 << 40, 11], limit: 1 << 34))
        #expect(
            reason { _ = try file.describe("overflowing") }
                == .tooLarge(shape: [1 << 40, 1 << 40], limit: 1 << 34))
        #expect(
            reason { _ = try file.float32("unwritten") }
                == .unwritten(found: "an array that was never written"))
        let strict = try HDF5File(readingFrom: folder("a.hdf5"), arrayLimit: 7)
        #expect(reason { _ = try strict.float32("x") } == .tooLarge(shape: [2], limit: 7))
    }

    /// Creates a chunked array of single-precision numbers without data.
    private func declare(_ file: hid_t, _ name: String, _ shape: [hsize_t]) {
        let space = H5Screate_simple(Int32(shape.count), shape, nil)
        let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
        H5Pset_chunk(creation, Int32(shape.count), [hsize_t](repeating: 1, count: shape.count))
        let dataset = H5Dcreate2(
            file, name, ab_H5T_IEEE_F32LE(), space, ab_H5P_DEFAULT(), creation, ab_H5P_DEFAULT())
        precondition(dataset >= 0)
        for id in [dataset, creation, space] { H5Idec_ref(id) }
    }

    @Test func filesThatAreNotHDF5() throws {
        #expect(
            reason { _ = try HDF5File(readingFrom: folder("none")) }
                == .system(call: "stat", code: ENOENT))
        #expect(
            reason { _ = try HDF5File(readingFrom: folder.path) }
                == .notRegular(found: "a folder"))
        put("<html>404 Not Found</html>".utf8, at: folder("page"))
        #expect(
            reason { _ = try HDF5File(readingFrom: folder("page")) }
                == .foreign(format: "an HTML page, such as a server's error or log-in page: download the file again"))
        put([], at: folder("empty"))
        #expect(reason { _ = try HDF5File(readingFrom: folder("empty")) } == .notHDF5(bytes: 0))
    }

    @Test func everyTruncationIsFound() throws {
        _ = try file { _ in }
        let whole = bytes(of: folder("a.hdf5"))
        for size in stride(from: 0, to: whole.count, by: 37) {
            put(whole.prefix(size), at: folder("cut"))
            #expect(throws: HDF5Error.self) { try HDF5File(readingFrom: folder("cut")) }
        }
        #expect(
            reason { _ = try HDF5File(readingFrom: folder("cut")) }
                == .truncated(found: (whole.count - 1) / 37 * 37, expected: whole.count))
    }

    @Test func damagedDataAreFound() throws {
        try HDF5Writer.write(to: folder("a.hdf5")) {
            try $0.write((0..<100_000).map { Float($0) }, shape: [100_000], to: "x")
        }
        var damaged = bytes(of: folder("a.hdf5"))
        for i in damaged.count / 2..<damaged.count / 2 + 64 { damaged[i] ^= 0xFF }
        put(damaged, at: folder("a.hdf5"))
        let file = try HDF5File(readingFrom: folder("a.hdf5"))
        let error = #expect(throws: HDF5Error.self) { try file.float32("x") }
        #expect(error.map { "\($0)".contains("a chunk that the filter 1 (gzip) cannot decode at [0]") } == true)
    }
}
