import Numerics
package import Teams

/// Predicts the gradient step of a team from the trace of a step on one process: networks run where the placement puts
/// them, and every exchange takes the time of its messages.
///
/// Each rank has a clock. Work advances the clock of its rank, a message those of its sender and receiver, a reduction
/// those of all its members; no other rank waits, so what a team does concurrently, within a step or across steps, is
/// concurrent here. Not modelled: senders waiting for buffer space, and the better cache use of ranks with fewer
/// networks.
package struct StepModel {
    /// Messages and bytes sent by a rank, counted as in `TeamExchange`.
    package struct Traffic: Sendable, Equatable {
        package var messages = 0
        package var bytes = 0

        package init(messages: Int = 0, bytes: Int = 0) { (self.messages, self.bytes) = (messages, bytes) }
    }

    /// An event with the ranks that take part.
    private enum Action {
        case work(rank: Int, seconds: Double)
        case everyone(seconds: Double)
        case messages(RowExchangePattern, rowBytes: Int)
        case reduction([(rank: Int, seconds: Double)], bytes: Int)
    }

    private let actions: [Action]
    private let steps: Int
    private let ranks: Int
    private let messageCosts: LogGPParameters
    /// The traffic of each rank over the trace's number of gradient steps.
    package private(set) var traffic: [Traffic]

    /// - Parameter slowdown: the slowdown of all work by other load on a node's cores: 1 for none.
    package init(_ trace: StepTrace, _ placement: Placement, _ messageCosts: LogGPParameters, slowdown: Double = 1) {
        ranks = placement.size
        steps = trace.steps
        self.messageCosts = messageCosts
        traffic = [Traffic](repeating: Traffic(), count: ranks)
        var actions: [Action] = []
        for event in trace.events {
            let seconds = event.seconds * slowdown
            switch event.kind {
            case .work(.everyone): actions.append(.everyone(seconds: seconds))
            case .work(.owner(let group, let index)):
                actions.append(.work(rank: placement.owner(group, index), seconds: seconds))
            case .share(let rows): actions.append(StepModel.messages(rows, placement))
            case .minimum(let rows) where Placement.reduces(minimumOver: rows.rows):
                actions.append(StepModel.reduction(rows, placement, seconds: seconds))
            case .minimum(let rows):
                actions.append(StepModel.messages(rows, placement))
                actions.append(.everyone(seconds: seconds))
            }
        }
        self.actions = actions
        countTraffic()
    }

    private static func messages(_ rows: StepTrace.Exchanged, _ placement: Placement) -> Action {
        .messages(
            placement.exchangePattern(of: rows.group, rows: rows.rows, for: rows.readers),
            rowBytes: rows.columns * MemoryLayout<Real>.stride)
    }

    /// A reduction; each member first computes the minimum of its own rows.
    private static func reduction(_ rows: StepTrace.Exchanged, _ placement: Placement, seconds: Double) -> Action {
        var own = [Int](repeating: 0, count: placement.size)
        for row in 0..<rows.rows { own[placement.owner(rows.group, row)] += 1 }
        let members = placement.members(ofMinimumOver: rows.group, for: rows.readers)
        return .reduction(
            members.map { ($0, seconds * Double(own[$0]) / Double(rows.rows)) },
            bytes: rows.columns * MemoryLayout<Real>.stride)
    }

    private mutating func countTraffic() {
        for action in actions {
            switch action {
            case .work, .everyone: break
            case .messages(let pattern, let rowBytes):
                for source in pattern.sources {
                    let receivers = pattern.receivers(from: source.rank).count
                    traffic[source.rank].messages += receivers
                    traffic[source.rank].bytes += receivers * source.rows.count * rowBytes
                }
            case .reduction(let members, let bytes) where members.count > 1:
                for member in members {
                    traffic[member.rank].messages += 1
                    traffic[member.rank].bytes += bytes
                }
            case .reduction: break
            }
        }
    }

    /// The predicted seconds of a gradient step in a long run.
    package var stepSeconds: Double {
        var clocks = Clocks(ranks: ranks, messageCosts)
        let (first, rounds) = (2, 4)  // The first rounds fill the pipeline.
        for _ in 0..<first { replay(&clocks) }
        let start = clocks.latest
        for _ in 0..<rounds { replay(&clocks) }
        return (clocks.latest - start) / Double(rounds * steps)
    }

    private func replay(_ clocks: inout Clocks) {
        for action in actions {
            switch action {
            case .work(let rank, let seconds): clocks.work(rank, seconds)
            case .everyone(let seconds): for rank in 0..<ranks { clocks.work(rank, seconds) }
            case .messages(let pattern, let rowBytes): clocks.exchange(pattern, rowBytes: rowBytes)
            case .reduction(let members, let bytes):
                for member in members { clocks.work(member.rank, member.seconds) }
                clocks.reduce(members.map(\.rank), bytes: bytes)
            }
        }
    }
}

/// The time at each rank, and when its connections to the network are free.
private struct Clocks {
    private let messageCosts: LogGPParameters
    private var time: [Double]
    private var leaving: [Double]
    private var arriving: [Double]

    init(ranks: Int, _ messageCosts: LogGPParameters) {
        self.messageCosts = messageCosts
        time = [Double](repeating: 0, count: ranks)
        (leaving, arriving) = (time, time)
    }

    var latest: Double { time.max() ?? 0 }

    mutating func work(_ rank: Int, _ seconds: Double) { time[rank] += seconds }

    /// Sends all rows, then receives all, both in rank order, as in `RowChannel`.
    mutating func exchange(_ pattern: RowExchangePattern, rowBytes: Int) {
        var arrivals: [Int: [Double]] = [:]
        for source in pattern.sources {
            let bytes = source.rows.count * rowBytes
            for reader in pattern.readers where reader != source.rank {
                time[source.rank] += messageCosts.overhead
                let departure = max(time[source.rank], leaving[source.rank])
                leaving[source.rank] = departure + messageCosts.interval(bytes: bytes)
                let wire = messageCosts.latency + Double(bytes) * messageCosts.gapPerByte
                let arrival = max(departure + wire, arriving[reader] + messageCosts.interval(bytes: bytes))
                arriving[reader] = arrival
                arrivals[reader, default: []].append(arrival)
            }
        }
        for (reader, times) in arrivals {
            for arrival in times { time[reader] = max(time[reader], arrival) + messageCosts.overhead }
        }
    }

    mutating func reduce(_ members: [Int], bytes: Int) {
        let start = members.map { time[$0] }.max() ?? 0
        let end = start + messageCosts.reduction(bytes: bytes, ranks: members.count)
        for rank in members { time[rank] = end }
    }
}
