import Foundation
import Random
import Theory

/// An independent integration of dw/dt = slope(w): the classical Runge–Kutta method with many small steps.
func integrate(
  _ start: [Double], to times: [Double], step: Double, _ slope: ([Double]) -> [Double]
) -> [[Double]] {
  var (time, state) = (0.0, start)
  func moved(_ by: [Double], _ factor: Double) -> [Double] { zip(state, by).map { $0 + factor * $1 } }
  return times.map { goal in
    let count = max(1, Int(((goal - time) / step).rounded(.up)))
    let h = (goal - time) / Double(count)
    for _ in 0..<count where goal > time {
      let k1 = slope(state)
      let k2 = slope(moved(k1, h / 2))
      let k3 = slope(moved(k2, h / 2))
      let k4 = slope(moved(k3, h))
      for i in state.indices { state[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) }
    }
    time = goal
    return state
  }
}

/// max |a − b| / max(1, |b|).
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
}

func inner(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// Random numbers of one test problem.
struct Draws {
  private var generator: CounterGenerator
  init(_ test: String, _ index: Int) {
    generator = RandomStream(Seed(7), .data, object: test).generator(UInt64(index))
  }
  mutating func normals(_ count: Int, _ deviation: Double = 1) -> [Double] {
    (0..<count).map { _ in deviation * generator.normal() }
  }
  mutating func uniforms(_ count: Int, _ range: ClosedRange<Double>) -> [Double] {
    (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform() }
  }
  mutating func uniform(_ range: ClosedRange<Double>) -> Double { uniforms(1, range)[0] }
  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + generator.integer(below: range.count)
  }
}
