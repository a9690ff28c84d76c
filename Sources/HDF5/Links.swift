import CHDF5

extension HDF5File {
    /// The path of hard links alone that leads where `name` does: soft links are followed, links out of the file are not.
    ///
    /// - Throws: `HDF5Error` with the reason `missing` where nothing has this name, `refused` for a soft link that leads
    ///   nowhere or in a circle and for a link into another file, or `library`.
    func resolve(_ name: String) throws(HDF5Error) -> String {
        let most = 100  // links of an honest file are a few; a circle has no end
        var followed = 0
        var lastTarget: String?
        var walked = ""
        var ahead = components(of: name)
        while let component = ahead.popLast() {
            let next = walked + "/" + component
            guard try isGroup(at: walked, name), try exists(next, name) else {
                guard let lastTarget else { throw failure(name, .missing) }
                throw failure(name, .refused(found: "a soft link to '\(lastTarget)', which is not there"))
            }
            switch ab_link_type(handle.id, next) {
            case H5L_TYPE_HARD: walked = next
            case H5L_TYPE_SOFT:
                followed += 1
                guard followed <= most else { throw failure(name, .refused(found: "soft links in a circle")) }
                let target = try softTarget(next, name)
                if target.hasPrefix("/") { walked = "" }
                ahead += components(of: target)
                lastTarget = target
            case H5L_TYPE_EXTERNAL: throw failure(name, .refused(found: externalLink(next)))
            default: throw failure(name, .refused(found: "a link of a kind that only its writer knows"))
            }
        }
        return walked.isEmpty ? "/" : walked
    }

    /// The parts of a path, the last one first; "." is where one is.
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

    /// "a link into another file, 'policy.hdf5'".
    private func externalLink(_ place: String) -> String {
        // A byte of flags, the name of the file, the path in it.
        let name = (linkValue(place) ?? []).dropFirst().prefix { $0 != 0 }
        return "a link into another file, '\(String(decoding: name, as: UTF8.self))'"
    }

    private func linkValue(_ place: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: ab_link_value_size(handle.id, place))
        guard !bytes.isEmpty, H5Lget_val(handle.id, place, &bytes, bytes.count, ab_H5P_DEFAULT()) >= 0 else {
            return nil
        }
        return bytes
    }
}
