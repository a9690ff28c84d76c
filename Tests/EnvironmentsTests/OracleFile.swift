import Foundation
import Glibc

/// The rows of a table in the folder Oracle, each as words separated by spaces; lines that begin with # are left out.
func oracleRows(_ name: String) throws -> [[String]] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Oracle")
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").map(String.init) }
}

/// The numbers of a row, from its `first` word on.
func numbers(_ row: [String], from first: Int) -> [Double] { row[first...].map { Double($0) ?? .nan } }

/// a_t,i = sin(0.37·(t + 1)·(i + 1)).
func oracleAction(_ t: Int, size: Int = 3) -> [Double] {
    (0..<size).map { sin(0.37 * Double(t + 1) * Double($0 + 1)) }
}

/// The oracle's action for the kitchen's arm.
func kitchenOracleAction(_ t: Int) -> [Double] { oracleAction(t, size: 9) }
