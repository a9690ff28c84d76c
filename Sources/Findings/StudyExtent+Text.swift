import RunFolders

extension StudyExtent {
    /// "hopper-medium-r1 (our own data), 10,000 steps".
    var text: String { "\(dataset)\(isOwnData ? " (our own data)" : ""), \(grouped(steps)) steps" }
}

/// A whole number with commas between thousands: "10,000".
private func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.map { i in
        let isStart = i > 0 && (digits.count - i).isMultiple(of: 3)
        return (isStart ? "," : "") + String(digits[i])
    }.joined()
}

/// A number from one to twelve as a word, another in digits.
func inWords(_ number: Int) -> String {
    let words = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ]
    return words.indices.contains(number - 1) ? words[number - 1] : String(number)
}
