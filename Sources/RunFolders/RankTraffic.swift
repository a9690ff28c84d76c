package import Cases
import Failures
import Storage

/// `logs/traffic-0000.json`: what a rank of teams sent in its last run. A rank that works alone leaves no file.
package struct RankTraffic: Codable, Sendable {
    /// The cases on which it worked in a team, in this order.
    package let cases: [CaseTraffic]

    package init(cases: [CaseTraffic]) { self.cases = cases }

    /// Writes the file of `rank`.
    ///
    /// - Throws: `HarnessError.io`.
    package func write(to folder: RunFolder, rank: Int) throws {
        try DurableFile.write(jsonFile(self), to: folder.traffic(ofRank: rank))
    }

    /// Reads the files of the ranks 0, 1, … up to the first without one.
    ///
    /// - Throws: `HarnessError` if one cannot be read, or has a case without steps.
    package static func readAll(_ folder: RunFolder) throws -> [RankTraffic] {
        var ranks: [RankTraffic] = []
        while case let path = folder.traffic(ofRank: ranks.count), let data = try FileCalls.current.contents(of: path) {
            let traffic: RankTraffic = try decodeJSON(data, as: "the messages of a rank", path: path)
            guard traffic.cases.allSatisfy({ $0.steps > 0 }) else {
                throw HarnessError.badInput("\(path): expected cases of 1 step or more, found one of less")
            }
            ranks.append(traffic)
        }
        return ranks
    }
}
