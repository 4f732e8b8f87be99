import Autodiff
import Kernels
import Network
import Tensor
import Testing

@Suite struct ResNetFamilyTests {
  private static let images = SampleShape(height: 32, width: 32, channels: 3)

  /// The numbers of weights that torchvision gives for 1000 classes.
  @Test(arguments: [
    (ResNet.Depth.eighteen, 11_689_512), (.thirtyFour, 21_797_672), (.fifty, 25_557_032),
    (.hundredOne, 44_549_160), (.hundredFiftyTwo, 60_192_808),
  ])
  func everyDepthHasTorchvisionsWeights(depth: ResNet.Depth, count: Int) throws {
    let network = try Model(.resnet(ResNet(depth: depth, norm: .batch))).network(
      input: Self.images, outputs: 1000)
    #expect(network.weightCount == count)
    #expect(network.normalizesBatches)
  }

  @Test func theNamesOfABottleneckAreTorchvisions() throws {
    let model = Model(.resnet(ResNet(depth: .fifty, width: 2, norm: .batch)))
    let network = try model.network(input: Self.images, outputs: 3)
    let names = network.exported(network.initialWeights(seed: .init(1), workers: Workers(count: 1))).map(
      \.name)
    for name in [
      "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
      "layer1.0.conv3.weight",
      "layer1.0.bn3.running_mean", "layer1.0.downsample.0.weight", "layer1.0.downsample.1.running_var",
      "layer4.2.bn2.bias", "fc.bias",
    ] { #expect(names.contains(name), "\(name)") }
    #expect(names.count == 53 + 53 * 4 + 2)
  }

  @Test func aCounterOfBatchesIsPassedOverAndAMissingStatisticIsNot() throws {
    let network = try Model(.resnet(ResNet(depth: .eighteen, width: 2, norm: .batch)))
      .network(input: Self.images, outputs: 3)
    let weights = network.initialWeights(seed: .init(1), workers: Workers(count: 1))
    var tensors = network.exported(weights)
    tensors.append(("bn1.num_batches_tracked", Tensor([1], scalars: [3])))
    #expect(try network.imported(tensors) == weights)
    let without = tensors.filter { $0.name != "bn1.running_var" }
    #expect(throws: NetworkError.weightsDiffer(WeightMismatch(missing: [.init("bn1.running_var", [2])]))) {
      try network.imported(without)
    }
    tensors.append(("bn9.num_batches_tracked", Tensor([1], scalars: [3])))
    #expect(throws: NetworkError.self) { try network.imported(tensors) }
  }

  @Test func theCIFARStemKeepsTheSize() throws {
    let network = try Model(.resnet(ResNet(depth: .eighteen, width: 2, stem: .cifar)))
      .network(input: Self.images, outputs: 3)
    #expect(network.tape.nodes.contains { $0.shape == SampleShape(height: 32, width: 32, channels: 2) })
    #expect(network.tape.nodes.contains { $0.shape == SampleShape(height: 4, width: 4, channels: 16) })
  }
}
