import Autodiff
import Network
import Testing

@Suite struct ModelTests {
  static let images = SampleShape(height: 32, width: 32, channels: 3)

  @Test(arguments: [
    (
      Model(.resnet18(width: 64)), SampleShape(height: 28, width: 28, channels: 1), 3,
      NetworkError.wrongChannels(model: "resnet18", needs: 3, has: 1),
      "resnet18 takes images of 3 channels, these have 1: load them with channels=3"
    ),
    (
      Model(.resnet18(width: 64)), SampleShape(height: 7, width: 7, channels: 3), 3,
      .inputTooSmall(model: "resnet18", needs: 8, input: SampleShape(height: 7, width: 7, channels: 3)),
      "resnet18 takes images of at least 8x8, these are 3x7x7: load them with pad=32"
    ),
    (
      Model(.resnet18(width: 0)), images, 3, .notPositive(model: "resnet18", what: "width", value: 0),
      "resnet18: width must be at least 1, not 0"
    ),
    (
      Model(.mlp(widths: [10, -1])), images, 3, .notPositive(model: "mlp", what: "a width", value: -1),
      "mlp: a width must be at least 1, not -1"
    ),
    (
      Model(.cnn(channels: [4, 0])), images, 3,
      .notPositive(model: "cnn", what: "a number of channels", value: 0),
      "cnn: a number of channels must be at least 1, not 0"
    ),
    (
      Model(.cnn(channels: [1, 1, 1])), SampleShape(height: 8, width: 7, channels: 1), 3,
      .inputTooSmall(model: "cnn", needs: 8, input: SampleShape(height: 8, width: 7, channels: 1)),
      "cnn takes images of at least 8x8, these are 1x8x7: load them with pad=32"
    ),
    (
      Model(.linear), images, 0, .notPositive(model: "linear", what: "outputs", value: 0),
      "linear: outputs must be at least 1, not 0"
    ),
  ])
  func whatAModelCannotTakeIsRefused(
    _ model: Model, _ input: SampleShape, _ outputs: Int, _ error: NetworkError, _ sentence: String
  ) {
    #expect(throws: error) { try model.network(input: input, outputs: outputs) }
    #expect(error.description == sentence)
  }

  /// Sizes that are odd or not square are images too.
  @Test(arguments: [
    (Model(.cnn(channels: [2, 2])), SampleShape(height: 5, width: 7, channels: 2)),
    (Model(.resnet18(width: 1)), SampleShape(height: 8, width: 8, channels: 3)),
    (Model(.resnet18(width: 2)), SampleShape(height: 33, width: 33, channels: 3)),
    (Model(.linear), SampleShape(height: 3, width: 1, channels: 2)),
    (Model(.mlp(widths: [])), SampleShape(channels: 1)),
  ])
  func theOutputIsOneVectorASample(_ model: Model, _ input: SampleShape) throws {
    let network = try model.network(input: input, outputs: 5)
    #expect(network.input == input && network.outputs == 5)
    #expect(network.tape.output == SampleShape(channels: 5))
    #expect(network.liveWeightCount <= network.weightCount && network.liveWeightCount > 0)
  }

  @Test(arguments: [64, 4000])
  func moreLayersThanAnImageCanBearIsAnErrorToo(_ stages: Int) {
    #expect {
      try Model(.cnn(channels: [Int](repeating: 1, count: stages))).network(input: Self.images, outputs: 2)
    } throws: { error in
      guard case .inputTooSmall(model: "cnn", _, _)? = error as? NetworkError else { return false }
      return true
    }
  }
}
