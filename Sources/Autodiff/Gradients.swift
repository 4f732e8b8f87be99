import Kernels
import Tensor

/// What a backward pass leaves for the gradients of parameters.
///
/// Where a parameter's gradient is a product, the gradient at the operation's output is kept: with the operand it is a
/// factor of each sample's gradient, which is never formed. Of a parameter with one scalar a channel the sums over pixels
/// are kept in its place, sample by sample. All other room goes back as soon as it was read. One value of this type goes with
/// one tape.
public struct Gradients: Sendable {
  /// By operation the gradient at its output, while it is on its way or kept.
  var outputs = Activations()
  /// Which operations the pass has reached.
  private var isWritten: [Bool] = []
  /// By the first operation of a chain.
  private(set) var sums: [ChannelChain.Sums?] = []
  /// The operation that is taken back next.
  var position = -1
  /// What the chain where the pass waits learns from the other parts of a batch.
  var batch: ChannelChain.BatchMeans?

  public init() {}

  public var bytes: Int { outputs.bytes }

  mutating func begin(_ tape: Tape, _ outputGradient: Tensor, samples: Int) {
    let last = tape.nodes.count - 1
    outputs.prepare(for: tape, samples: samples)
    // What the last pass kept gives its room; that of the output was the caller's.
    outputs.values[last] = .empty
    for index in tape.nodes.indices { outputs.release(index) }
    isWritten.fill(with: false, count: tape.nodes.count)
    if sums.count != tape.nodes.count {
      sums = [ChannelChain.Sums?](repeating: nil, count: tape.nodes.count)
    }
    outputs.values[last] = outputGradient
    isWritten[last] = true
    (position, batch) = (last, nil)
  }

  func isReached(_ index: Int) -> Bool { isWritten[index] }

  /// Takes out the sums of a chain.
  mutating func takeSums(_ start: Int) -> ChannelChain.Sums {
    sums[start].take() ?? ChannelChain.Sums()
  }

  mutating func keepSums(_ own: ChannelChain.Sums, _ start: Int) { sums[start] = own }

  /// Hands a gradient over to an operand of the same shape; adds it where one is there already.
  mutating func hand(_ gradient: consuming Tensor, to operand: Int, of tape: Tape) {
    if !tape.nodes[operand].needsGradient {
      outputs.recycle(gradient)
    } else if isWritten[operand] {
      Elementwise.accumulate(gradient, into: &outputs.values[operand])
      outputs.recycle(gradient)
    } else {
      put(gradient, at: operand)
    }
  }

  /// Moves out the gradient at an operand, with room where there is none yet; `put` takes it back.
  mutating func room(at operand: Int, of tape: Tape) -> (Tensor, isWritten: Bool) {
    outputs.makeRoom(operand, for: tape)
    return (outputs.take(operand), isWritten[operand])
  }

  mutating func put(_ gradient: Tensor, at operand: Int) {
    outputs.values[operand] = gradient
    isWritten[operand] = true
  }
}
