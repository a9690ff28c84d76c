import CHDF5
import Glibc
import Paths

extension HDF5File {
    /// Resolves `name` to a path of hard links. Soft links are followed, and external links if the file that they name is
    /// this one; links into other files are refused.
    ///
    /// - Throws: `HDF5Error` with the reason `missing` if there is no such name, `astray` for a dangling or circular soft
    ///   link, `refused` for a link into another file, or `library`.
    func resolve(_ name: String) throws(HDF5Error) -> String {
        var openedAs = path
        return try resolve(name, openedAs: &openedAs)
    }

    /// Resolves a name that the library will then follow itself.
    ///
    /// - Parameter openedAs: the path by which the library has opened this file before it follows `name`; then the path
    ///   after that, as an external link may name this file by another path.
    func resolve(_ name: String, openedAs: inout String) throws(HDF5Error) -> String {
        let most = 100  // links of an honest file are a few; a circle has no end
        var followed = 0
        var lastTarget: String?
        var walked = ""
        var ahead = components(of: name)
        while let component = ahead.popLast() {
            let next = walked + "/" + component
            guard try isGroup(at: walked, name), try exists(next, name) else {
                guard let lastTarget else { throw failure(name, .missing) }
                throw failure(name, .astray(found: "a soft link to '\(lastTarget)', which is not there"))
            }
            switch ab_link_type(handle.id, next) {
            case H5L_TYPE_HARD: walked = next
            case H5L_TYPE_SOFT:
                followed += 1
                guard followed <= most else { throw failure(name, .astray(found: "soft links in a circle")) }
                let target = try softTarget(next, name)
                if target.hasPrefix("/") { walked = "" }
                ahead += components(of: target)
                lastTarget = target
            case H5L_TYPE_EXTERNAL:
                followed += 1
                guard followed <= most else { throw failure(name, .astray(found: "links in a circle")) }
                let target = try externalTarget(next, name)
                guard let own = pathOfThisFile(named: target.file, in: openedAs) else {
                    let shown = PathBytes.shown(target.file)
                    throw failure(name, .refused(found: "a link into another file, '\(shown)'"))
                }
                openedAs = own
                walked = ""
                ahead += components(of: target.place)
                lastTarget = target.place
            default: throw failure(name, .unsupported(found: "a link of a kind that only its writer knows", hint: nil))
            }
        }
        return walked.isEmpty ? "/" : walked
    }

    /// Splits a path into its parts, the last one first, without ".".
    private func components(of path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.reversed().map { String($0) }
    }

    private func isGroup(at place: String, _ name: String) throws(HDF5Error) -> Bool {
        if place.isEmpty { return true }
        guard let object = Handle(H5Oopen(handle.id, place, ab_H5P_DEFAULT())) else {
            throw .library("H5Oopen", file: path, object: name)
        }
        return H5Iget_type(object.id) == H5I_GROUP
    }

    private func exists(_ place: String, _ name: String) throws(HDF5Error) -> Bool {
        let answer = H5Lexists(handle.id, place, ab_H5P_DEFAULT())
        guard answer >= 0 else { throw .library("H5Lexists", file: path, object: name) }
        return answer > 0
    }

    private func softTarget(_ place: String, _ name: String) throws(HDF5Error) -> String {
        guard let bytes = linkValue(place) else { throw .library("H5Lget_val", file: path, object: name) }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Returns the file that an external link names and the path in it.
    private func externalTarget(_ place: String, _ name: String) throws(HDF5Error) -> (file: String, place: String) {
        guard let bytes = linkValue(place) else { throw .library("H5Lget_val", file: path, object: name) }
        // The value is a byte of flags, the name of the file, and the path in it.
        let names = bytes.dropFirst().split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard names.count > 1 else { throw failure(name, .damaged(found: "a link into another file without its name")) }
        return (PathBytes.text(of: names[0]), String(decoding: names[1], as: UTF8.self))
    }

    private func linkValue(_ place: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: ab_link_value_size(handle.id, place))
        guard !bytes.isEmpty, H5Lget_val(handle.id, place, &bytes, bytes.count, ab_H5P_DEFAULT()) >= 0 else {
            return nil
        }
        return bytes
    }
}
