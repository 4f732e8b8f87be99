import Foundation
import Testing
import Theory

/// Rank-deficient data: what the data say nothing of stays where it began, at all times.
@Suite struct NullSpaceTests {
  static let late = [1e6, 1e12, 1e18, 1e300]

  /// x of A x = b by Gaussian elimination with pivots.
  static func solution(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var rows = zip(matrix, right).map { $0 + [$1] }
    for k in rows.indices {
      let pivot = rows.indices.dropFirst(k).max { abs(rows[$0][k]) < abs(rows[$1][k]) } ?? k
      rows.swapAt(k, pivot)
      for i in rows.indices where i != k {
        let factor = rows[i][k] / rows[k][k]
        for j in rows[k].indices { rows[i][j] -= factor * rows[k][j] }
      }
    }
    return rows.indices.map { rows[$0][rows.count] / rows[$0][$0] }
  }

  /// Fewer samples than features, one of them twice and one of zeros: W∞ = W₀ + Hᵀ (H Hᵀ)⁻¹ (Y − H W₀) of the
  /// different ones.
  @Test func featuresWithANullSpaceEndAtTheNearestSolution() throws {
    for index in 0..<30 {
      var draws = Draws("null space", index)
      let (count, p) = (draws.integer(1...4), draws.integer(5...9))
      let samples = (0..<count).map { _ in draws.normals(p) }
      let labels = (0..<count).map { _ in draws.integer(0...1) }
      let start = DoubleMatrix(rows: 2, columns: p, scalars: draws.normals(2 * p))
      let all = samples + [samples[0], [Double](repeating: 0, count: p)]
      let problem = try FeatureClassification(
        features: DoubleMatrix(rows: all), labels: labels + [labels[0], 1], classes: 2, penalty: 0)
      let gram = samples.map { a in samples.map { inner(a, $0) } }
      let rest = (0..<2).flatMap { c in
        let gaps = zip(samples, labels).map { ($1 == c ? 1 : 0) - inner(start.row(c), $0) }
        let factors = Self.solution(gram, gaps)
        return (0..<p).map { j in
          start[c, j] + samples.indices.reduce(0) { $0 + factors[$1] * samples[$1][j] }
        }
      }
      for state in try FeatureFlow(problem, start: start).states(at: Self.late) {
        #expect(LateTimesTests.error(state.weights, rest) < 1e-11, "problem \(index), t = \(state.time)")
        // The sample of zeros keeps its error: one target of 1.
        #expect(abs(state.loss - 1 / Double(2 * all.count)) < 1e-15)
      }
      let first = try FeatureFlow(problem, start: start).states(at: [0, 1e-300])
      #expect(first.allSatisfy { LateTimesTests.error($0.weights, start.scalars) < 1e-14 })
    }
  }

  @Test func withoutDataNothingMovesAndAPenaltyAloneDecays() throws {
    let nothing = DoubleMatrix(rows: 2, columns: 3)
    let start = DoubleMatrix(rows: [[1, -2, 3]])
    func flow(_ penalty: Double) throws -> FeatureFlow {
      try FeatureFlow(
        FeatureClassification(features: nothing, labels: [0, 0], classes: 1, penalty: penalty), start: start)
    }
    #expect(try flow(0).states(at: Self.late).allSatisfy { $0.weights == [1, -2, 3] && $0.loss == 0.5 })
    #expect(try flow(2).states(at: Self.late).allSatisfy { $0.weights == [0, 0, 0] && $0.loss == 0.5 })
    // A penalty far below the rounding of the moments still decides in the null space: λ t = 1.
    let one = try FeatureClassification(
      features: DoubleMatrix(rows: [[1, 0], [1, 0]]), labels: [0, 0], classes: 1, penalty: 1e-18)
    let state = try FeatureFlow(one, start: DoubleMatrix(rows: [[5, 1]])).states(at: [1e18])[0]
    #expect(distance(state.weights, [1, exp(-1)]) < 1e-15)
  }

  /// Eigenvalues 14 orders apart: the fast direction is at rest long before the slow one moves.
  @Test func stiffFeaturesKeepTheDigitsOfTheSlowDirection() throws {
    let problem = try FeatureClassification(
      features: DoubleMatrix(rows: [[1e7, 1], [1e7, 3]]), labels: [0, 1], classes: 2, penalty: 0)
    let flow = try FeatureFlow(problem, start: DoubleMatrix(rows: 2, columns: 2))
    // The inverse of [[1e7, 1], [1e7, 3]].
    for state in try flow.states(at: Self.late) {
      #expect(LateTimesTests.error(state.weights, [1.5e-7, -0.5, -0.5e-7, 0.5]) < 1e-12)
      #expect(state.loss < 1e-24)
    }
    // Columns at right angles decay each by itself.
    let crossed = try FeatureClassification(
      features: DoubleMatrix(rows: [[1e6, 1e-1], [1e6, -1e-1]]), labels: [0, 0], classes: 1, penalty: 0)
    let state = try FeatureFlow(crossed, start: DoubleMatrix(rows: [[0, 2]])).states(at: [100])[0]
    #expect(abs(state.weights[0] - 1e-6) < 1e-18 && abs(state.weights[1] - 2 * exp(-1)) < 1e-12)
  }

  /// Samples that stand twice with different targets: the prediction ends at their mean, the loss at their
  /// spread.
  @Test func aKernelWithDuplicatesEndsAtTheirMean() throws {
    let points = [[1.0, 0.5], [1, 0.5], [-1, -0.5], [0.2, 0.9], [0, 0]]
    let targets = [1.0, 3, -1, 0.5, 2]
    let flow = try ReLUKernelFlow(points: points, targets: targets)
    for state in try flow.states(at: Self.late) {
      #expect(state.weights.allSatisfy { abs($0) < 100 }, "\(state.weights)")
      for (x, expected) in zip(points, [2, 2, -1, 0.5, 0]) {
        #expect(abs(flow.prediction(state.weights, at: x) - expected) < 1e-12)
      }
      #expect(abs(state.loss - (1 + 1 + 4) / 10) < 1e-13)
    }
    // Not yet at rest: the mean of the two is approached as if they were one sample of twice the weight.
    let pair = try ReLUKernelFlow(points: [[1], [1]], targets: [1, 3]).states(at: [0.7])[0]
    #expect(abs(pair.weights[0] - pair.weights[1]) < 1e-14)
    #expect(abs(pair.weights[0] + pair.weights[1] + 2 * expm1(-0.7)) < 1e-14)
  }

  @Test func aGateThatClosedHasNoSInAnyMultipleOfItsPoint() throws {
    for start in [[1, 0.5], [0.7, 0.35], [0.3, 0.9], [0.1, 0.1]] {
      let flow = try ReLUGateFlow(start: start, point: [1, 0.5], target: -1)
      for state in try flow.states(at: [1e3, 1e18]) {
        for factor in [1, 0.3, 7] {
          let own = LabelledPoint([factor, factor * 0.5])
          #expect(flow.response(state.weights, source: own, probe: LabelledPoint([1, 1])).value == nil)
          // Nor does a step elsewhere move it.
          let other = LabelledPoint([1, 3])
          let s = flow.response(state.weights, source: other, probe: own).value
          #expect(s == nil || s == 0)
        }
      }
    }
  }

  @Test func aGateOppositeToItsTeacherStaysOnTheLine() throws {
    for (start, teacher) in [
      ([-1, -0.5], [2, 1.0]), ([-0.21, -0.07], [0.3, 0.1]), ([-0.9, 0.3, -0.6], [0.3, -0.1, 0.2]),
    ] {
      let flow = try ReLUGatePopulationFlow(start: start, teacher: teacher)
      let states = try flow.states(at: [2, 100, 1e3, 1e18])
      #expect(distance(states[0].weights, start.map { $0 * exp(-1) }) < 1e-15)
      #expect(states[1].weights.allSatisfy { abs($0) < 1e-20 })
      #expect(states[3].weights.allSatisfy { abs($0) < 1e-200 })
    }
    // The smallest angle is enough to turn it round, and its digits are kept.
    let flow = try ReLUGatePopulationFlow(start: [1e-12, -1], teacher: [0, 1])
    #expect(distance(try flow.states(at: [1e3])[0].weights, [0, 1]) < 1e-15)
    // With π − θ = ε for long: p = −e^{−t/2}, and ε grows by Q/P alone.
    let state = try flow.states(at: [4])[0]
    let expected = 1e-12 * exp(-2) / (exp(-2) - 1e-12 / .pi * (1 - exp(-2))) / 1e-12
    #expect(abs(-state.weights[1] / (exp(-2) * expected) - 1) < 1e-9)
  }
}
