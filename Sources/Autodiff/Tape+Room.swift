import Kernels

extension Tape {
  /// Scalars of one sample that an evaluation holds for a purpose, the input among them.
  public func room(for purpose: Purpose) -> Int {
    let homes = homes.values(for: purpose)
    var rooms = Rooms(of: self)
    rooms.make(0)
    forEachStep { index, chain in
      if let chain {
        if purpose != .prediction, let place = chain.standardize { rooms.make(place) }
        if purpose == .differences, let place = chain.before { rooms.make(place) }
        rooms.make(chain.last)
      } else {
        rooms.make(homes[index])
      }
      if purpose == .prediction { for place in self.homes.lastReads[index] { rooms.release(place) } }
    }
    return rooms.total
  }

  /// Scalars of one sample that a difference holds beside its base where every parameter changes.
  public var roomForDifferences: Int {
    var (deltas, sums) = (Rooms(of: self), Rooms(of: self))
    let multiplied = Set(nodes.filter(\.primitive.multipliesOperand).compactMap(\.first)).subtracting([0])
    forEachStep { index, chain in
      let place = chain?.last ?? index
      deltas.make(homes.differences[place])
      if multiplied.contains(place) { sums.make(place) }
      for place in homes.lastReads[index] {
        deltas.release(place)
        sums.release(place)
      }
    }
    return deltas.total + sums.total
  }

  /// Scalars of one sample that a backward pass holds.
  ///
  /// - Parameter keepsFactors: whether factors of the sample's gradient are kept, else sums are formed on the way.
  public func roomForGradients(keepsFactors: Bool) -> Int {
    var rooms = Rooms(of: self)
    rooms.make(nodes.count - 1)
    var index = nodes.count - 1
    while index > 0 {
      let chain = chainStarts[index].flatMap { chains[$0] }
      let start = chain?.nodes.lowerBound ?? index
      defer { index = start - 1 }
      guard nodes[index].needsGradient, let first = nodes[start].first else { continue }
      if let second = nodes[start].second, nodes[second].needsGradient { rooms.make(second) }
      if chain != nil {
        rooms.move(index, to: nodes[first].needsGradient ? first : nil)
      } else {
        if nodes[first].needsGradient { rooms.make(first) }
        if !keepsFactors || nodes[index].parameter == nil { rooms.release(index) }
      }
    }
    return rooms.total
  }

  /// Calls `body` for each operation that stands alone and each chain, with the operation that it begins with.
  private func forEachStep(_ body: (Int, Chain?) -> Void) {
    var index = 1
    while index < nodes.count {
      body(index, chains[index])
      index = chains[index]?.nodes.upperBound ?? index + 1
    }
  }
}

/// Counts what `Activations` allocates as rooms are made and given back.
private struct Rooms {
  private let sizes: [Int]
  private var held: Set<Int> = []
  private var spare: [Int: Int] = [:]
  private(set) var total = 0

  init(of tape: Tape) { sizes = tape.nodes.map(\.shape.count) }

  mutating func make(_ place: Int) {
    guard held.insert(place).inserted else { return }
    if spare[sizes[place], default: 0] > 0 {
      spare[sizes[place], default: 0] -= 1
    } else {
      total += sizes[place]
    }
  }

  mutating func release(_ place: Int) {
    if held.remove(place) != nil { spare[sizes[place], default: 0] += 1 }
  }

  /// Hands the room of one place, which has the other's size, over to it, or gives it back.
  mutating func move(_ place: Int, to other: Int?) {
    guard let other, !held.contains(other) else { return release(place) }
    held.remove(place)
    held.insert(other)
  }
}
