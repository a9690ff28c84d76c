extension BinaryInteger {
    /// The digits of a number that is not negative, with zeros before them up to a width: 7 is "0007", as in the names of files,
    /// whose order then is that of the numbers.
    package func zeroPadded(to width: Int, radix: Int = 10) -> String {
        let digits = String(self, radix: radix)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
