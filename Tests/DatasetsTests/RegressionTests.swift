import Datasets
import Foundation
import Random
import Testing

@Suite struct RegressionTests {
  private func drawn(
    _ target: RegressionTarget, dimensions: Int = 3, noise: Double = 0, split: Split = .train
  )
    throws -> (x: [[Double]], y: [Double])
  {
    let data = try Dataset.regression(
      target, count: 40, dimensions: dimensions, noise: noise, seed: Seed(2), split: split)
    let scalars = data.samples.scalars.map(Double.init)
    let x = (0..<40).map { Array(scalars[$0 * dimensions..<($0 + 1) * dimensions]) }
    return (x, try #require(data.targets).scalars.map(Double.init))
  }

  @Test func sumAndSineAreWhatTheySay() throws {
    let sum = try drawn(.sum)
    for (x, y) in zip(sum.x, sum.y) { #expect(abs(x.reduce(0, +) - y) < 1e-5) }
    let sine = try drawn(.sine, dimensions: 1)
    for (x, y) in zip(sine.x, sine.y) {
      #expect(abs(sin(2 * .pi * x[0]) - y) < 1e-6 && abs(x[0]) <= 1)
    }
  }

  /// The direction solved from three training samples predicts all others, of the test split too.
  @Test func trainAndTestHaveOneDirection() throws {
    let train = try drawn(.linear)
    let (a, b) = (train.x, train.y)
    let det = { (m: [[Double]]) -> Double in
      m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    }
    let u = (0..<3).map { k in
      var m = Array(a[0..<3])
      for i in 0..<3 { m[i][k] = b[i] }
      return det(m) / det(Array(a[0..<3]))
    }
    #expect(abs(u.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
    let test = try drawn(.linear, split: .test)
    #expect(test.x != train.x)
    for (x, y) in zip(train.x + test.x, train.y + test.y) {
      #expect(abs(zip(x, u).reduce(0) { $0 + $1.0 * $1.1 } - y) < 1e-4)
    }
  }

  @Test func aSingleIndexIsZeroOnHalfAndNoiseIsAdded() throws {
    let clean = try drawn(.singleIndex)
    #expect(clean.y.allSatisfy { $0 >= 0 } && clean.y.contains(0) && clean.y.contains { $0 > 0.5 })
    let noisy = try drawn(.singleIndex, noise: 0.1)
    #expect(noisy.x == clean.x)
    let gaps = zip(noisy.y, clean.y).map { $0 - $1 }
    let deviation = (gaps.reduce(0) { $0 + $1 * $1 } / 40).squareRoot()
    #expect(deviation > 0.06 && deviation < 0.15)
    #expect(try drawn(.teacher).y.contains { abs($0) > 0.01 })
  }

  @Test func aLargerSetKeepsTheSmallerOne() throws {
    let small = try Dataset.regression(.teacher, count: 5, dimensions: 4, seed: Seed(2))
    let large = try Dataset.regression(.teacher, count: 9, dimensions: 4, seed: Seed(2))
    #expect(try large.subset(rows: Array(0..<5)).samples == small.samples)
    #expect(try large.subset(rows: Array(0..<5)).targets == small.targets)
  }

  @Test func badRequestsAreRefused() {
    for body: () throws -> Dataset in [
      { try Dataset.regression(.sum, count: 0, dimensions: 1, seed: Seed(1)) },
      { try Dataset.regression(.sum, count: 1, dimensions: 0, seed: Seed(1)) },
      { try Dataset.regression(.sum, count: 1 << 20, dimensions: 1 << 20, seed: Seed(1)) },
      { try Dataset.regression(.sum, count: 1, dimensions: 1, noise: .nan, seed: Seed(1)) },
      { try Dataset.regression(.teacher, count: 1, dimensions: 1, units: 0, seed: Seed(1)) },
    ] { #expect(throws: DatasetError.self) { _ = try body() } }
  }
}
