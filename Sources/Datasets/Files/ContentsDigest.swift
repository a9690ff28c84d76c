import Storage

/// The SHA-256 of a dataset's contents: of the numbers that learners see, independent of file, storage and type.
///
/// For every field, in the order in which it was added, the hash covers an ASCII line "NAME TYPE ROWS COLUMNS" with a line
/// feed, then the elements, row-major. TYPE is `<f4` (IEEE 754 single precision, little-endian) for numbers, each rounded
/// once to it, and `u1` (a byte, 0 or 1) for flags. With numpy and h5py:
///
///     digest = hashlib.sha256()
///     for name, kind in dict(observations="<f4", actions="<f4", rewards="<f4", terminals="u1", timeouts="u1").items():
///         if name in file:
///             rows = numpy.asarray(file[name]).astype(kind)
///             columns = rows.size // len(rows)
///             digest.update(f"{name} {kind} {len(rows)} {columns}\n".encode() + rows.tobytes())
///
/// (flags of 255 count as 1). In Minari's layout the fields are observations (T + 1 rows of every episode; the arrays of a
/// dictionary side by side as they are read), actions, rewards, terminations and truncations, episodes in sequence, and
/// last the length T of every episode:
///
///     lengths = numpy.array([len(file[f"episode_{k}/rewards"]) for k in range(episodes)], "<i8")
///     digest.update(f"lengths <i8 {episodes} 1\n".encode() + lengths.tobytes())
///
/// A field that a dataset lacks (`timeouts`) is skipped. Fields that no learner sees
/// (`next_observations`, `infos`, metadata) are not hashed.
package struct ContentsDigest: ~Copyable {
    private let digest = SHA256Digest()

    /// Starts a digest without fields.
    package init() {}

    /// Adds a field of numbers, [rows, `columns`], row-major.
    package func add(_ name: String, _ numbers: [Float], columns: Int) {
        addHeader(name, "<f4", count: numbers.count, columns)
        #if _endian(little)
            numbers.withUnsafeBytes { digest.update($0) }
        #else
            numbers.map(\.bitPattern.littleEndian).withUnsafeBytes { digest.update($0) }
        #endif
    }

    /// Adds a field of flags, [rows], each 0 or 1.
    package func add(_ name: String, _ flags: [UInt8]) {
        addHeader(name, "u1", count: flags.count, 1)
        flags.withUnsafeBytes { digest.update($0) }
    }

    /// Adds a field of counts, [rows], as 64-bit two's complement integers, little-endian.
    package func add(_ name: String, _ counts: [Int]) {
        addHeader(name, "<i8", count: counts.count, 1)
        counts.map { Int64($0).littleEndian }.withUnsafeBytes { digest.update($0) }
    }

    /// The digest, 64 hexadecimal digits.
    package var hexadecimal: String { digest.hexadecimal }

    /// Adds the line before a field's values: its name, type, rows and columns.
    private func addHeader(_ name: String, _ type: String, count: Int, _ columns: Int) {
        Array("\(name) \(type) \(count / columns) \(columns)\n".utf8).withUnsafeBytes { digest.update($0) }
    }
}

extension StoredSteps {
    /// The `ContentsDigest` of observations, actions, rewards, the flags at the ends of episodes and, if the file has
    /// them, the episodes' lengths.
    package var contentsSHA256: String {
        let digest = ContentsDigest()
        digest.add("observations", observations, columns: stateSize)
        digest.add("actions", actions, columns: actionSize)
        digest.add("rewards", rewards, columns: 1)
        for ends in [environmentEnds, timeLimitEnds].compactMap({ $0 }) { digest.add(ends.name, ends.flags) }
        if let episodeLengths { digest.add("lengths", episodeLengths) }
        return digest.hexadecimal
    }
}
