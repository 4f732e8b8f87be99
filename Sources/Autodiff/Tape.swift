import Kernels
import Tensor

/// A network as data: its operations in order, each naming the operations that it reads.
///
/// A tape is recorded once for an input shape and then run for any batch. Because it is data, the elasticity engine can
/// ask it for per-sample factors and differences as well as for values and gradients.
public struct Tape: Hashable, Sendable {
  /// One operation.
  public struct Node: Hashable, Sendable {
    public let primitive: Primitive
    /// Positions of the operands on the tape: one for most, none for the network's input.
    public let first: Int?
    public let second: Int?
    /// Position of the parameter in the network's list.
    public let parameter: Int?
    /// The shape of one output sample.
    public let shape: SampleShape
    /// Whether a parameter lies at or before this operation, so that a gradient has to reach it.
    public let needsGradient: Bool

    /// The operands in their order.
    public var inputs: [Int] { [first, second].compactMap(\.self) }
  }

  public private(set) var nodes: [Node]
  /// For each parameter the operation that uses it.
  public private(set) var parameterNodes: [Int] = []
  /// The live stretches of each parameter.
  public private(set) var liveRanges: [[Range<Int>]] = []
  /// For each parameter whether it holds statistics, which no step moves.
  public private(set) var isStatistic: [Bool] = []
  /// Multiply-adds of one sample's forward pass, as they are carried out.
  public private(set) var multiplyAdds = 0
  /// The same by the definition, those with padding left out: as many have the gradients at the parameters.
  public private(set) var directMultiplyAdds = 0
  /// For each operation the chain that begins with it; none before `fuse`.
  private(set) var chains: [Chain?] = [nil]
  /// For each operation of a chain the one that it begins with.
  private(set) var chainStarts: [Int?] = [nil]
  private(set) var homes = Homes([], [])

  public init(input: SampleShape) {
    nodes = [
      Node(primitive: .input, first: nil, second: nil, parameter: nil, shape: input, needsGradient: false)
    ]
    homes = Homes(nodes, [])
  }

  /// Lets one pass over memory compute what follows a product, with the same bits; nothing is recorded afterwards.
  public mutating func fuse() {
    let found = Tape.chains(of: nodes)
    for chain in found {
      chains[chain.nodes.lowerBound] = chain
      for index in chain.nodes { chainStarts[index] = chain.nodes.lowerBound }
    }
    homes = Homes(nodes, found)
  }

  /// Records an operation on earlier ones and returns its position.
  ///
  /// - Precondition: operands are on the tape already and have shapes that the primitive takes.
  public mutating func record(_ primitive: Primitive, _ first: Int, _ second: Int? = nil) -> Int {
    precondition(
      nodes.indices.contains(first) && nodes.indices.contains(second ?? first),
      "operands \([first, second]) of \(nodes.count) operations")
    var parameter: Int?
    if primitive.parameterShape != nil {
      parameter = parameterNodes.count
      parameterNodes.append(nodes.count)
      liveRanges.append(primitive.liveRanges)
      isStatistic.append(primitive.isStatistic)
    }
    multiplyAdds += primitive.multiplyAdds(nodes[first].shape)
    directMultiplyAdds += primitive.directMultiplyAdds(nodes[first].shape)
    nodes.append(
      Node(
        primitive: primitive, first: first, second: second, parameter: parameter,
        shape: primitive.outputShape(nodes[first].shape),
        needsGradient: (parameter != nil && !primitive.isStatistic)
          || nodes[first].needsGradient || second.map { nodes[$0].needsGradient } ?? false))
    homes.append()
    chains.append(nil)
    chainStarts.append(nil)
    return nodes.count - 1
  }

  public var input: SampleShape { nodes[0].shape }
  public var output: SampleShape { nodes[nodes.count - 1].shape }

  public var parameterShapes: [Shape] {
    parameterNodes.map { nodes[$0].primitive.parameterShape ?? [0] }
  }
}

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

  /// Takes over one sample of every operation of a tape; copies, unless there is but one.
  public mutating func copy(_ sample: Int, of other: Activations, for tape: Tape) {
    if other.samples == 1 {
      self = other
      return
    }
    copy(sample, of: other, to: 0, of: 1, for: tape)
  }

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
