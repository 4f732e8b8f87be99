import Foundation
import Random
import Testing
import Theory

@Suite struct ReLUKernelTests {
  @Test func theKernelIsTheMeanOverRandomGates() {
    let (x, probe) = ([0.4, -1.1, 0.3], [1.0, 0.2, 0.7])
    // ∂/∂a: ReLU(w·x) ReLU(w·x'); ∂/∂w: 1[w·x > 0] 1[w·x' > 0] x·x', w ~ N(0, I), and twice half of each sums to K.
    var (sum, squares) = (0.0, 0.0)
    let count = 200_000
    for index in 0..<count {
      var draws = Draws("kernel", index)
      let w = draws.normals(3)
      let (a, b) = (inner(w, x), inner(w, probe))
      let value = a > 0 && b > 0 ? a * b + inner(x, probe) : 0
      sum += value
      squares += value * value
    }
    let mean = sum / Double(count)
    let error = ((squares / Double(count) - mean * mean) / Double(count)).squareRoot()
    #expect(abs(ReLUKernel.value(x, probe) - mean) < 4 * error)
  }

  @Test func knownAnglesGiveKnownValues() {
    #expect(abs(ReLUKernel.value([3, 4], [3, 4]) - 25) < 1e-13)
    #expect(abs(ReLUKernel.value([2, 0], [0, 3]) - 6 / (2 * .pi)) < 1e-14)
    #expect(abs(ReLUKernel.value([1, 2], [-1, -2])) < 1e-14)
    #expect(ReLUKernel.value([0, 0], [1, 2]) == 0)
    // Nearly parallel: K ≈ ‖x‖² (1 − θ/2π).
    let theta = 1e-9
    let value = ReLUKernel.value([1, 0], [cos(theta), sin(theta)])
    #expect(abs((1 - value) - theta / (2 * .pi)) < 1e-15)
  }

  @Test func theFlowOfTheCoefficientsIsThatOfTheLoss() throws {
    let times = [0, 0.2, 1, 5, 20.0]
    for index in 0..<100 {
      var draws = Draws("kernel flow", index)
      let count = draws.integer(1...6)
      let points = (0..<count).map { _ in draws.normals(3) }
      let targets = draws.normals(count)
      let flow = try ReLUKernelFlow(points: points, targets: targets)
      let kernel = points.map { a in points.map { ReLUKernel.value(a, $0) } }
      // dc/dt = (y − K c)/N
      let oracle = integrate([Double](repeating: 0, count: count), to: times, step: 0.01) { c in
        targets.indices.map { (targets[$0] - inner(kernel[$0], c)) / Double(count) }
      }
      for (state, coefficients) in zip(try flow.states(at: times), oracle) {
        #expect(distance(state.weights, coefficients) < 1e-6, "problem \(index), time \(state.time)")
        let loss = targets.indices.reduce(0) { sum, i in
          let gap = inner(kernel[i], coefficients) - targets[i]
          return sum + gap * gap / (2 * Double(count))
        }
        #expect(abs(state.loss - loss) < 1e-6)
        #expect(abs(flow.prediction(state.weights, at: points[0]) - inner(kernel[0], coefficients)) < 1e-6)
      }
    }
  }
}
