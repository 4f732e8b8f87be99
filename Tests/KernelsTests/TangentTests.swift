import Glibc
import Kernels
import Random
import Tensor
import Testing

/// tanh, its gradient and its difference rule: against formulas in `Double`, and the same bits from every set of
/// instructions. `scripts/check-tanh` goes through every float.
@Suite struct TangentTests {
  /// Numbers of either sign from 2⁻¹⁴⁹ to 2¹⁰, most of them where tanh bends, and the special ones. Their number is no
  /// multiple of a register.
  private static let inputs: [Float] = {
    let stream = RandomStream(Seed(3), .data)
    let spread = stream.uniforms(0..<6003)
    return spread.enumerated().map { i, u in
      let size = i % 3 == 0 ? exp2(-149 + 159 * u) : i % 3 == 1 ? 3 * u : 12 * u
      return Float(i % 2 == 0 ? size : -size)
    } + [0, -0.0, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
  }()

  private static let tensor = Tensor([inputs.count], scalars: inputs)

  /// The distance from the right value in units of the last place of a float.
  private func ulps(_ found: Float, from right: Double) -> Double {
    abs(Double(found) - right) / Double(Float(right).magnitude.ulp)
  }

  @Test(arguments: InstructionsTests.available)
  func valuesAreRoundedOnce(instructions: Instructions) {
    var out = Tensor(uninitialized: Self.tensor.shape)
    Elementwise.tanh(Self.tensor, into: &out, instructions: instructions)
    for (x, y) in zip(Self.inputs, out.scalars) where !x.isNaN {
      #expect(ulps(y, from: Glibc.tanh(Double(x))) <= 0.501, "tanh \(x) is \(y)")
      #expect(y.sign == x.sign)
    }
    for i in Self.inputs.indices where Self.inputs[i].isNaN { #expect(out.scalars[i].isNaN) }
  }

  /// tanh(z + δ) − tanh z = sinh δ / (cosh z cosh(z + δ)).
  @Test(arguments: InstructionsTests.available)
  func differencesAreRoundedOnce(instructions: Instructions) {
    let points: [Float] = Self.inputs.filter { abs($0) < 300 }
    for shift in [1, 7, 500] {
      let changes = points.indices.map { points[($0 + shift) % points.count] }
      var out = Tensor(uninitialized: [points.count])
      Elementwise.tanhDifference(
        Tensor([points.count], scalars: changes), input: Tensor([points.count], scalars: points), into: &out,
        instructions: instructions)
      for ((z, delta), found) in zip(zip(points, changes), out.scalars) {
        let (z, delta) = (Double(z), Double(delta))
        let right = sinh(delta) / cosh(z) / cosh(z + delta)
        #expect(ulps(found, from: right) <= 0.501, "z \(z), delta \(delta): \(found), not \(right)")
      }
    }
  }

  @Test func differencesOfSpecialNumbers() {
    let z: [Float] = [.infinity, .infinity, -.infinity, 1, 1, .nan, 1, 0]
    let delta: [Float] = [1, -.infinity, 3, .infinity, -.infinity, 1, .nan, -0.0]
    var out = Tensor(uninitialized: [z.count])
    Elementwise.tanhDifference(
      Tensor([z.count], scalars: delta), input: Tensor([z.count], scalars: z), into: &out)
    let found = out.scalars
    #expect(found[0] == 0 && found[1].isNaN && found[2] == 0)
    let tangent = Glibc.tanh(Double(1))
    #expect(found[3] == Float(1 - tangent) && found[4] == Float(-1 - tangent))
    #expect(found[5].isNaN && found[6].isNaN && found[7] == 0)
  }

  @Test func everySetGivesTheSameBits() {
    let x = Self.tensor
    let turned = Tensor([x.count], scalars: Array(Self.inputs.reversed()))
    let results = InstructionsTests.available.map { instructions in
      var outs = [x, x, x]
      Elementwise.tanh(x, into: &outs[0], instructions: instructions)
      Elementwise.tanhGradient(turned, output: x, into: &outs[1], instructions: instructions)
      Elementwise.tanhDifference(turned, input: x, into: &outs[2], instructions: instructions)
      return outs.map { $0.scalars.map { $0.isNaN ? 0 : $0.bitPattern } }
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test func bitsAreFixed() {
    let x: [Float] = [1, -0.5, 0x1p-12, 0.173, -2.5, 8.7, 9.1, 0x1p-140]
    var out = Tensor(uninitialized: [x.count])
    Elementwise.tanh(Tensor([x.count], scalars: x), into: &out)
    #expect(
      out.scalars == [
        0x1.85efacp-1, -0x1.d9353ep-2, 0x1p-12, 0x1.5ecfa6p-3, -0x1.f92582p-1, 0x1.fffffep-1, 0x1p0, 0x1p-140,
      ], "\(out.scalars)")
  }
}
