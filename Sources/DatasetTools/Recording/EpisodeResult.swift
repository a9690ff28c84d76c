import Failures
import MPI

/// An episode that has been run.
struct EpisodeResult {
    let place: EpisodePlace
    /// The encoded episode, or why there is none.
    let outcome: Result<[UInt8], HarnessError>

    /// Runs an episode; its own errors become its outcome.
    ///
    /// - Throws: `MPIError`, `SuperfluousEpisode`.
    init(of place: EpisodePlace, _ episode: OrderedEpisodes.Episode, betweenSteps: @escaping () throws -> Void) throws {
        self.place = place
        do {
            outcome = .success(try episode(place, betweenSteps))
        } catch let error where error is MPIError || error is SuperfluousEpisode {
            throw error
        } catch {
            outcome = .failure(.inputs("\(error)", ExitStatus(for: error)))
        }
    }
}

/// The error that ends an episode which is no longer needed.
struct SuperfluousEpisode: Error {}

// Messages between the leader and the workers, in this machine's byte order.
extension EpisodePlace {
    /// The size of a place in a message.
    static let messageSize = 16

    /// Part and episode as 64-bit integers.
    var message: [UInt8] { [part, episode].withUnsafeBytes { Array($0) } }

    /// Reads the place at the beginning of a message.
    init(message: some Sequence<UInt8>) {
        let bytes = Array(message.prefix(Self.messageSize))
        precondition(bytes.count == Self.messageSize, "a message of \(bytes.count) bytes")
        (part, episode) = bytes.withUnsafeBytes {
            ($0.loadUnaligned(as: Int.self), $0.loadUnaligned(fromByteOffset: 8, as: Int.self))
        }
    }
}

extension EpisodeResult {
    /// The place, the exit code that the episode's error stands for (0: none), then the encoded episode or the sentence.
    var message: [UInt8] {
        switch outcome {
        case .success(let episode): place.message + [UInt8(ExitStatus.done.rawValue)] + episode
        case .failure(let error): place.message + [UInt8(error.exitStatus.rawValue)] + Array("\(error)".utf8)
        }
    }

    init(message: [UInt8]) {
        place = EpisodePlace(message: message)
        let status = ExitStatus(rawValue: Int32(message[EpisodePlace.messageSize])) ?? .bug
        let rest = message.dropFirst(EpisodePlace.messageSize + 1)
        outcome =
            status == .done
            ? .success(Array(rest)) : .failure(.inputs(String(decoding: rest, as: UTF8.self), status))
    }
}
