import Kernels
import Tensor

/// What the values of a pass are wanted for, which decides what of them is kept.
public enum Purpose: Sendable {
  /// Differences and gradients: all of them, with the kept statistics.
  case differences
  /// Gradients, with the kept statistics.
  case gradients
  /// Gradients, with the statistics of the batch, which stand in `Activations.statistics` afterwards.
  case training
  /// The output alone.
  case prediction
}

/// One tensor for each operation of a tape, for a batch: values, gradients or differences.
///
/// Buffers are kept between passes with the same batch size, so that warm ones need no room. One value of this type goes
/// with one tape.
public struct Activations: Sendable {
  public internal(set) var values: [Tensor] = []
  /// By operation, the statistics of the batch where `standardize` used them.
  public internal(set) var statistics: [Int: Tensor] = [:]
  /// What the pass is for, and the operation that it goes on with.
  private(set) var purpose = Purpose.differences
  var position = 0
  /// The standardization where the pass waits for the other parts of a batch, and the moments of this part.
  private var waiting: Int?
  private(set) var moments: ChannelMoments?
  public private(set) var samples = 0
  /// Buffers that hold nothing at present.
  private var spare: [Tensor] = []

  public init() {}

  mutating func prepare(for tape: Tape, samples: Int, _ purpose: Purpose = .differences) {
    position = 0
    if !statistics.isEmpty { statistics = [:] }
    if self.samples == samples && values.count == tape.nodes.count && self.purpose == purpose { return }
    values = [Tensor](repeating: .empty, count: tape.nodes.count)
    spare = []
    (self.samples, self.purpose) = (samples, purpose)
  }

  /// Waits at a standardization with what this part of the batch knows.
  mutating func wait(at node: Int, for own: ChannelMoments) { (waiting, moments) = (node, own) }

  /// Takes the statistics of the whole batch where it waits.
  mutating func receive(_ joined: ChannelMoments.Joined) {
    guard let node = waiting else { return }
    var tensor = Tensor(uninitialized: [2, joined.channels])
    joined.write(to: &tensor)
    statistics[node] = tensor
    (waiting, moments) = (nil, nil)
  }

  /// Gives the tensor of an operation its room when it is first to be written.
  mutating func makeRoom(_ index: Int, for tape: Tape) {
    if values[index].count > 0 { return }
    let shape = tape.nodes[index].shape.batch(of: samples)
    if let place = spare.lastIndex(where: { $0.count == shape.count }) {
      values[index] = spare.remove(at: place).reshaped(to: shape)
    } else {
      values[index] = Tensor(uninitialized: shape)
    }
  }

  /// Lets others have the room of an operation's tensor, which is read no more.
  mutating func release(_ index: Int) {
    if values[index].count == 0 { return }
    spare.append(take(index))
  }

  /// Lets others have the room of a tensor that was taken out.
  mutating func recycle(_ tensor: consuming Tensor) { spare.append(tensor) }

  /// Moves an operation's tensor out, so that it is written in place.
  mutating func take(_ index: Int) -> Tensor {
    var tensor = Tensor.empty
    swap(&tensor, &values[index])
    return tensor
  }

  /// Bytes of all tensors and of the room that is kept for others; a tensor that is somebody else's too counts.
  public var bytes: Int { 4 * (values + spare).reduce(0) { $0 + $1.count } }

  /// The last operation's tensor.
  public var output: Tensor { values[values.count - 1] }

  /// Copies one sample of every operation of a tape to a place among `count`.
  public mutating func copy(
    _ sample: Int, of other: Activations, to place: Int, of count: Int, for tape: Tape
  ) {
    prepare(for: tape, samples: count)
    // What another operation's value was written over has none.
    for index in tape.nodes.indices where other.values[index].count > 0 {
      makeRoom(index, for: tape)
      Samples.copy(sample, of: other.values[index], to: place, of: &values[index])
    }
  }

  /// One sample of an operation's tensor, `[height, width, 1, channel]`; a copy, unless there is but one.
  public func sample(_ sample: Int, of index: Int) -> Tensor {
    if samples == 1 { return values[index] }
    let shape = values[index].shape
    var result = Tensor(uninitialized: Shape(shape[0], shape[1], 1, shape[3]))
    Samples.copy(sample, of: values[index], to: 0, of: &result)
    return result
  }
}

extension [Bool] {
  /// Sets every entry, in place where there are as many already.
  mutating func fill(with value: Bool, count: Int) {
    guard self.count == count else {
      self = [Bool](repeating: value, count: count)
      return
    }
    for index in indices { self[index] = value }
  }
}
