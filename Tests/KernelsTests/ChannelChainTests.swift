import Kernels
import Tensor
import TestSupport
import Testing

/// A chain in one pass has the bits of one pass for each of its operations, with every set of instructions.
@Suite struct ChannelChainTests {
  struct Form: Sendable, CustomStringConvertible {
    var adds = false
    var standardizes = false
    var scales = false
    var biased = false
    var rectifies = false
    var description: String {
      let parts = [
        (adds, "add"), (standardizes, "standardize"), (scales, "scale"), (biased, "bias"),
        (rectifies, "relu"),
      ]
      return parts.filter(\.0).map(\.1).joined(separator: " ")
    }

    static let all: [Form] = (0..<32).map {
      Form(
        adds: $0 & 1 != 0, standardizes: $0 & 2 != 0, scales: $0 & 4 != 0, biased: $0 & 8 != 0,
        rectifies: $0 & 16 != 0)
    }
  }

  private static let shape: Shape = [3, 2, 5, 37]
  private var x: Tensor { noise(Self.shape, 1) }
  private var other: Tensor { noise(Self.shape, 2) }
  private var scale: Tensor { noise([37], 3) }
  private var bias: Tensor { noise([37], 4) }
  private var statistics: Tensor {
    var result = noise([2, 37], 5)
    for c in 0..<37 { result[flat: 37 + c] = abs(result[flat: 37 + c]) + 0.1 }
    return result
  }

  private func chain(_ form: Form) -> ChannelChain {
    ChannelChain(
      statistics: form.standardizes ? statistics : nil, scale: form.scales ? scale : nil,
      bias: form.biased ? bias : nil, rectifies: form.rectifies)
  }

  /// After each operation that the form has: the sum, standardized, scaled, biased, the result.
  private func passes(_ form: Form) -> (standardized: Tensor, before: Tensor, result: Tensor) {
    var y = x
    func step(_ does: Bool, _ body: (Tensor, inout Tensor) -> Void) {
      if !does { return }
      var out = Tensor(uninitialized: Self.shape)
      body(y, &out)
      y = out
    }
    step(form.adds) { Elementwise.sum($0, other, into: &$1) }
    step(form.standardizes) { Normalization.standardize($0, statistics, into: &$1) }
    let standardized = y
    step(form.scales) { Normalization.scale($0, by: scale, into: &$1) }
    step(form.biased) { Elementwise.addBias($0, bias, into: &$1) }
    let before = y
    step(form.rectifies) { Elementwise.relu($0, into: &$1) }
    return (standardized, before, y)
  }

  @Test(arguments: Form.all, InstructionsTests.available)
  func valuesAreThoseOfSinglePasses(_ form: Form, _ instructions: Instructions) {
    let expected = passes(form)
    for keepsBefore in [false, true] {
      var between = ChannelChain.Between(
        standardized: form.standardizes ? Tensor(uninitialized: Self.shape) : nil,
        before: keepsBefore ? Tensor(uninitialized: Self.shape) : nil)
      var out = Tensor(uninitialized: Self.shape)
      chain(form).value(
        .tensor(x), form.adds ? other : nil, between: &between, into: &out, instructions: instructions)
      #expect(out == expected.result)
      if form.standardizes { #expect(between.standardized == expected.standardized) }
      if keepsBefore { #expect(between.before == expected.before) }
    }
  }

  @Test(arguments: Form.all)
  func operandsAreOverwrittenWhereTheyLie(_ form: Form) {
    let expected = passes(form)
    let second = form.adds ? other : nil
    var between = ChannelChain.Between(
      standardized: form.standardizes ? Tensor(uninitialized: Self.shape) : nil,
      before: Tensor(uninitialized: Self.shape))
    var out = x
    chain(form).value(.result, second, between: &between, into: &out)
    #expect(out == expected.result)
    between.before = x
    chain(form).value(.before, second, between: &between, into: &out)
    #expect(out == expected.result && between.before == expected.before)
    if form.standardizes {
      between.standardized = x
      chain(form).value(.standardized, second, between: &between, into: &out)
      #expect(out == expected.result && between.standardized == expected.standardized)
    }
  }

  @Test(arguments: Form.all, InstructionsTests.available)
  func differencesAreThoseOfSinglePasses(_ form: Form, _ instructions: Instructions) {
    let base = passes(form)
    let (scaleChange, biasChange) = (noise([37], 8), noise([37], 9))
    for (moves, isFirstOrder) in [(true, false), (false, false), (true, true), (false, true)] {
      let expected = differences(
        form, base, scaleChange: moves ? scaleChange : nil, biasChange: moves ? biasChange : nil, isFirstOrder
      )
      let change = ChannelChain.Change(
        scale: moves && form.scales ? scaleChange : nil, bias: moves && form.biased ? biasChange : nil,
        isFirstOrder: isFirstOrder)
      for steps in [false, true] {
        var out = Tensor(uninitialized: Self.shape)
        var stepped = steps ? Tensor(uninitialized: Self.shape) : nil
        let between = ChannelChain.Between(standardized: base.standardized, before: base.before)
        chain(form).difference(
          noise(Self.shape, 6), form.adds ? noise(Self.shape, 7) : nil, change: change, between: between,
          result: base.result, into: &out, stepped: &stepped, instructions: instructions)
        #expect(out == expected)
        var sum = Tensor(uninitialized: Self.shape)
        Elementwise.sum(base.result, expected, into: &sum)
        if steps { #expect(stepped == sum) }
        // The same where the difference lies in the place of the result.
        var inPlace = noise(Self.shape, 6)
        chain(form).difference(
          nil, form.adds ? noise(Self.shape, 7) : nil, change: change, between: between, result: base.result,
          into: &inPlace, stepped: &stepped, instructions: instructions)
        #expect(inPlace == expected)
      }
    }
  }

  private func differences(
    _ form: Form, _ base: (standardized: Tensor, before: Tensor, result: Tensor), scaleChange: Tensor?,
    biasChange: Tensor?, _ isFirstOrder: Bool
  ) -> Tensor {
    var d = noise(Self.shape, 6)
    func step(_ does: Bool, _ body: (Tensor, inout Tensor) -> Void) {
      if !does { return }
      var out = Tensor(uninitialized: Self.shape)
      body(d, &out)
      d = out
    }
    step(form.adds) { Elementwise.sum($0, noise(Self.shape, 7), into: &$1) }
    step(form.standardizes) { Normalization.scaleByDeviation($0, statistics, into: &$1) }
    step(form.scales) { delta, out in
      Normalization.scale(delta, by: scale, into: &out)
      if let scaleChange {
        var operand = base.standardized
        if !isFirstOrder { Elementwise.sum(base.standardized, delta, into: &operand) }
        Normalization.scale(operand, by: scaleChange, into: &out, accumulating: true)
      }
    }
    step(form.biased && biasChange != nil) { delta, out in
      if let biasChange { Elementwise.addBias(delta, biasChange, into: &out) }
    }
    step(form.rectifies) { delta, out in
      if isFirstOrder {
        Elementwise.reluGradient(delta, output: base.result, into: &out)
      } else {
        Elementwise.reluDifference(delta, input: base.before, into: &out)
      }
    }
    return d
  }

  @Test func whatIsNoNumberStaysOne() {
    var x = noise([1, 1, 2, 4], 1)
    x[flat: 5] = .nan
    var between = ChannelChain.Between(before: Tensor(uninitialized: x.shape))
    var out = Tensor(uninitialized: x.shape)
    ChannelChain(bias: noise([4], 2), rectifies: true).value(.tensor(x), between: &between, into: &out)
    #expect(out[flat: 5].isNaN && (between.before?[flat: 5].isNaN ?? false))
  }
}
