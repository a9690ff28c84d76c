import CHDF5
import Foundation
import HDF5
import ScratchFiles
import Testing

/// Virtual datasets and links that name their own file by any path to it are followed; no other file is opened.
@Suite struct OwnNameTests {
    let folder = TemporaryFolder()

    /// Creates in `folder`: there/a.hdf5 with an array 'x' of ten numbers; a hard link to it, there/hard.hdf5; a
    /// symbolic link to it, here/link.hdf5; a symbolic link 'way' to the folder 'there'; another file, other.hdf5,
    /// whose array 'x' has other numbers; and hard links to that other file with the names in `decoys`.
    ///
    /// there/a.hdf5 gets 'virtual', whose elements are those of 'x' in the file that `name` names ('<' stands for
    /// `folder`); 'link', an external link to that file; and the combinations of both.
    private func makeFile(naming name: String, decoys: [String] = []) throws {
        let manager = FileManager.default
        for path in ["there", "here"] { mkdir(folder(path), 0o777) }
        for (path, first) in [("there/a.hdf5", Float(0)), ("other.hdf5", 100)] {
            try HDF5Writer.write(to: folder(path)) {
                try $0.write((0..<10).map { first + Float($0) }, shape: [10], to: "x")
            }
        }
        try manager.linkItem(atPath: folder("there/a.hdf5"), toPath: folder("there/hard.hdf5"))
        symlink("../there/a.hdf5", folder("here/link.hdf5"))
        symlink("there", folder("way"))
        for decoy in decoys { try manager.linkItem(atPath: folder("other.hdf5"), toPath: folder(decoy)) }
        let name = name.replacing("<", with: folder.path)
        edit(folder("there/a.hdf5")) { file in
            H5Lcreate_external(name, "/x", file, "link", 0, 0)
            map("virtual", to: "x", in: name, of: file)
            map("nested", to: "virtual", in: name, of: file)
            map("virtual of a link", to: "link", in: ".", of: file)
            H5Lcreate_external(name, "/nested", file, "link to nested", 0, 0)
            map("nested behind a link", to: "link to nested", in: ".", of: file)
        }
    }

    private static let readers = [
        "virtual", "link", "nested", "virtual of a link", "link to nested", "nested behind a link",
    ]

    /// Adds a virtual dataset of the ten elements of `source` in the file `other`.
    private func map(_ name: String, to source: String, in other: String, of file: hid_t) {
        let space = H5Screate_simple(1, [10], nil)
        let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
        H5Pset_virtual(creation, space, other, source, space)
        H5Dclose(H5Dcreate2(file, name, ab_H5T_IEEE_F32LE(), space, 0, creation, 0))
        for id in [creation, space] { H5Idec_ref(id) }
    }

    @Test(
        arguments: [
            ("a.hdf5", "there/a.hdf5"), ("./a.hdf5", "there/a.hdf5"), ("hard.hdf5", "there/a.hdf5"),
            ("a.hdf5", "there/hard.hdf5"), ("</there/a.hdf5", "there/a.hdf5"), ("</way/a.hdf5", "there/a.hdf5"),
            ("../way/a.hdf5", "there/a.hdf5"), ("../here/link.hdf5", "there/a.hdf5"), ("a.hdf5", "way/a.hdf5"),
            ("link.hdf5", "here/link.hdf5"), ("</here/link.hdf5", "way/a.hdf5"),
            // The file is opened by a link with another name or in another folder.
            ("a.hdf5", "here/link.hdf5"), ("../there/a.hdf5", "here/link.hdf5"),
            // The file names itself by its path on the machine that wrote it.
            ("/proc/on/another/machine/a.hdf5", "there/a.hdf5"), ("/proc/nowhere/a.hdf5", "here/link.hdf5"),
        ])
    func theFileItself(name: String, opened: String) throws {
        try makeFile(naming: name)
        let file = try HDF5File(readingFrom: folder(opened))
        for reader in Self.readers {
            #expect(try file.float32(reader).elements == (0..<10).map { Float($0) }, "\(reader)")
        }
    }

    @Test(
        arguments: [
            ("../other.hdf5", "there/a.hdf5", []), ("</other.hdf5", "there/a.hdf5", []), ("b.hdf5", "there/a.hdf5", []),
            ("b.hdf5", "there/a.hdf5", ["there/b.hdf5"]), ("..", "there/a.hdf5", []), ("</there", "there/a.hdf5", []),
            // A file in the link's folder comes first.
            ("a.hdf5", "here/link.hdf5", ["here/a.hdf5"]), ("<//a.hdf5", "there/a.hdf5", ["a.hdf5"]),
            // The library stops at a path that it cannot open.
            (String(repeating: "x", count: 300), "there/a.hdf5", []),
        ] as [(String, String, [String])])
    func anotherFile(name: String, opened: String, decoys: [String]) throws {
        try makeFile(naming: name, decoys: decoys)
        let file = try HDF5File(readingFrom: folder(opened))
        let shown = "another file, '\(name.replacing("<", with: folder.path))'"
        for reader in Self.readers {
            let error = #expect(throws: HDF5Error.self, "\(reader)") { try file.float32(reader) }
            #expect(error.map { "\($0)".contains(shown) } == true, "\(reader): \(String(describing: error))")
        }
    }

    /// The files named in a file are searched from each name by which the file itself was opened.
    @Test func namesAreRelativeToTheNameOfTheOpenFile() throws {
        try makeFile(naming: "a.hdf5", decoys: ["here/a.hdf5"])
        edit(folder("there/a.hdf5")) { map("from here", to: "virtual", in: "../here/link.hdf5", of: $0) }
        let file = try HDF5File(readingFrom: folder("there/a.hdf5"))
        #expect(try file.float32("virtual").elements == (0..<10).map { Float($0) })
        let error = #expect(throws: HDF5Error.self) { try file.float32("from here") }
        #expect(error.map { "\($0)".contains("another file, 'a.hdf5'") } == true, "\(String(describing: error))")
    }

    @Test func namesWithAPercentSign() throws {
        try makeFile(naming: "a.hdf5")
        try FileManager.default.linkItem(atPath: folder("there/a.hdf5"), toPath: folder("there/50%.hdf5"))
        edit(folder("there/a.hdf5")) { file in
            map("percent", to: "x", in: "50%%.hdf5", of: file)
            let (source, all) = (H5Screate_simple(1, [10], nil), H5Screate_simple(1, [10], [hsize_t.max]))
            H5Sselect_hyperslab(all, H5S_SELECT_SET, [0], [10], [hsize_t.max], [10])
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_virtual(creation, all, "a%b.hdf5", "x", source)
            H5Dclose(H5Dcreate2(file, "pattern", ab_H5T_IEEE_F32LE(), all, 0, creation, 0))
            for id in [creation, all, source] { H5Idec_ref(id) }
        }
        let file = try HDF5File(readingFrom: folder("there/a.hdf5"))
        #expect(try file.float32("percent").elements == (0..<10).map { Float($0) })
        let error = #expect(throws: HDF5Error.self) { try file.float32("pattern") }
        #expect(
            error.map { "\($0)".contains("a virtual dataset of sources by a pattern, 'a%b.hdf5'; copy the data") }
                == true)
    }
}
