import Foundation
import Network
import Tensor
import TestSupport
import Testing

@Suite struct LossTests {
  static let logits: [[Double]] = [
    [0, 0, 0], [1, -2, 0.5], [30, 0, -30], [-1, -1, 5], [88, 87, 80], [1e4, -1e4, 0], [-3e38, 3e38, 0],
  ]

  @Test(arguments: logits, 0..<3)
  func crossEntropyAgreesWithDouble(_ z: [Double], _ label: Int) {
    let outputs = Tensor([1, 1, 1, 3], scalars: z.map { Float($0) })
    let z = outputs.scalars.map(Double.init)
    let expected = logSumExp(z) - z[label]
    let found = Loss.crossEntropy.values(outputs, .classes([label]))
    #expect(found.count == 1)
    #expect(abs(found[0] - expected) <= 1e-14 * max(1, abs(expected)), "\(found[0]), expected \(expected)")
    let gradient = Loss.crossEntropy.gradient(outputs, .classes([label]), scale: 0.5)
    #expect(gradient.shape == outputs.shape)
    for (found, expected) in zip(gradient.scalars, DoubleLosses.crossEntropyGradient(z, label)) {
      #expect(abs(Double(found) - 0.5 * expected) <= 1e-7 * abs(expected) + 1e-16)
    }
  }

  @Test func everySampleOfABatchHasItsOwnLoss() {
    let z = Self.logits.prefix(4).flatMap { $0 }
    let outputs = Tensor([1, 1, 4, 3], scalars: z.map { Float($0) })
    let labels = [2, 0, 1, 2]
    let found = Loss.crossEntropy.values(outputs, .classes(labels))
    let gradient = Loss.crossEntropy.gradient(outputs, .classes(labels), scale: 1)
    for n in 0..<4 {
      expectClose(found[n], DoubleLosses.crossEntropy(Self.logits[n], labels[n]), tolerance: 1e-12)
      let expected = DoubleLosses.crossEntropyGradient(Self.logits[n], labels[n])
      for c in 0..<3 { #expect(abs(Double(gradient[flat: n * 3 + c]) - expected[c]) < 1e-7) }
    }
  }

  @Test func meanSquaredErrorAgreesWithDouble() {
    let f: [[Double]] = [[1, 2], [-0.5, 0.25], [3e3, -4e3]]
    let y: [[Double]] = [[0, 2], [0.5, -1], [1, 1]]
    let outputs = Tensor([1, 1, 3, 2], scalars: f.flatMap { $0.map { Float($0) } })
    let targets = Targets.values(Tensor([3, 2], scalars: y.flatMap { $0.map { Float($0) } }))
    #expect(targets.count == 3)
    let found = Loss.meanSquaredError.values(outputs, targets)
    let gradient = Loss.meanSquaredError.gradient(outputs, targets, scale: 0.25)
    for n in 0..<3 {
      expectClose(found[n], DoubleLosses.meanSquaredError(f[n], y[n]), tolerance: 1e-12)
      for (c, g) in DoubleLosses.meanSquaredErrorGradient(f[n], y[n]).enumerated() {
        expectClose(Double(gradient[flat: n * 2 + c]), 0.25 * g, tolerance: 1e-7)
      }
    }
  }

  /// On a saturated sample p_y − 1 would be 0 in any precision; −Σ of the others keeps every digit.
  @Test(arguments: [20.0, 40, 60, 80])
  func theOwnClassGradientKeepsItsDigits(_ margin: Double) {
    let outputs = Tensor([1, 1, 1, 3], scalars: [Float(margin), 0, -1])
    let gradient = Loss.crossEntropy.gradient(outputs, .classes([0]), scale: 1).scalars.map(Double.init)
    let small = exp(-margin) * (1 + exp(-1)) / (1 + exp(-margin) * (1 + exp(-1)))
    expectClose(gradient[0], -small, tolerance: 1e-6)
    #expect(abs(gradient.reduce(0, +)) <= 1e-7 * abs(gradient[0]))
    #expect(gradient[0] < 0 && gradient[1] > 0 && gradient[2] > 0)
  }

  @Test func notANumberStaysNotANumber() {
    let outputs = Tensor([1, 1, 1, 3], scalars: [.nan, 0, 1])
    #expect(Loss.crossEntropy.values(outputs, .classes([1]))[0].isNaN)
    #expect(Loss.meanSquaredError.values(outputs, .values(Tensor(zeros: [1, 3])))[0].isNaN)
  }

  @Test func softmaxSumsToOneAndIgnoresAShift() {
    for z in Self.logits {
      let p = Softmax.probabilities(z)
      #expect(abs(p.reduce(0, +) - 1) < 1e-14 && p.allSatisfy { $0 >= 0 })
    }
    let (a, b) = (Softmax.probabilities([1, 2, 3]), Softmax.probabilities([1001, 1002, 1003]))
    for (a, b) in zip(a, b) { expectClose(b, a, tolerance: 1e-12) }
    #expect(Tensor([1, 1, 2, 2], scalars: [1, 2, 3, 4]).rows == [[1, 2], [3, 4]])
  }

  private func logSumExp(_ z: [Double]) -> Double {
    let top = z.max() ?? 0
    return top + log(z.map { exp($0 - top) }.reduce(0, +))
  }
}
