/// What a cell of a table says about the scores of its seeds.
package enum Statistics {
    /// The mean, summed in the order given; NaN for no values.
    package static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    /// The population standard deviation (divisor n, `numpy.std`'s default), which is what the paper's "±" is
    /// (algorithms.md, 1.3): 0 for one value, NaN for none.
    package static func populationStandardDeviation(_ values: [Double]) -> Double {
        let center = mean(values)
        return mean(values.map { ($0 - center) * ($0 - center) }).squareRoot()
    }
}
