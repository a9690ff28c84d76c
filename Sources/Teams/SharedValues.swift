import Foundation
package import MPI

// Values that ranks send each other as JSON, outside of training steps.
extension Communicator {
    /// The value that `body` gives on rank 0, on every rank; if it throws there, every rank throws `AgreedFault`. Collective.
    package func agree<Value: Codable>(on body: () throws -> Value) throws -> Value {
        let json = try agree(sharing: { try encoded(body()) })
        return try decoded(json)
    }

    /// The values of all ranks, in rank order, on rank 0; none elsewhere. Collective.
    package func gather<Value: Codable>(values: [Value]) throws -> [Value] {
        try (gather(encoded(values)) ?? []).flatMap { try decoded($0) as [Value] }
    }

    /// The value of every rank, in rank order, on all ranks. Collective.
    package func allgather<Value: Codable>(value: Value) throws -> [Value] {
        try decoded(broadcast(encoded(gather(values: [value]))))
    }
}

extension Team {
    /// The values of all ranks, in rank order, on the leader; none elsewhere. Collective.
    package func gather<Value: Codable>(values: [Value]) throws -> [Value] {
        try communicator?.gather(values: values) ?? values
    }

    /// The values of all ranks, in rank order, on every rank. Collective.
    package func allgather<Value: Codable>(values: [Value]) throws -> [Value] {
        guard let communicator else { return values }
        return try decoded(communicator.broadcast(encoded(communicator.gather(values: values))))
    }

    /// The value of `root`, to the last bit, on every rank. Collective.
    package func broadcast<Value: BitwiseCopyable>(value: Value, from root: Int = 0) throws -> Value {
        let bytes = try broadcast(withUnsafeBytes(of: value) { Array($0) }, from: root)
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    }
}

private func encoded(_ value: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(value)) }

private func decoded<Value: Decodable>(_ json: [UInt8]) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(json))
}
