import Kernels
import Tensor
import Testing

/// Values and gradients are held against the oracle with the primitives; here is what a number line cannot show.
@Suite struct PoolingTests {
  private let pooling = Pooling(inputHeight: 2, inputWidth: 2, kernel: 2, stride: 2)

  /// A network that has diverged has to be seen, wherever in a window the NaN lies.
  @Test(arguments: 0..<4)
  func aNaNIsTheMaximumOfItsWindow(_ place: Int) {
    var x = Tensor([2, 2, 1, 1], scalars: [1, 2, 3, 4])
    x[flat: place] = .nan
    var out = Tensor(zeros: [1, 1, 1, 1])
    pooling.maximum(x, into: &out)
    #expect(out[flat: 0].isNaN)
  }

  @Test func aNaNPassesTheReLU() {
    var out = Tensor(zeros: [3])
    Elementwise.relu(Tensor([3], scalars: [.nan, -1, 2]), into: &out)
    #expect(out[flat: 0].isNaN && out.scalars[1...] == [0, 2])
  }

  @Test func tiesSendTheGradientToTheFirst() {
    let x = Tensor([2, 2, 1, 1], scalars: [3, 3, 1, 3])
    var (y, out) = (Tensor(zeros: [1, 1, 1, 1]), Tensor(zeros: [2, 2, 1, 1]))
    pooling.maximum(x, into: &y)
    pooling.maximumGradient(Tensor([1, 1, 1, 1], scalars: [5]), input: x, output: y, into: &out)
    #expect(out.scalars == [5, 0, 0, 0])
  }

  /// One maximum hands over to the other: the difference is that of the maxima.
  @Test(arguments: [(Float(1e-6), Float(1e-6)), (0.5, 0.5), (3, 3), (-1, 0)])
  func theDifferenceFollowsTheNewMaximum(_ change: Float, _ expected: Float) {
    let x = Tensor([2, 2, 1, 1], scalars: [4, 4, 1, 0])
    var (y, out) = (Tensor(zeros: [1, 1, 1, 1]), Tensor(zeros: [1, 1, 1, 1]))
    pooling.maximum(x, into: &y)
    let delta = Tensor([2, 2, 1, 1], scalars: [change, 0, 0, 0])
    pooling.maximumDifference(delta, input: x, output: y, into: &out)
    #expect(out[flat: 0] == expected)
  }

  @Test(arguments: [
    (Float(2), Float(-1), Float(-1)), (2, -3, -2), (-1, 0.5, 0), (-1, 3, 2), (0, 1e-30, 1e-30), (0, -1, 0),
  ])
  func theReLUsDifferenceNeverCancels(_ z: Float, _ delta: Float, _ expected: Float) {
    var out = Tensor(zeros: [1])
    Elementwise.reluDifference(Tensor([1], scalars: [delta]), input: Tensor([1], scalars: [z]), into: &out)
    #expect(out[flat: 0] == expected)
  }

  @Test func flatteningIsInPyTorchsOrderAndUndone() {
    let x = Tensor([2, 1, 2, 3], scalars: (0..<12).map(Float.init))
    var (flat, back) = (Tensor(zeros: [1, 1, 2, 6]), Tensor(zeros: x.shape))
    Samples.flatten(x, into: &flat)
    // Sample 0 holds pixels (0, 1, 2) and (6, 7, 8): channel by channel that is 0 6, 1 7, 2 8.
    #expect(flat.scalars == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11])
    Samples.flatten(flat, into: &back, inverse: true)
    #expect(back == x)
  }
}
