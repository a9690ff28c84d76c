/// Means and standard deviations of a few numbers, such as the scores of a cell of a table.
package enum Statistics {
    /// The mean, summed in the given order; NaN for no values.
    package static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    /// The population standard deviation (divisor n, the default of `numpy.std`), which is the paper's "±": 0 for one
    /// value, NaN for none.
    package static func populationStandardDeviation(_ values: [Double]) -> Double {
        (squaredDeviations(values) / Double(values.count)).squareRoot()
    }

    /// The standard deviation of a sample (divisor n - 1); NaN for fewer than two values.
    package static func sampleStandardDeviation(_ values: [Double]) -> Double {
        values.count < 2 ? .nan : (squaredDeviations(values) / Double(values.count - 1)).squareRoot()
    }

    /// The sum of squared deviations from the mean, in the order given.
    private static func squaredDeviations(_ values: [Double]) -> Double {
        let center = mean(values)
        return values.map { ($0 - center) * ($0 - center) }.reduce(0, +)
    }
}
