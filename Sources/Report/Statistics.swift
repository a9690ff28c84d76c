/// Statistics over the scores of a cell's seeds.
package enum Statistics {
    /// The mean, summed in the given order; NaN for no values.
    package static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    /// The population standard deviation (divisor n, the default of `numpy.std`), which is the paper's "±": 0 for one
    /// value, NaN for none.
    package static func populationStandardDeviation(_ values: [Double]) -> Double {
        let center = mean(values)
        return mean(values.map { ($0 - center) * ($0 - center) }).squareRoot()
    }
}
