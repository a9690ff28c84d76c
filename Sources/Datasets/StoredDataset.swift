import HDF5

/// The steps of a dataset in whichever layout they are: D4RL's or Minari's.
public enum StoredDataset: Sendable {
    case d4rl(D4RLFile)
    case minari(MinariFile)

    /// Which layout is asked for.
    public enum Layout: String, Sendable {
        case d4rl
        case minari
        /// Whichever it is.
        case either
    }

    /// Reads and checks the dataset at `path`: a file in D4RL's layout, Minari's `main_data.hdf5`, or the folder of that.
    ///
    /// - Parameters:
    ///   - layout: what to refuse the other layout for.
    ///   - includingNextObservations: as in `D4RLFile.init`.
    ///   - arrayLimit: bytes one array may take in memory.
    ///   - willLoad: called, before values are read, with the bytes of memory that this takes at its peak.
    /// - Throws: `DatasetError`, as the readers of the layouts.
    public init(
        path: String, layout: Layout = .either, includingNextObservations: Bool = false, arrayLimit: Int = 1 << 34,
        willLoad: (Int) throws(DatasetError) -> Void = { (_) throws(DatasetError) in }
    ) throws(DatasetError) {
        let isMinari = try isFolder(path) ? true : try Self.isMinari(path)
        if layout == .minari || (isMinari && layout == .either) {
            self = .minari(try MinariFile(MinariFolder(at: path), arrayLimit: arrayLimit, willLoad: willLoad))
            return
        }
        if isMinari {
            throw DatasetError(
                file: path, expected: "a file in D4RL's layout",
                found: "a dataset of Minari's, of groups 'episode_0', 'episode_1', …",
                hint: "call it by its name minari:ID, or make it a dataset of your own: {name: …, file: …}")
        }
        self = .d4rl(
            try D4RLFile(
                path: path, includingNextObservations: includingNextObservations, arrayLimit: arrayLimit,
                willLoad: willLoad))
    }

    /// The layout that the data at a path of the user's are to have: Minari's in a folder.
    ///
    /// - Throws: `DatasetError` when it cannot be found out what is there.
    public static func layout(at path: String) throws(DatasetError) -> Layout {
        try isFolder(path) ? .minari : .either
    }

    /// Whether the HDF5 file at `path` is Minari's.
    private static func isMinari(_ path: String) throws(DatasetError) -> Bool {
        try wordingErrors { () throws(HDF5Error) in
            let file = try HDF5File(readingFrom: path)
            return try file.contains("episode_0") ? !(try file.contains("observations")) : false
        }
    }

    /// The path of the HDF5 file.
    public var path: String {
        switch self {
        case .d4rl(let file): file.path
        case .minari(let file): file.path
        }
    }

    /// `ContentsDigest` of the arrays.
    public var contentsSHA256: String {
        switch self {
        case .d4rl(let file): file.contentsSHA256
        case .minari(let file): file.contentsSHA256
        }
    }

    /// What is remarkable about them and about the transitions made of them, a sentence each.
    ///
    /// - Parameter maximumSteps: as in `DatasetRemarks.of`.
    public func remarks(_ transitions: Transitions, maximumSteps: Int?) -> [String] {
        switch self {
        case .d4rl(let file): DatasetRemarks.of(file, transitions, maximumSteps: maximumSteps)
        case .minari(let file): DatasetRemarks.of(file, transitions)
        }
    }

    /// The path of the HDF5 file of the dataset at `path`, which may be a folder of Minari's.
    ///
    /// - Throws: as `MinariFolder.init`.
    public static func file(at path: String) throws(DatasetError) -> String {
        try isFolder(path) ? try MinariFolder(at: path).data : path
    }

    /// [N, S], s' as the file has it; nil where it has none or it was not read.
    public var nextObservations: [Float]? { if case .d4rl(let file) = self { file.nextObservations } else { nil } }

    /// N, the number of steps.
    public var count: Int {
        switch self {
        case .d4rl(let file): file.count
        case .minari(let file): file.count
        }
    }

    /// S, the length of an observation.
    public var stateSize: Int {
        switch self {
        case .d4rl(let file): file.stateSize
        case .minari(let file): file.stateSize
        }
    }

    /// A, the length of an action.
    public var actionSize: Int {
        switch self {
        case .d4rl(let file): file.actionSize
        case .minari(let file): file.actionSize
        }
    }

    /// The transitions by the layout's rule: D4RL's for Q-learning, or all steps of Minari's.
    ///
    /// - Parameter maximumSteps: the environment's time limit, for a file in D4RL's layout without `timeouts`.
    /// - Throws: `DatasetError` when no transition is left.
    public func transitions(maximumSteps: Int) throws(DatasetError) -> Transitions {
        switch self {
        case .d4rl(let file): try Transitions(file, maximumSteps: maximumSteps)
        case .minari(let file): try file.transitions()
        }
    }
}
