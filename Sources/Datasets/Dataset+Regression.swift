import Elementary
import Random
import Tensor

/// What the targets of a synthetic regression are.
public enum RegressionTarget: String, CaseIterable, Hashable, Sendable {
  /// y = 2 max(0, u·x) with a random direction u of length 1.
  case singleIndex = "single_index"
  /// y = (1/√m) Σ_j a_j max(0, w_j·x) with m hidden units of normal weights, w_j divided by √d.
  case teacher
  /// y = u·x.
  case linear
  /// y = sin(2π x_1), x uniform in [−1, 1].
  case sine
  /// y = Σ_i x_i.
  case sum
}

extension Dataset {
  /// Draws a regression: vectors [1, 1, d] of standard normal numbers (uniform ones for `sine`) with one target each.
  ///
  /// The direction or the teacher belongs to the seed, so that train and test, drawn apart, have the same one. A larger
  /// `count` keeps the samples of a smaller one.
  ///
  /// - Parameters:
  ///   - noise: the standard deviation of a normal number added to each target.
  ///   - units: hidden units of the teacher.
  /// - Throws: `invalidOption` for no samples, no dimensions, noise that is negative or not finite, too many numbers.
  public static func regression(
    _ target: RegressionTarget, count: Int, dimensions: Int, noise: Double = 0, units: Int = 10, seed: Seed,
    split: Split = .train
  ) throws(DatasetError) -> Dataset {
    func refuse(_ name: String, _ value: some CustomStringConvertible, _ reason: String) -> DatasetError {
      .invalidOption(name: name, value: value.description, reason: reason)
    }
    guard count >= 1 else { throw refuse("count", count, "draw at least one sample") }
    guard dimensions >= 1 else { throw refuse("dimensions", dimensions, "a sample has at least one number") }
    guard units >= 1 else { throw refuse("units", units, "a teacher has at least one hidden unit") }
    guard noise >= 0, noise.isFinite else {
      throw refuse("noise", noise, "a standard deviation is a finite number, not below 0")
    }
    let (total, overflow) = count.multipliedReportingOverflow(by: dimensions)
    guard !overflow, total <= 1 << 28, units <= 1 << 20 else {
      throw refuse("count", count, "\(count) x \(dimensions) numbers are more than 2^28")
    }
    let name = target.rawValue
    let inputs = RandomStream(seed, .data, object: "\(name) \(split.rawValue)")
    let range = 0..<UInt64(total)
    let numbers = target == .sine ? inputs.uniforms(range).map { 2 * $0 - 1 } : inputs.normals(range)
    // Targets belong to the numbers that a network sees, which are rounded to Float.
    let scalars = numbers.map { Float($0) }
    let rule = RegressionRule(target, dimensions: dimensions, units: units, seed: seed)
    let errors = RandomStream(seed, .data, object: "\(name) \(split.rawValue) noise")
      .normals(0..<UInt64(count))
    let targets = (0..<count).map { row in
      let x = scalars[row * dimensions..<(row + 1) * dimensions].map(Double.init)
      return Float(rule.value(x) + noise * errors[row])
    }
    return Dataset(
      name: name, samples: Tensor([count, 1, 1, dimensions], scalars: scalars),
      labels: [Int](repeating: 0, count: count), targets: Tensor([count, 1], scalars: targets),
      classNames: ["all"], indices: Array(0..<count), split: split.rawValue,
      digest: sha256(littleEndianBytes(scalars + targets)), preparation: [])
  }
}

/// The function that makes targets, with what was drawn for it.
private struct RegressionRule {
  let target: RegressionTarget
  let direction: [Double]
  let hidden: [[Double]]
  let outer: [Double]

  init(_ target: RegressionTarget, dimensions: Int, units: Int, seed: Seed) {
    self.target = target
    let stream = RandomStream(seed, .data, object: "\(target.rawValue) rule")
    let drawn = stream.normals(0..<UInt64(dimensions))
    let length = drawn.reduce(0) { $0 + $1 * $1 }.squareRoot()
    direction = drawn.map { $0 / length }
    let isTeacher = target == .teacher
    let weights = stream.normals(
      UInt64(dimensions)..<UInt64(dimensions + (isTeacher ? units * (dimensions + 1) : 0)))
    hidden =
      isTeacher
      ? (0..<units).map { unit in
        weights[unit * dimensions..<(unit + 1) * dimensions].map { $0 / Double(dimensions).squareRoot() }
      } : []
    outer = isTeacher ? weights[(units * dimensions)...].map { $0 / Double(units).squareRoot() } : []
  }

  func value(_ x: [Double]) -> Double {
    func dot(_ w: [Double]) -> Double { zip(w, x).reduce(0) { $0 + $1.0 * $1.1 } }
    switch target {
    case .singleIndex: return 2 * max(0, dot(direction))
    case .teacher: return zip(outer, hidden).reduce(0) { $0 + $1.0 * max(0, dot($1.1)) }
    case .linear: return dot(direction)
    case .sine: return sin(2 * .pi * x[0])
    case .sum: return x.reduce(0, +)
    }
  }
}
