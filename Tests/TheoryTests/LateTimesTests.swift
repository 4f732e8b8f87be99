import Foundation
import Testing
import Theory

/// Flows long after they have come to rest, and those that never do.
@Suite struct LateTimesTests {
  static let late = [1e3, 1e6, 1e12, 1e18, 1e300]

  /// max |a − b| / max |b|.
  static func error(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / (b.map(abs).max() ?? 1)
  }

  /// Degree, point, target and start; the weights stay away from 0, so that doubles are enough for the root.
  static let points: [(Double, [Double], Double, [Double])] = [
    (2.5, [1, 0.5], 40, [0.3, 0.3]), (7, [1, 0.5], 3, [0.3, 0.3]), (3, [1, 0.5], 1, [0.3, 0.4]),
    (3, [-1, 0.5], -20, [0.3, 0.3]), (2, [1, -0.5, 2], 1.5, [0.3, 0.9, 0.2]),
    (1.5, [1, 0.5], 3, [0.5, 0.7]), (1.5, [1, -2], 0.5, [0.5, 0.7]), (4, [-1, -2], -0.1, [0.5, 0.4]),
    (2, [1, 1], 1, [30, 0.1]),
  ]

  /// The state at rest is the root of the residual on the curve of conserved quantities.
  @Test(arguments: points) func oneDataPointEndsAtTheRootOfItsResidual(
    _ degree: Double, _ x: [Double], _ y: Double, _ start: [Double]
  ) throws {
    func weights(_ s: Double) -> [Double] {
      zip(start, x).map { w, x in
        degree == 2
          ? w * exp(x * s) : pow(max(0, pow(w, 2 - degree) - (degree - 2) * x * s), 1 / (2 - degree))
      }
    }
    func residual(_ s: Double) -> Double { zip(weights(s), x).reduce(-y) { $0 + pow($1.0, degree) * $1.1 } }
    let direction = residual(0) < 0 ? 1.0 : -1
    var (low, high) = (0.0, 1e-3)
    while residual(direction * high) * residual(0) > 0 { high *= 1.01 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if residual(direction * middle) * residual(0) > 0 { low = middle } else { high = middle }
    }
    let rest = weights(direction * low)
    let flow = try HomogeneousPointFlow(start: start, degree: degree, point: x, target: y)
    for state in try flow.states(at: Self.late) {
      #expect(Self.error(state.weights, rest) < 1e-12, "t = \(state.time): \(state.weights), not \(rest)")
      #expect(state.loss < 1e-30)
    }
  }

  /// From far below, where 1 − (d − 2) x s loses all digits: one weight ends at y^{1/d}, whatever its start.
  @Test(arguments: [1.2, 1.9999, 2, 2.0000001, 3, 7, 12.0]) func aDistantStartLosesNoDigits(_ degree: Double)
    throws
  {
    for (first, y) in [(1e-3, 2.0), (0.01, 0.5), (30, 2), (1e3, 1e-3)] {
      let flow = try HomogeneousPointFlow(start: [first], degree: degree, point: [1], target: y, rate: 1e40)
      let diagonal = try HomogeneousFlow(start: [first], degree: degree, optimum: [y], rate: 1e40)
      for state in try flow.states(at: [1e12, 1e100]) + diagonal.states(at: [1e12, 1e100]) {
        #expect(abs(state.weights[0] / pow(y, 1 / degree) - 1) < 1e-13, "from \(first), t = \(state.time)")
      }
    }
  }

  /// One weight on one point and on an orthogonal design are the same flow; d = 3 has F₃ of the background
  /// notes.
  @Test func timesOfADistantStartAreRight() throws {
    func f(_ z: Double) -> Double {
      -1 / z + log((z * z + z + 1) / ((1 - z) * (1 - z))) / 6 - atan((2 * z + 1) / 3.squareRoot())
        / 3.squareRoot()
    }
    let flow = try HomogeneousFlow(start: [1e-4], degree: 3, optimum: [1])
    for end in [2e-4, 0.01, 0.5, 0.999] {
      let time = (f(end) - f(1e-4)) / 3
      #expect(abs(try flow.states(at: [time])[0].weights[0] / end - 1) < 1e-9)
    }
    // From above and for short times: 1/w falls like ∫ = (1/w⁴ − 1/w₀⁴)/4 where β* is nothing beside β.
    let above = try HomogeneousFlow(start: [1e4], degree: 3, optimum: [-1e-9])
    let state = try above.states(at: [1e-14])[0]
    #expect(abs(state.weights[0] / pow(1e-16 + 4 * 3e-14, -0.25) - 1) < 1e-9)
  }

  /// Where the target cannot be reached every weight falls to 0: as e^{−…}, as a power, or in finite time.
  @Test func weightsThatCannotReachTheTargetFallToZero() throws {
    for time in [1, 1e3, 1e12, 1e300] {
      // d = 2, y = 0: β' = −4β².
      let square = try HomogeneousPointFlow(start: [0.5], degree: 2, point: [-1], target: 0).states(at: [time]
      )[0]
      #expect(abs(square.weights[0] / (0.25 / (1 + time)).squareRoot() - 1) < 1e-12)
      // d = 3, y = 0: w' = −3 w⁵.
      let cube = try HomogeneousPointFlow(start: [0.5], degree: 3, point: [-1], target: 0).states(at: [time])[
        0]
      #expect(abs(cube.weights[0] / pow(16 + 12 * time, -0.25) - 1) < 1e-12)
      // d = 3, y = 2: w' = −3 w² (2 + w³), w ≈ 1/(6t) at last.
      let far = try HomogeneousPointFlow(start: [0.5], degree: 3, point: [-1], target: 2).states(at: [time])[
        0]
      if time > 1e11 { #expect(abs(far.weights[0] * 6 * time - 1) < 1e-9) }
      // d < 2 reaches 0; what is left of the loss is y²/2.
      let early = try HomogeneousPointFlow(start: [0.5, 0.1], degree: 1.5, point: [-1, -2], target: 2)
        .states(at: [time])[0]
      if time > 1 { #expect(early.weights == [0, 0] && early.loss == 2) }
    }
  }

  @Test func anyStartGoesWhereTheFlowIsLinear() throws {
    let flow = try HomogeneousPointFlow(start: [0, -3, 0], degree: 1, point: [1, 2, 0], target: 4)
    for state in try flow.states(at: Self.late) {
      #expect(Self.error(state.weights, [2, 1, 0]) < 1e-15 && state.loss < 1e-30)
    }
    let zeros = try HomogeneousFlow(start: [0, 0, -1], degree: 1, optimum: [2, -1, 3], moments: [1, 2, 0])
    #expect(try zeros.states(at: [1e300])[0].weights == [2, -1, -1])
    #expect(abs(try zeros.states(at: [1])[0].weights[1] - expm1(-2)) < 1e-15)
    // A feature that never occurs leaves its weight where it began, for any degree.
    let still = try HomogeneousFlow(start: [0.3, 0.4], degree: 3, optimum: [1, 2], moments: [0, 1])
    #expect(try still.states(at: [1e18])[0].weights[0] == 0.3)
    let tiny = try HomogeneousFlow(start: [1e-200], degree: 2, optimum: [1])
    #expect(try tiny.states(at: [1])[0].weights[0] > 1e-200)
    #expect(try tiny.states(at: [1e3])[0].weights == [1])
  }

  static let chains: [([Double], [Double], [Double], Double)] = [
    ([0.7, 0.6, 0.9], [0.2, 0.1], [1, 0.5], -1.3), ([0.5], [-2, 1], [1, 0.5], 3),
    ([0, 0.5], [0.3, 0.1], [1, 0.5], 1),
    ([0.5, 0.5], [-0.5], [1], -2), ([-0.5, 0.5, 1], [0.1], [2], 0.7), ([1e-6, 1e-5], [1e-6, 0], [1, 0], 1),
    ([3, 2], [1, 1], [1, 1], 0),
  ]

  @Test(arguments: chains) func aChainEndsAtItsTargetAndKeepsItsInvariants(
    _ factors: [Double], _ start: [Double], _ x: [Double], _ y: Double
  ) throws {
    let flow = try ChainFlow(factors: factors, start: start, point: x, target: y)
    for state in try flow.states(at: [1e9, 1e12, 1e18, 1e300]) {
      let a = Array(state.weights.prefix(factors.count))
      let (u, first) = (inner(Array(state.weights.dropFirst(factors.count)), x), inner(start, x))
      #expect(abs(a.reduce(u, *) - y) < 1e-12 * max(1, abs(y)), "t = \(state.time)")
      for (now, before) in zip(a, factors) {
        let kept = before * before - first * first / inner(x, x)
        #expect(abs(now * now - u * u / inner(x, x) - kept) < 1e-12 * max(1, now * now))
      }
      #expect(state.loss < 1e-24)
    }
  }

  @Test func aBalancedChainBehindZeroEndsAtTheSaddle() throws {
    // a = u all along: a' = −(a² − y) a, so that for y < 0 the chain falls to 0 as √|y| e^{−|y|t}.
    let flow = try ChainFlow(factors: [0.5], start: [0.5], point: [1], target: -0.7)
    for state in try flow.states(at: Self.late) {
      #expect(state.weights.allSatisfy { abs($0) < 1e-300 } && abs(state.loss - 0.245) < 1e-15)
    }
    let state = try flow.states(at: [3])[0]
    let expected = (0.7 / ((0.7 / 0.25 + 1) * exp(1.4 * 3) - 1)).squareRoot()
    #expect(Self.error(state.weights, [expected, expected]) < 1e-12)
    // Two zeros do not move, whatever the target.
    let still = try ChainFlow(factors: [0, 0, 2], start: [0.3], point: [1], target: 5)
    #expect(try still.states(at: [0, 1e300]).allSatisfy { $0.weights == [0, 0, 2, 0.3] && $0.loss == 12.5 })
    // A start at its target stays.
    let rest = try ChainFlow(factors: [0.5, 2], start: [3, 1], point: [1, 1], target: 4)
    #expect(
      try rest.states(at: Self.late).allSatisfy {
        distance($0.weights, [0.5, 2, 3, 1]) < 1e-15 && $0.loss < 1e-28
      })
  }

  /// Numbers whose squares and products a `Double` rounds to 0 or nearly: every flow ends, and no loss grows.
  @Test func theSmallestNumbersAreFollowedToTheirEnd() throws {
    let times = [0, 1e-300, 1e-9, 1, 1e6, 1e18, 1e300]
    let flows: [any GradientFlow] = [
      try ChainFlow(factors: [1, 1e-12, 1e-160], start: [1e-160], point: [0.7], target: -1, rate: 1e8),
      try ChainFlow(factors: [1e-160, -1e-160, 2], start: [1e-3], point: [1e-5], target: 1e-12),
      try HomogeneousPointFlow(start: [1e-160, 0.3], degree: 3, point: [1, -1], target: 1e-160),
      try HomogeneousPointFlow(start: [1e3, 0.5], degree: 7, point: [0.5, -0.3], target: 1e8, rate: 1e-8),
      try HomogeneousFlow(
        start: [0.3, 2], degree: 2.0001, optimum: [1e-160, -1e-160], moments: [1e-12, 1]),
    ]
    for (place, flow) in flows.enumerated() {
      let losses = try flow.states(at: times).map(\.loss)
      for (before, after) in zip(losses, losses.dropFirst()) {
        #expect(after <= before * (1 + 1e-9), "flow \(place): \(losses)")
      }
    }
    let last = try flows[3].states(at: [1e300])[0].weights
    #expect(abs((0.5 * pow(last[0], 7) - 0.3 * pow(last[1], 7)) / 1e8 - 1) < 1e-12)
  }

  @Test func numbersThatNoDoubleHoldsAreTheReason() throws {
    let point = try HomogeneousPointFlow(start: [1e4], degree: 100, point: [1], target: 1)
    #expect(throws: TheoryError.overflow(time: 0)) { try point.states(at: [0, 1]) }
    let chain = try ChainFlow(factors: [1e200, 1e200], start: [1], point: [1], target: 1)
    #expect(throws: TheoryError.overflow(time: 0)) { try chain.states(at: [1]) }
    let gate = try ReLUGateFlow(start: [1e200], point: [1], target: 1)
    #expect(throws: TheoryError.overflow(time: 0)) { try gate.states(at: [0]) }
    #expect("\(TheoryError.overflow(time: 2))".contains("larger than 1.8e308"))
  }
}
