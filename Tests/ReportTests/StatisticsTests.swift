import Report
import Testing

@Suite struct StatisticsTests {
    @Test func populationStandardDeviation() {
        #expect(Statistics.populationStandardDeviation([2, 4, 4, 4, 5, 5, 7, 9]) == 2)
        #expect(Statistics.populationStandardDeviation([3, 3, 3]) == 0)
        #expect(Statistics.populationStandardDeviation([-1.5]) == 0)
        // Python: statistics.pstdev([86.2, 71.4, 99.9, 70.3, 102.2])
        #expect(
            abs(Statistics.populationStandardDeviation([86.2, 71.4, 99.9, 70.3, 102.2]) - 13.530262377352482) < 1e-12)
    }

    /// Five seeds of 100 episodes that give the paper's 91.6 ±1.4 (ACTIVE-I, antmaze-umaze-v2): with the divisor n - 1
    /// the spread would be 1.5.
    @Test func thePaperUsesThePopulationDeviation() {
        let scores = [90.0, 91, 91, 92, 94]
        #expect(decimal(Statistics.mean(scores)) == "91.6")
        #expect(decimal(Statistics.populationStandardDeviation(scores)) == "1.4")
    }

    @Test func noValuesAndNaN() {
        #expect(Statistics.mean([]).isNaN)
        #expect(Statistics.populationStandardDeviation([]).isNaN)
        #expect(Statistics.mean([1, .nan, 2]).isNaN)
        #expect(Statistics.populationStandardDeviation([1, .nan, 2]).isNaN)
    }

    /// Expected texts are those of Python's format(x, ".1f") and format(x, ".3f").
    @Test func decimals() {
        let tenths: [(Double, String)] = [
            (0, "0.0"), (-0.0, "0.0"), (-0.04, "0.0"), (-0.06, "-0.1"), (0.25, "0.2"), (0.75, "0.8"), (0.35, "0.3"),
            (0.45, "0.5"), (2.5, "2.5"), (9.95, "9.9"), (9.96, "10.0"), (99.95, "100.0"), (101.25, "101.2"),
            (-12.34, "-12.3"), (773.9, "773.9"), (.nan, "NaN"), (.infinity, "inf"), (-.infinity, "-inf"),
            (1e20, "1e+20"),
        ]
        for (value, text) in tenths { #expect(decimal(value) == text) }
        #expect(decimal(1.0005, places: 3) == "1.000")
        #expect(decimal(2.0625, places: 3) == "2.062")
        #expect(decimal(12.0071, places: 3) == "12.007")
    }
}
