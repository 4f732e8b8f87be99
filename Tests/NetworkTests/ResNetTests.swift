import Autodiff
import Kernels
import Network
import Tensor
import TestSupport
import Testing

@Suite struct ResNetTests {
  static let images = SampleShape(height: 32, width: 32, channels: 3)

  /// torchvision's `resnet18(num_classes=3).state_dict()` without the normalisation layers.
  static let torchvision: [(String, Shape)] = {
    var list: [(String, Shape)] = [("conv1.weight", [64, 3, 7, 7])]
    var before = 64
    for stage in 1...4 {
      let channels = 32 << stage
      for block in 0...1 {
        let name = "layer\(stage).\(block)"
        list.append(("\(name).conv1.weight", [channels, before, 3, 3]))
        list.append(("\(name).conv2.weight", [channels, channels, 3, 3]))
        if stage > 1 && block == 0 { list.append(("\(name).downsample.0.weight", [channels, before, 1, 1])) }
        before = channels
      }
    }
    return list + [("fc.weight", [3, 512]), ("fc.bias", [3])]
  }()

  @Test func namesShapesAndOrderAreTorchvisions() throws {
    let network = try Model(.resnet18(width: 64)).network(input: Self.images, outputs: 3)
    let exported = network.exported(network.tape.parameterShapes.map { Tensor(zeros: $0) })
    #expect(exported.map(\.name) == Self.torchvision.map(\.0))
    for (found, expected) in zip(exported, Self.torchvision) { #expect(found.tensor.shape == expected.1) }
  }

  @Test func costsAreTheDesigns() throws {
    let network = try Model(.resnet18(width: 64)).network(input: Self.images, outputs: 3)
    #expect(network.weightCount == 11_168_451)
    // Stem, four stages (four taps of layer4.0.conv1 and one of its followers live), last layer.
    let stages = 147_456 + 524_288 + 2_097_152 + 1_441_792
    #expect(network.liveWeightCount == 9_408 + stages + 1_539)
    let direct = network.tape.directMultiplyAdds
    #expect((direct + 50_000) / 100_000 == 217, "21.7 M of \(direct)")
    // 16 products for each 2x2 outputs in place of those with the padding left out, on 8x8 and 4x4 maps.
    let saved = 4 * (22 * 22 - 16 * 16) * 64 * 64 + 3 * (10 * 10 - 16 * 4) * 128 * 128
    #expect(network.tape.multiplyAdds == direct - saved)
  }

  /// Multiply-adds are counted where products run; padding is never multiplied.
  @Test func theCounterAgreesWithTheFormula() async {
    // A process of its own: the counter is shared by all tests.
    await #expect(processExitsWith: .success) {
      let network = try Model(.resnet18(width: 64)).network(input: ResNetTests.images, outputs: 3)
      let weights = network.initialWeights(seed: .init(1), workers: Workers(count: 1))
      for samples in [1, 7] {
        var activations = Activations()
        let input = Tensor(zeros: network.input.batch(of: samples))
        let before = Counters.multiplyAdds
        network.tape.evaluate(weights, input, into: &activations)
        #expect(Counters.multiplyAdds - before == samples * network.tape.multiplyAdds)
      }
      let mlp = try Model(.mlp(widths: [20, 10])).network(input: SampleShape(channels: 6), outputs: 3)
      var activations = Activations()
      let before = Counters.multiplyAdds
      mlp.tape.evaluate(
        mlp.initialWeights(seed: .init(1), workers: Workers(count: 1)), Tensor(zeros: mlp.input.batch(of: 5)),
        into: &activations)
      #expect(Counters.multiplyAdds - before == 5 * (6 * 20 + 20 * 10 + 10 * 3))
    }
  }

  /// On 1x1 maps only the middle of a 3x3 kernel meets the image.
  @Test func deadTapsInfluenceNothing() throws {
    let network = try Model(.resnet18(width: 8)).network(input: Self.images, outputs: 3)
    let weights = network.initialWeights(seed: .init(3), workers: Workers(count: 1))
    let poisoned = network.withDeadTaps(of: weights, setTo: .nan)
    #expect(poisoned.joinedScalars.count { $0.isNaN } == network.weightCount - network.liveWeightCount)
    #expect(network.weightCount > 2 * network.liveWeightCount)
    let input = draw(network.input.batch(of: 5))
    var (base, again) = (Activations(), Activations())
    network.tape.evaluate(weights, input, into: &base)
    network.tape.evaluate(poisoned, input, into: &again)
    #expect(again.output == base.output)
    let d = draw(base.output.shape)
    var backward = Gradients()
    network.tape.backpropagate(poisoned, again, outputGradient: d, into: &backward)
    for (parameter, ranges) in network.tape.liveRanges.enumerated() {
      for sample in [nil, 2] {
        var gradient = network.tape.zeroGradients()[parameter]
        network.tape.parameterGradient(
          parameter, of: poisoned, again, backward, sample: sample, into: &gradient)
        var isLive = [Bool](repeating: false, count: gradient.count)
        for range in ranges { for i in range { isLive[i] = true } }
        let scalars = gradient.scalars
        #expect(scalars.indices.allSatisfy { isLive[$0] ? scalars[$0].isFinite : scalars[$0] == 0 })
      }
    }
  }

  /// Forward and backward of whole networks against the oracle.
  @Test(arguments: [
    Model(.linear), Model(.mlp(widths: [7, 5])), Model(.mlp(widths: []), bias: false),
    Model(.cnn(channels: [4, 16, 5])), Model(.cnn(channels: [3]), bias: false), Model(.resnet18(width: 4)),
  ])
  func everyModelAgreesWithTheOracle(_ model: Model) throws {
    let network = try model.network(input: SampleShape(height: 16, width: 16, channels: 3), outputs: 4)
    let weights = network.initialWeights(seed: .init(5), workers: Workers(count: 1))
    let input = draw(network.input.batch(of: 3))
    var (activations, backward) = (Activations(), Gradients())
    network.tape.evaluate(weights, input, into: &activations)
    let oracle = Oracle(network.tape, parameters: weights)
    let values = oracle.values(input.scalars.map(Double.init), samples: 3)
    expectClose(activations.output, values[values.count - 1], shape: [1, 1, 3, 4], tolerance: 5e-6)
    let d = draw(activations.output.shape)
    network.tape.backpropagate(weights, activations, outputGradient: d, into: &backward)
    let expected = oracle.gradients(values, outputGradient: d.scalars.map(Double.init), samples: 3)
    for parameter in weights.indices {
      var found = Tensor(zeros: weights[parameter].shape)
      network.tape.parameterGradient(parameter, of: weights, activations, backward, into: &found)
      expectClose(found, expected[parameter], shape: weights[parameter].shape, tolerance: 2e-5)
    }
  }
}
