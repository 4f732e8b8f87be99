import Kernels
import Tensor

/// Operations of a tape that one pass over memory computes: each reads the one before it and nobody else does.
///
/// Of `add`, `standardize`, `scale`, `bias` and `relu` at least two, in this order, or `standardize` alone.
struct Chain: Hashable, Sendable {
  var nodes: Range<Int>
  var add: Int?
  var standardize: Int?
  var scale: Int?
  var bias: Int?
  var relu: Int?

  var last: Int { nodes.upperBound - 1 }
  /// Whose value the ReLU reads.
  var before: Int? { relu.map { $0 - 1 } }
  /// Whether it begins with an operation that a parameter of one scalar a channel belongs to.
  var hasSums: Bool { standardize != nil || scale != nil || bias != nil }
}

extension Tape {
  /// All chains of a list of operations.
  static func chains(of nodes: [Node]) -> [Chain] {
    let readers = Tape.readers(of: nodes)
    var chains: [Chain] = []
    var index = 0
    while index < nodes.count {
      let chain = chain(from: index, nodes, readers)
      if chain.nodes.count > 1 || chain.standardize != nil { chains.append(chain) }
      index = max(chain.nodes.upperBound, index + 1)
    }
    return chains
  }

  /// How many operations read each one.
  static func readers(of nodes: [Node]) -> [Int] {
    var readers = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { readers[input] += 1 } }
    return readers
  }

  private static func chain(from start: Int, _ nodes: [Node], _ readers: [Int]) -> Chain {
    var end = start
    var found = Chain(nodes: start..<start)
    func takes(_ fits: (Primitive) -> Bool) -> Int? {
      guard end < nodes.count, fits(nodes[end].primitive) else { return nil }
      if end > start, nodes[end].first != end - 1 || readers[end - 1] != 1 { return nil }
      end += 1
      return end - 1
    }
    found.add = takes { $0 == .add }
    if found.add == nil { found.standardize = takes { if case .standardize = $0 { true } else { false } } }
    if found.add == nil { found.scale = takes { if case .scale = $0 { true } else { false } } }
    if found.add == nil { found.bias = takes { if case .bias = $0 { true } else { false } } }
    found.relu = takes { $0 == .relu }
    found.nodes = start..<end
    return found
  }

  /// For each operation the one in whose place its value is written, or its difference: a product that a chain alone reads
  /// lies where the chain goes on.
  struct Homes: Hashable, Sendable {
    /// In passes whose differences are asked for.
    private var values: [Int]
    /// In those for gradients, where nobody asks for the operand of a ReLU.
    private var gradients: [Int]
    /// Where nothing between is asked for.
    private(set) var differences: [Int]
    /// By the first operation of a chain, or an operation alone, the places that nobody reads after it.
    private(set) var lastReads: [[Int]]

    init(_ nodes: [Node], _ chains: [Chain]) {
      values = Array(nodes.indices)
      (gradients, differences) = (values, values)
      let readers = Tape.readers(of: nodes)
      // The gradient at a scale needs its operand, which a standardization keeps.
      for chain in chains where chain.add == nil && (chain.scale == nil || chain.standardize != nil) {
        guard let product = nodes[chain.nodes.lowerBound].first, readers[product] == 1,
          nodes[product].primitive.isProduct
        else { continue }
        values[product] = chain.standardize ?? chain.before ?? chain.last
        gradients[product] = chain.standardize ?? chain.last
        differences[product] = chain.last
      }
      lastReads = [[Int]](repeating: [], count: nodes.count)
      var starts = [Int: Int]()
      for chain in chains { for index in chain.nodes { starts[index] = chain.nodes.lowerBound } }
      var isRead = Set<Int>()
      for index in nodes.indices.reversed() {
        let start = starts[index] ?? index
        for input in nodes[index].inputs where starts[input] != start {
          let home = differences[input]
          // What a chain goes on with in its own place stays.
          if input == 0 || starts[home] == start || !isRead.insert(home).inserted { continue }
          lastReads[start].append(home)
        }
      }
    }

    /// One more operation has its own place, which is read to the end.
    mutating func append() {
      let place = values.count
      values.append(place)
      gradients.append(place)
      differences.append(place)
      lastReads.append([])
    }

    /// Where values lie in a pass.
    func values(for purpose: Purpose) -> [Int] {
      switch purpose {
      case .differences: values
      case .gradients, .training: gradients
      case .prediction: differences
      }
    }
  }

  /// Computes the values of a chain.
  func evaluate(_ chain: Chain, _ parameters: [Tensor], into activations: inout Activations) {
    let homes = homes.values(for: activations.purpose)
    let first = nodes[chain.nodes.lowerBound]
    guard let operand = first.first else { return }
    var kernel = kernel(of: chain, parameters)
    if let node = chain.standardize, let own = activations.statistics[node] { kernel.statistics = own }
    let before = activations.purpose == .differences ? chain.before : nil
    let standardized = activations.purpose == .prediction ? nil : chain.standardize
    if let standardized { activations.makeRoom(standardized, for: self) }
    if let before { activations.makeRoom(before, for: self) }
    activations.makeRoom(chain.last, for: self)
    // A standardization alone is its chain's result.
    var between = ChannelChain.Between(
      standardized: standardized == chain.last ? nil : standardized.map { activations.take($0) },
      before: before.map { activations.take($0) })
    var out = activations.take(chain.last)
    let home = homes[operand]
    let x: ChannelChain.Operand =
      if home == chain.last { .result } else if home == chain.standardize {
        .standardized
      } else if home == before { .before } else { .tensor(activations.values[home]) }
    kernel.value(x, first.second.map { activations.values[homes[$0]] }, between: &between, into: &out)
    activations.values[chain.last] = out
    if let standardized, let value = between.standardized { activations.values[standardized] = value }
    if let before, let value = between.before { activations.values[before] = value }
  }

  /// Carries a difference through a chain at once; false where its operands have none, so that each operation begins
  /// with its own.
  func difference(
    _ chain: Chain, _ parameters: [Tensor], changes: [ParameterChange], base: Activations,
    isFirstOrder: Bool, wantsStepped: Bool, into differences: inout Differences
  ) -> Bool {
    let first = nodes[chain.nodes.lowerBound]
    guard let operand = first.first else { return false }
    // An addition may have a difference at one side alone.
    let second = first.second.flatMap { differences.isZero[$0] ? nil : $0 }
    guard let one = differences.isZero[operand] ? second : operand else { return false }
    let other = one == operand ? second : nil
    var change = ChannelChain.Change(isFirstOrder: isFirstOrder)
    change.scale = chain.scale.flatMap { dense(changes, $0) }
    change.bias = chain.bias.flatMap { dense(changes, $0) }
    var kernel = ChannelChain(rectifies: chain.relu != nil)
    kernel.statistics = chain.standardize.map { parameters[nodes[$0]] }
    kernel.scale = chain.scale.map { parameters[nodes[$0]] }
    var between = ChannelChain.Between()
    if change.scale != nil, let scale = chain.scale {
      between.standardized = base.values[nodes[scale].first ?? operand]
    }
    if !isFirstOrder, let before = chain.before { between.before = base.values[before] }
    differences.deltas.makeRoom(chain.last, for: self)
    var out = differences.deltas.take(chain.last)
    var stepped = wantsStepped ? differences.roomForSum(chain.last, for: self) : nil
    kernel.difference(
      homes.differences[one] == chain.last ? nil : differences.deltas.values[homes.differences[one]],
      other.map { differences.deltas.values[homes.differences[$0]] }, change: change, between: between,
      result: base.values[chain.last], into: &out, stepped: &stepped)
    differences.deltas.values[chain.last] = out
    differences.isZero[chain.last] = false
    if let stepped { differences.keepSum(stepped, chain.last) }
    return true
  }

  private func dense(_ changes: [ParameterChange], _ node: Int) -> Tensor? {
    guard let parameter = nodes[node].parameter, case .dense(let change) = changes[parameter] else {
      return nil
    }
    return change
  }

  /// The chain's parameters as its kernel takes them.
  func kernel(of chain: Chain, _ parameters: [Tensor]) -> ChannelChain {
    func parameter(_ node: Int?) -> Tensor? { node.map { parameters[nodes[$0]] } }
    return ChannelChain(
      statistics: parameter(chain.standardize), scale: parameter(chain.scale), bias: parameter(chain.bias),
      rectifies: chain.relu != nil)
  }
}
