import Autodiff
import Tensor
import TestSupport
import Testing

/// The `Double` oracle is itself held against central differences, and the engine's gradients against the oracle.
@Suite struct OracleTests {
  @Test(arguments: TapeCase.all)
  func oracleGradientsAgreeWithCentralDifferences(_ test: TapeCase) {
    let oracle = Oracle(test.tape, parameters: test.parameters)
    let input = test.input.scalars.map(Double.init)
    let c = weightsOfLoss(test).scalars.map(Double.init)
    let found = oracle.gradients(
      oracle.values(input, samples: test.samples), outputGradient: c, samples: test.samples)
    func loss(_ oracle: Oracle) -> Double {
      zip(oracle.outputs(input, samples: test.samples), c).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let h = 1e-5
    for parameter in oracle.parameters.indices where !test.tape.isStatistic[parameter] {
      #expect(found[parameter].count == oracle.parameters[parameter].count)
      let scale = max(found[parameter].map(abs).max() ?? 0, 1e-3)
      for i in oracle.parameters[parameter].indices {
        var (up, down) = (oracle, oracle)
        up.parameters[parameter][i] += h
        down.parameters[parameter][i] -= h
        let expected = (loss(up) - loss(down)) / (2 * h)
        #expect(abs(found[parameter][i] - expected) <= 1e-8 * scale, "parameter \(parameter), scalar \(i)")
      }
    }
  }

  @Test(arguments: TapeCase.all)
  func engineGradientsAgreeWithOracle(_ test: TapeCase) {
    let c = weightsOfLoss(test)
    let oracle = Oracle(test.tape, parameters: test.parameters)
    let values = oracle.values(test.input.scalars.map(Double.init), samples: test.samples)
    let expected = oracle.gradients(
      values, outputGradient: c.scalars.map(Double.init), samples: test.samples)
    var (activations, backward) = (Activations(), Gradients())
    test.tape.evaluate(test.parameters, test.input, into: &activations)
    test.tape.backpropagate(test.parameters, activations, outputGradient: c, into: &backward)
    for (index, value) in values.enumerated() {
      expectClose(
        activations.values[index], value, shape: test.tape.nodes[index].shape.batch(of: test.samples),
        tolerance: 2e-6)
    }
    for parameter in expected.indices where !test.tape.isStatistic[parameter] {
      var found = Tensor(zeros: test.parameters[parameter].shape)
      test.tape.parameterGradient(parameter, of: test.parameters, activations, backward, into: &found)
      expectClose(found, expected[parameter], shape: test.parameters[parameter].shape, tolerance: 2e-6)
    }
  }

  private func weightsOfLoss(_ test: TapeCase) -> Tensor {
    test.draw(test.tape.output.batch(of: test.samples), "weights of the loss")
  }
}
