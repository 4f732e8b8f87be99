import Foundation
import Random
import Testing
import Theory

@Suite struct ReLUGateTests {
  @Test func goldenValuesHold() {
    for (probe, expected) in [([0.6, 0.8], 0.8), ([-1, 1], 0), ([0.1, 1], 0)] {
      let finite = ReLUGate.step(
        weights: [0.5, -0.2], source: [1, 0.5], target: 2, probe: probe, learningRate: 0.1)
      let small = ReLUGate.response([0.5, -0.2], source: [1, 0.5], probe: probe)
      #expect(abs((finite.value ?? .nan) - expected) < 1e-15)
      #expect(abs((small.value ?? .nan) - expected) < 1e-15)
    }
  }

  @Test func aFiniteStepIsTheDifferenceOfTwoPredictions() {
    func gate(_ w: [Double], _ x: [Double]) -> Double { max(0, inner(w, x)) }
    var undefined = 0
    for index in 0..<2000 {
      var draws = Draws("gate", index)
      let (w, x, probe) = (draws.normals(3), draws.normals(3), draws.normals(3))
      let (y, rate) = (draws.normals(1, 2)[0], draws.uniform(0.01...1))
      let response = ReLUGate.step(weights: w, source: x, target: y, probe: probe, learningRate: rate)
      let isOpen = inner(w, x) > 0
      let moved = zip(w, x).map { isOpen ? $0 + rate * (y - gate(w, x)) * $1 : $0 }
      #expect(abs(response.source - abs(gate(moved, x) - gate(w, x))) < 1e-12)
      #expect(abs(response.probe - (gate(moved, probe) - gate(w, probe))) < 1e-12)
      if !isOpen { undefined += response.value == nil ? 1 : 0 }
    }
    #expect(undefined > 800)
  }

  /// E S = (1 − φ/π) |cos φ| ‖x'‖/‖x‖ over isotropic weights with an open gate at x.
  @Test func theMeanOverDirectionsFollowsTheAngle() {
    let (x, probe) = ([1.0, 0, 0], [0.6, 1.1, -0.3])
    var (sum, count) = (0.0, 0.0)
    for index in 0..<40_000 {
      var draws = Draws("isotropic", index)
      guard let s = ReLUGate.response(draws.normals(3), source: x, probe: probe).value else { continue }
      sum += s
      count += 1
    }
    let length = inner(probe, probe).squareRoot()
    let angle = acos(probe[0] / length)
    let expected = (1 - angle / .pi) * abs(cos(angle)) * length
    #expect(abs(sum / count - expected) < 4 * 0.3 / count.squareRoot())
  }

  @Test func theFlowOnOnePointIsThatOfTheGradientUntilItCloses() throws {
    var closed = 0
    for index in 0..<100 {
      var draws = Draws("gate flow", index)
      let (w, x) = (draws.normals(4), draws.normals(4))
      let (y, rate) = (draws.normals(1, 2)[0], draws.uniform(0.2...2))
      let flow = try ReLUGateFlow(start: w, point: x, target: y, rate: rate)
      var times = [0, 0.05, 0.3, 1, 4.0]
      if let closing = flow.closingTime {
        closed += 1
        let later = try flow.states(at: [closing, closing + 1, closing + 100])
        #expect(later[0].weights == later[2].weights)
        #expect(later[2].loss == y * y / 2)
        #expect(inner(later[1].weights, x) < 1e-12 || inner(w, x) <= 0)
        // A small-step method crosses the hyperplane by its last step; the times before are compared.
        if closing > 0 { times = times.filter { $0 < closing * 0.999 } }
      }
      let oracle = integrate(w, to: times, step: 1e-3) { w in
        let a = inner(w, x)
        return a > 0 ? x.map { rate * (y - a) * $0 } : x.map { _ in 0 }
      }
      for (state, weights) in zip(try flow.states(at: times), oracle) {
        #expect(distance(state.weights, weights) < 1e-6, "problem \(index)")
        let gap = max(0, inner(weights, x)) - y
        #expect(abs(state.loss - gap * gap / 2) < 1e-6 * max(1, state.loss))
      }
    }
    #expect(closed > 20)
  }

  @Test func aClosedGateHasNoS() throws {
    let flow = try ReLUGateFlow(start: [1, 0.2], point: [1, 1], target: -1)
    let closing = try #require(flow.closingTime)
    let pair = [(source: LabelledPoint([1, 1]), probe: LabelledPoint([1, 0.5]))]
    let states = try flow.states(at: [0, closing * 0.5, closing, closing * 2])
    let values = states.map { flow.elasticities($0, pairs: pair)[0] }
    #expect(values[0] == 0.75 && values[1] == 0.75)
    #expect(values[2] == nil && values[3] == nil)
  }

  @Test func thePopulationFlowIsThatOfTheGradient() throws {
    let times = [0, 0.2, 1, 3, 10, 30.0]
    for index in 0..<100 {
      var draws = Draws("population", index)
      let (start, teacher) = (draws.normals(5), draws.normals(5))
      let rate = draws.uniform(0.3...1.5)
      let flow = try ReLUGatePopulationFlow(start: start, teacher: teacher, rate: rate)
      let length = inner(teacher, teacher).squareRoot()
      func angle(_ w: [Double]) -> Double {
        acos(min(1, max(-1, inner(w, teacher) / (length * inner(w, w).squareRoot()))))
      }
      let oracle = integrate(start, to: times, step: 5e-3) { w in
        let (r, theta) = (inner(w, w).squareRoot(), angle(w))
        return w.indices.map { i in
          -rate * (w[i] / 2 - ((.pi - theta) * teacher[i] + length * sin(theta) * w[i] / r) / (2 * .pi))
        }
      }
      for (state, weights) in zip(try flow.states(at: times), oracle) {
        #expect(distance(state.weights, weights) < 1e-6, "problem \(index), time \(state.time)")
        let (r, theta) = (inner(weights, weights).squareRoot(), angle(weights))
        let loss =
          r * r / 4 + length * length / 4
          - r * length / (2 * .pi) * (sin(theta) + (.pi - theta) * cos(theta))
        #expect(abs(state.loss - loss) < 1e-6)
      }
    }
  }

  @Test func thePopulationFlowHoldsOnTheLineOfTheTeacher() throws {
    let along = try ReLUGatePopulationFlow(start: [2, 0], teacher: [1, 0]).states(at: [0, 2, 1e4])
    #expect(abs(along[1].weights[0] - (1 + exp(-1))) < 1e-15)
    #expect(along[2].weights == [1, 0] && along[2].loss == 0)
    let against = try ReLUGatePopulationFlow(start: [-2, 0], teacher: [1, 0]).states(at: [2])[0]
    #expect(abs(against.weights[0] + 2 * exp(-1)) < 1e-15)
  }
}
