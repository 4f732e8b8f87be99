import Autodiff
import Kernels
import Tensor
import TestSupport
import Testing

/// Every primitive against the `Double` oracle: values, gradients by central differences, difference rules.
@Suite struct PrimitiveTests {
  @Test(arguments: TapeCase.all)
  func valueAgreesWithOracle(_ test: TapeCase) {
    var activations = Activations()
    test.tape.evaluate(test.parameters, test.input, into: &activations)
    let expected = Oracle(test.tape, parameters: test.parameters)
      .outputs(test.input.scalars.map(Double.init), samples: test.samples)
    expectClose(
      activations.output, expected, shape: test.tape.output.batch(of: test.samples), tolerance: 2e-6)
  }

  /// L = Σ c·output with fixed c; ∂L/∂parameter and per-sample ∂L/∂parameter against (L(w + h) − L(w − h)) / 2h.
  @Test(arguments: TapeCase.all)
  func gradientsAgreeWithCentralDifferences(_ test: TapeCase) {
    let c = test.draw(test.tape.output.batch(of: test.samples), "weights of the loss")
    var activations = Activations()
    var gradients = Gradients()
    test.tape.evaluate(test.parameters, test.input, into: &activations)
    test.tape.backpropagate(test.parameters, activations, outputGradient: c, into: &gradients)
    let input = test.input.scalars.map(Double.init)
    for parameter in test.parameters.indices where !test.tape.isStatistic[parameter] {
      var found = Tensor(zeros: test.parameters[parameter].shape)
      test.tape.parameterGradient(parameter, of: test.parameters, activations, gradients, into: &found)
      let oracle = Oracle(test.tape, parameters: test.parameters)
      let expected = centralDifferences(oracle, parameter, input, c, test.samples)
      expectClose(found, expected, shape: found.shape, tolerance: 5e-6)
      var sum = [Double](repeating: 0, count: found.count)
      for sample in 0..<test.samples {
        var one = Tensor(zeros: found.shape)
        test.tape.parameterGradient(
          parameter, of: test.parameters, activations, gradients, sample: sample, into: &one)
        for (i, value) in one.scalars.enumerated() { sum[i] += Double(value) }
      }
      expectClose(found, sum, shape: found.shape, tolerance: 5e-6)
    }
  }

  /// One sample's gradient against central differences of that sample's part of the loss alone.
  @Test(arguments: TapeCase.all)
  func perSampleGradientSeesItsSampleOnly(_ test: TapeCase) {
    var c = test.draw(test.tape.output.batch(of: test.samples), "weights of the loss")
    var activations = Activations()
    var gradients = Gradients()
    test.tape.evaluate(test.parameters, test.input, into: &activations)
    test.tape.backpropagate(test.parameters, activations, outputGradient: c, into: &gradients)
    let channels = test.tape.output.channels
    for i in 0..<c.count where i / channels % test.samples != 1 { c[flat: i] = 0 }
    for parameter in test.parameters.indices where !test.tape.isStatistic[parameter] {
      var found = Tensor(zeros: test.parameters[parameter].shape)
      test.tape.parameterGradient(
        parameter, of: test.parameters, activations, gradients, sample: 1, into: &found)
      let expected = centralDifferences(
        Oracle(test.tape, parameters: test.parameters), parameter, test.input.scalars.map(Double.init), c,
        test.samples)
      expectClose(found, expected, shape: found.shape, tolerance: 5e-6)
    }
  }

  /// Piece by piece, whatever their size, a gradient has the bits that it has as a whole, and no live scalar is left out.
  @Test(arguments: TapeCase.all, [1, 20, 1 << 16])
  func gradientsComeInPiecesToo(_ test: TapeCase, _ most: Int) {
    var (activations, gradients) = (Activations(), Gradients())
    test.tape.evaluate(test.parameters, test.input, into: &activations)
    test.tape.backpropagate(
      test.parameters, activations, outputGradient: test.draw(test.tape.output.batch(of: test.samples), "d"),
      into: &gradients)
    for parameter in test.parameters.indices where !test.tape.isStatistic[parameter] {
      for sample in [nil, 1] {
        var whole = Tensor(zeros: test.parameters[parameter].shape)
        test.tape.parameterGradient(
          parameter, of: test.parameters, activations, gradients, sample: sample, into: &whole)
        var pieced = Tensor(zeros: whole.shape)
        for piece in test.tape.pieces(of: parameter, most: most) {
          var part = Tensor(zeros: [piece.count + 3])
          test.tape.parameterGradient(
            parameter, of: test.parameters, activations, gradients, sample: sample, piece: piece, into: &part)
          for (place, i) in piece.enumerated() { pieced[flat: i] = part[flat: place] }
        }
        #expect(pieced == whole)
      }
    }
  }

  /// The difference rule of every primitive against the subtraction of two `Double` evaluations over eight decades.
  @Test(arguments: TapeCase.all, [1e-1, 1e-3, 1e-5, 1e-7, 1e-8])
  func differenceAgreesWithSubtraction(_ test: TapeCase, _ size: Double) {
    // Statistics stay as they are.
    let changes = zip(test.tape.parameterShapes, test.tape.isStatistic).enumerated().map { place, entry in
      entry.1 ? Tensor(zeros: entry.0) : test.draw(entry.0, "change\(place)", scale: size)
    }
    var base = Activations()
    var differences = Differences()
    test.tape.evaluate(test.parameters, test.input, into: &base)
    test.tape.difference(
      test.parameters, changes: zip(changes, test.tape.isStatistic).map { $1 ? .none : .dense($0) },
      base: base, into: &differences)
    let input = test.input.scalars.map(Double.init)
    let old = Oracle(test.tape, parameters: test.parameters)
    let stepped = zip(old.parameters, changes).map { w, d in zip(w, d.scalars).map { $0 + Double($1) } }
    let expected = zip(
      Oracle(test.tape, parameters: stepped).outputs(input, samples: test.samples),
      old.outputs(input, samples: test.samples)
    ).map { $0 - $1 }
    // Double subtraction itself is good to about 1e-15 of the values: 1e-7 of the smallest changes.
    expectClose(differences.output, expected, shape: base.output.shape, tolerance: max(3e-6, 1e-14 / size))
  }

  /// A change kept as factors does what the same change written out does, for every layer that can be low-rank.
  @Test(arguments: TapeCase.all)
  func lowRankChangeEqualsDenseChange(_ test: TapeCase) {
    let scale: Float = -0.01
    var base = Activations()
    var backward = Gradients()
    test.tape.evaluate(test.parameters, test.input, into: &base)
    test.tape.backpropagate(
      test.parameters, base, outputGradient: test.draw(base.output.shape, "gradient"), into: &backward)
    let factors: [ParameterChange] = test.tape.parameterNodes.map { index in
      let node = test.tape.nodes[index]
      switch node.primitive {
      case .linear, .convolution: break
      default: return .none
      }
      return .lowRank(
        input: base.sample(1, of: node.inputs[0]),
        gradient: test.tape.outputGradient(index, backward, sample: 1), scale: scale)
    }
    let dense: [ParameterChange] = test.parameters.indices.map { parameter in
      guard case .lowRank = factors[parameter] else { return .none }
      var gradient = Tensor(zeros: test.parameters[parameter].shape)
      test.tape.parameterGradient(parameter, of: test.parameters, base, backward, sample: 1, into: &gradient)
      return .dense(Tensor(gradient.shape, scalars: gradient.scalars.map { scale * $0 }))
    }
    var low = Differences()
    var full = Differences()
    test.tape.difference(test.parameters, changes: factors, base: base, into: &low)
    test.tape.difference(test.parameters, changes: dense, base: base, into: &full)
    expectClose(low.output, full.output.scalars.map(Double.init), shape: full.output.shape, tolerance: 3e-6)
  }

  @Test func passesOverWarmBuffersAllocateNothing() throws {
    let test = try #require(TapeCase.all.first { $0.description == "residual add" })
    let (parameters, input) = (test.parameters, test.input)
    let gradient = test.draw(test.tape.output.batch(of: test.samples), "gradient")
    var (activations, backward) = (Activations(), Gradients())
    func pass() {
      test.tape.evaluate(parameters, input, into: &activations)
      test.tape.backpropagate(parameters, activations, outputGradient: gradient, into: &backward)
    }
    pass()
    let before = Tensor.allocations
    pass()
    // Other tests run beside this one and allocate too, so count until a quiet moment.
    var quiet = Tensor.allocations == before
    for _ in 0..<1000 where !quiet {
      let before = Tensor.allocations
      pass()
      quiet = Tensor.allocations == before
    }
    #expect(quiet)
  }

  private func centralDifferences(
    _ oracle: Oracle, _ parameter: Int, _ input: [Double], _ c: Tensor, _ samples: Int
  ) -> [Double] {
    let weights = c.scalars.map(Double.init)
    func loss(_ oracle: Oracle) -> Double {
      zip(oracle.outputs(input, samples: samples), weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let h = 1e-6
    return oracle.parameters[parameter].indices.map { i in
      var (up, down) = (oracle, oracle)
      up.parameters[parameter][i] += h
      down.parameters[parameter][i] -= h
      return (loss(up) - loss(down)) / (2 * h)
    }
  }
}
