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
