import Foundation
import Random
import Tables
import Testing
import Theory

@Suite struct HomogeneousTests {
  /// Time, degree, β, S of the example in the background notes.
  static let golden: [(Double, Double, [Double], Double)] = [
    (0, 1, [0.5, 0.4, 0.3], 0.5833333333),
    (10, 1, [], 0.5833333333),
    (0, 2, [0.25, 0.16, 0.09], 0.3826530612),
    (1, 2, [0.9479149938, 0.2071367414, 0.0661764706], 0.0394374316),
    (3, 2, [0.9999815677, 0.2431894252, 0.0432692308], 0.0361737206),
    (10, 2, [1, 0.2499936158, 0.0195652174], 0.0193695953),
    (0, 3, [0.125, 0.064, 0.027], 0.208959538),
    (1, 3, [0.996514003, 0.121170272, 0.025185433], 0.292128808),
    (3, 3, [1, 0.230905719, 0.022285262], 0.129783687),
    (10, 3, [1, 0.249998957, 0.016224958], 0.108200427),
  ]

  @Test func goldenValuesHold() throws {
    for (time, degree, beta, s) in Self.golden {
      let flow = try HomogeneousFlow(start: [0.5, 0.4, 0.3], degree: degree, optimum: [1, 0.25, 0])
      let state = try flow.states(at: [time])[0]
      for (weight, expected) in zip(state.weights, beta) {
        #expect(abs(pow(weight, degree) - expected) < 1e-9, "d = \(degree), t = \(time)")
      }
      let response = flow.response(
        state.weights, source: LabelledPoint([1, 2, -1]), probe: LabelledPoint([0.5, -1, 2]))
      #expect(abs((response.value ?? .nan) - s) < 1e-9, "d = \(degree), t = \(time)")
    }
  }

  @Test func theFlowOnAnOrthogonalDesignIsThatOfTheGradient() throws {
    let times = [0, 0.1, 0.5, 2, 8.0]
    for index in 0..<100 {
      var draws = Draws("orthogonal", index)
      let degree = [1, 1.5, 2, 2.0001, 2.5, 3, 3.7, 4][index % 8]
      let start = draws.uniforms(5, 0.1...1.2)
      let optimum = [draws.uniform(0.05...1.5), draws.uniform(0.05...0.3), 0, -draws.uniform(0.05...1), 1]
      let moments = draws.uniforms(5, 0.3...1.2)
      let flow = try HomogeneousFlow(start: start, degree: degree, optimum: optimum, moments: moments)
      // For d < 2 a weight with β* < 0 reaches 0 in finite time, where the vector field is not smooth; it is tested apart.
      let compared = degree > 1 && degree < 2 ? [0, 1, 2, 4] : [0, 1, 2, 3, 4]
      let oracle = integrate(compared.map { start[$0] }, to: times, step: 1e-3) { w in
        zip(compared, w).map { i, w in
          -degree * moments[i] * pow(w, degree - 1) * ((degree == 1 ? w : pow(w, degree)) - optimum[i])
        }
      }
      for (state, weights) in zip(try flow.states(at: times), oracle) {
        let found = compared.map { state.weights[$0] }
        #expect(distance(found, weights) < 1e-6, "d = \(degree), problem \(index), time \(state.time)")
        let loss = compared.indices.reduce(0) { sum, place in
          let i = compared[place]
          let gap = (degree == 1 ? weights[place] : pow(weights[place], degree)) - optimum[i]
          return sum + moments[i] * gap * gap / 2
        }
        if compared.count == 5 { #expect(abs(state.loss - loss) < 1e-6) }
      }
    }
  }

  @Test func theGeneralFormMeetsTheExplicitOnesForThreeAndFour() throws {
    // F₃ and F₄ of the background notes: F(z(t)) − F(z(0)) = η d s β*^{(2d−2)/d} t.
    func f3(_ z: Double) -> Double {
      -1 / z + log((z * z + z + 1) / ((1 - z) * (1 - z))) / 6 - atan((2 * z + 1) / 3.squareRoot())
        / 3.squareRoot()
    }
    func f4(_ z: Double) -> Double { -1 / (2 * z * z) + log((1 + z * z) / (1 - z * z)) / 4 }
    for (degree, form) in [(3.0, f3), (4.0, f4)] {
      for optimum in [0.3, 1, 2.5] {
        let scale = pow(optimum, 1 / degree)
        let flow = try HomogeneousFlow(start: [0.2 * scale], degree: degree, optimum: [optimum])
        for state in try flow.states(at: [0.2, 1, 1.5]) {
          let z = state.weights[0] / scale
          let grown = degree * pow(optimum, (2 * degree - 2) / degree) * state.time
          if z < 1 - 1e-4 { #expect(abs(form(z) - form(0.2) - grown) < 1e-9 * max(1, grown)) }
        }
      }
    }
  }

  @Test func aWeightWithANegativeGoalReachesZeroInFiniteTimeBelowDegreeTwo() throws {
    let flow = try HomogeneousFlow(start: [0.5], degree: 1.5, optimum: [-1])
    let states = try flow.states(at: [0.1, 0.3, 100])
    let oracle = integrate([0.5], to: [0.1, 0.3], step: 1e-4) { w in
      [-1.5 * pow(max(w[0], 0), 0.5) * (pow(max(w[0], 0), 1.5) + 1)]
    }
    #expect(abs(states[0].weights[0] - oracle[0][0]) < 1e-9)
    #expect(abs(states[1].weights[0] - oracle[1][0]) < 1e-9)
    #expect(states[2].weights == [0])
  }

  @Test func veryLateTimesSettleWithoutOverflow() throws {
    for degree in [1, 1.3, 2, 3, 7, 30.0] {
      let flow = try HomogeneousFlow(start: [0.3, 0.9, 0.5, 0.4], degree: degree, optimum: [2, 0.5, 0, -1])
      let state = try flow.states(at: [1e12])[0]
      #expect(abs(pow(state.weights[0], degree) - 2) < 1e-12)
      #expect(abs(pow(state.weights[1], degree) - 0.5) < 1e-12)
      #expect(state.weights.allSatisfy { $0.isFinite } && state.loss.isFinite)
    }
  }

  @Test func theFlowOnOnePointIsThatOfTheGradientAndKeepsItsInvariants() throws {
    let times = [0, 0.1, 0.5, 2, 6.0]
    for index in 0..<100 {
      var draws = Draws("one point", index)
      let degree = [1, 2, 3, 4, 2.5][index % 5]
      let start = draws.uniforms(4, 0.2...1)
      let x = draws.normals(4)
      let value = zip(start, x).reduce(0) { $0 + pow($1.0, degree) * $1.1 }
      // A target that the flow reaches with weights of moderate size.
      let y = value + draws.uniform(-0.5...0.5)
      let flow = try HomogeneousPointFlow(start: start, degree: degree, point: x, target: y)
      func residual(_ w: [Double]) -> Double {
        zip(w, x).reduce(-y) { $0 + (degree == 1 ? $1.0 : pow($1.0, degree)) * $1.1 }
      }
      let oracle = integrate(start, to: times, step: 2e-3) { w in
        let r = residual(w)
        return zip(w, x).map { -degree * r * (degree == 1 ? 1 : pow($0, degree - 1)) * $1 }
      }
      let invariant = { (w: [Double]) -> Double in
        switch degree {
        case 1: w[0] / x[0] - w[1] / x[1]
        case 2: log(w[0]) / x[0] - log(w[1]) / x[1]
        default: pow(w[0], 2 - degree) / x[0] - pow(w[1], 2 - degree) / x[1]
        }
      }
      for (state, weights) in zip(try flow.states(at: times), oracle) {
        #expect(
          distance(state.weights, weights) < 1e-6, "d = \(degree), problem \(index), time \(state.time)")
        #expect(abs(state.loss - residual(weights) * residual(weights) / 2) < 1e-6)
        let kept = invariant(start)
        #expect(abs(invariant(state.weights) - kept) < 1e-9 * max(1, abs(kept)))
      }
    }
  }

  @Test func onePointOfEqualNumbersFollowsTheLogisticCurve() throws {
    let (c, y) = (0.7, 1.5)
    let start = [0.3, 0.4, 0.2]
    let first = c * inner(start, start)
    let flow = try HomogeneousPointFlow(start: start, degree: 2, point: [c, c, c], target: y)
    for state in try flow.states(at: [0.3, 1, 4, 50]) {
      let expected = y / (1 + (y / first - 1) * exp(-4 * c * y * state.time))
      #expect(abs(c * inner(state.weights, state.weights) - expected) < 1e-11)
    }
  }

  @Test func theChainIsThatOfTheGradientAndKeepsItsInvariants() throws {
    let times = [0, 0.1, 0.5, 2, 6.0]
    for index in 0..<100 {
      var draws = Draws("chain", index)
      let depth = 1 + index % 4
      let (factors, v, x) = (draws.normals(depth), draws.normals(3, 0.7), draws.normals(3, 0.7))
      let y = draws.normals(1)[0]
      let flow = try ChainFlow(factors: factors, start: v, point: x, target: y)
      let oracle = integrate(factors + v, to: times, step: 1e-3) { w in
        let (a, v) = (Array(w.prefix(depth)), Array(w.dropFirst(depth)))
        let product = a.reduce(1, *)
        let r = product * inner(v, x) - y
        return a.indices.map { l in
          -r * inner(v, x) * a.indices.reduce(1) { $1 == l ? $0 : $0 * a[$1] }
        } + x.map { -r * product * $0 }
      }
      let pair = (source: LabelledPoint(x), probe: LabelledPoint(draws.normals(3)))
      for (state, weights) in zip(try flow.states(at: times), oracle) {
        #expect(distance(state.weights, weights) < 1e-6, "problem \(index), time \(state.time)")
        let u = inner(Array(state.weights.dropFirst(depth)), x)
        for l in 0..<depth {
          let kept = factors[l] * factors[l] - inner(v, x) * inner(v, x) / inner(x, x)
          let now = state.weights[l] * state.weights[l] - u * u / inner(x, x)
          #expect(abs(now - kept) < 1e-9 * max(1, u * u))
        }
        // The kernel from gradients by central differences.
        func gradient(_ point: [Double]) -> [Double] {
          weights.indices.map { i in
            func f(_ shift: Double) -> Double {
              var w = weights
              w[i] += shift
              return w.prefix(depth).reduce(1, *) * inner(Array(w.dropFirst(depth)), point)
            }
            return (f(1e-5) - f(-1e-5)) / 2e-5
          }
        }
        let (own, other) = (gradient(pair.source.x), gradient(pair.probe.x))
        let s = flow.elasticities(state, pairs: [pair])[0] ?? .nan
        #expect(abs(s - abs(inner(own, other)) / inner(own, own)) < 1e-5 * max(1, s), "S of problem \(index)")
      }
    }
  }

  @Test func aFiniteStepIsTheDifferenceOfTwoPredictions() {
    for index in 0..<100 {
      var draws = Draws("finite", index)
      let degree = Double(1 + index % 4)
      let (w, x, probe) = (draws.uniforms(4, 0.2...1), draws.normals(4), draws.normals(4))
      let (y, rate) = (draws.normals(1)[0], draws.uniform(1e-3...0.2))
      func f(_ w: [Double], _ x: [Double]) -> Double { zip(w, x).reduce(0) { $0 + pow($1.0, degree) * $1.1 } }
      let r = f(w, x) - y
      let moved = zip(w, x).map { $0 - rate * degree * r * pow($0, degree - 1) * $1 }
      let response = HomogeneousPredictor.step(
        w, degree: degree, source: x, target: y, probe: probe, learningRate: rate)
      let scale = max(1, response.scale)
      #expect(abs(response.source - abs(f(moved, x) - f(w, x))) < 1e-12 * scale)
      #expect(abs(response.probe - (f(moved, probe) - f(w, probe))) < 1e-12 * scale)
      let small = HomogeneousPredictor.step(
        w, degree: degree, source: x, target: y, probe: probe, learningRate: 1e-9)
      let limit = HomogeneousPredictor.response(w, degree: degree, source: x, probe: probe)
      #expect(abs((small.value ?? .nan) - (limit.value ?? .nan)) < 1e-5 * max(1, limit.value ?? 0))
    }
  }

  static let twoPhaseTimes = [0, 0.5, 1, 2, 4, 8, 20, 40.0]
  static let twoPhaseTable: [(Double, [Double])] = [
    (1, [0.115, 0.115, 0.115, 0.115, 0.115, 0.115, 0.115, 0.115]),
    (2, [0.115, 0.190, 0.239, 0.263, 0.294, 0.333, 0.382, 0.410]),
    (3, [0.115, 0.509, 0.488, 0.440, 0.434, 0.442, 0.455, 0.463]),
  ]

  /// The printed numbers come from 200 points that are not known: they lie within the spread of 20 other drawings.
  @Test(arguments: twoPhaseTable) func theTableOfTwoPhasesHolds(_ degree: Double, _ printed: [Double]) throws
  {
    let optimum = [2, 1.5, 1, 0.7, 0.4] + [Double](repeating: 0, count: 45)
    let flow = try HomogeneousFlow(
      start: [Double](repeating: 0.3, count: 50), degree: degree, optimum: optimum)
    let states = try flow.states(at: Self.twoPhaseTimes)
    var means = [[Double]](repeating: [], count: states.count)
    for seed in 0..<20 {
      var draws = Draws("two phases", seed)
      let points = (0..<200).map { _ in LabelledPoint(draws.normals(50)) }
      for (place, state) in states.enumerated() {
        let values = points.flatMap { source in
          points.compactMap { probe in
            source == probe ? nil : flow.response(state.weights, source: source, probe: probe).value
          }
        }
        means[place].append(Statistics.mean(values) ?? .nan)
      }
    }
    for (place, values) in means.enumerated() {
      let mean = try #require(Statistics.mean(values))
      let spread = try #require(Statistics.standardDeviation(values))
      #expect(
        abs(mean - printed[place]) < 3 * spread + 0.0006,
        "d = \(degree), t = \(Self.twoPhaseTimes[place]): \(mean) ± \(spread) beside \(printed[place])")
      #expect(spread < 0.05)
    }
  }

  @Test func badInputIsRefused() {
    func refused(_ body: () throws -> Void) -> Bool {
      do { try body() } catch { return error is TheoryError }
      return false
    }
    #expect(refused { _ = try HomogeneousFlow(start: [1], degree: 0.5, optimum: [1]) })
    #expect(refused { _ = try HomogeneousFlow(start: [0], degree: 2, optimum: [1]) })
    #expect(refused { _ = try HomogeneousFlow(start: [-1], degree: 2, optimum: [1]) })
    #expect(refused { _ = try HomogeneousPointFlow(start: [0], degree: 1.5, point: [1], target: 1) })
    #expect(refused { _ = try HomogeneousFlow(start: [.infinity], degree: 1, optimum: [1]) })
    #expect(refused { _ = try HomogeneousFlow(start: [], degree: 2, optimum: []) })
    #expect(refused { _ = try HomogeneousFlow(start: [1], degree: 2, optimum: [1, 2]) })
    #expect(refused { _ = try HomogeneousFlow(start: [1], degree: 2, optimum: [.nan]) })
    #expect(refused { _ = try HomogeneousFlow(start: [1], degree: 2, optimum: [1], moments: [-1]) })
    #expect(refused { _ = try HomogeneousFlow(start: [1], degree: 2, optimum: [1], rate: 0) })
    #expect(refused { _ = try HomogeneousPointFlow(start: [1], degree: 2, point: [0], target: 1) })
    #expect(refused { _ = try ChainFlow(factors: [], start: [1], point: [1], target: 1) })
    #expect(refused { _ = try ReLUGateFlow(start: [1], point: [1, 2], target: 1) })
    #expect(refused { _ = try ReLUGatePopulationFlow(start: [1, 0], teacher: [0, 0]) })
  }
}
