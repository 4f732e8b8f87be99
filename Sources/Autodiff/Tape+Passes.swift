import Kernels
import Tensor

extension Tape {
  /// Runs the network forward; afterwards `activations` holds the value of every operation that the purpose asks for.
  ///
  /// - Parameters:
  ///   - packed: what `packed(parameters)` gave, where it was made; the values are the same without it.
  ///   - purpose: what is kept, and whether `standardize` takes the statistics of this batch.
  /// - Precondition: `input` is a batch of `self.input`, `parameters` have `parameterShapes`.
  /// - Complexity: samples · `multiplyAdds`; no allocation over warm buffers.
  public func evaluate(
    _ parameters: [Tensor], packed: [PackedWeights?] = [], _ input: Tensor,
    for purpose: Purpose = .differences,
    into activations: inout Activations
  ) {
    begin(input, for: purpose, &activations)
    while !advance(parameters, packed: packed, &activations) {
      activations.receive(ChannelMoments.joined([activations.moments].compactMap(\.self)))
    }
  }

  /// Begins a pass over a batch or a part of one.
  func begin(_ input: Tensor, for purpose: Purpose, _ activations: inout Activations) {
    let samples = input.shape.rank == 4 ? input.shape[2] : -1
    precondition(
      input.shape == self.input.batch(of: samples),
      "input \(input.shape) for a network of \(self.input) samples")
    activations.prepare(for: self, samples: samples, purpose)
    activations.values[0] = input
  }

  /// Goes on with a pass.
  ///
  /// - Returns: whether it is at its end; else it waits for the statistics of the batch, of which `activations.moments` are
  ///   those of this part.
  func advance(
    _ parameters: [Tensor], packed: [PackedWeights?] = [], _ activations: inout Activations
  ) -> Bool {
    let homes = homes.values(for: activations.purpose)
    while activations.position < nodes.count {
      let index = activations.position
      if activations.purpose == .training, nodes[index].primitive.isStatistic,
        let operand = nodes[index].first, activations.statistics[index] == nil
      {
        activations.wait(at: index, for: ChannelMoments(of: activations.values[homes[operand]]))
        return false
      }
      if let chain = chains[index] {
        evaluate(chain, parameters, into: &activations)
        activations.position = chain.nodes.upperBound
      } else {
        evaluate(index, homes, parameters, packed, &activations)
        activations.position += 1
      }
      if activations.purpose == .prediction {
        for place in self.homes.lastReads[index] { activations.release(place) }
      }
    }
    return true
  }

  private func evaluate(
    _ index: Int, _ homes: [Int], _ parameters: [Tensor], _ packed: [PackedWeights?],
    _ activations: inout Activations
  ) {
    let node = nodes[index]
    guard let first = node.first else { return }
    let home = homes[index]
    activations.makeRoom(home, for: self)
    node.primitive.value(
      activations.values[homes[first]], node.second.map { activations.values[homes[$0]] },
      parameter: activations.statistics[index] ?? parameters[node], packed: packed[node],
      into: &activations.values[home])
  }

  /// Room for the gradients of all parameters, zero everywhere.
  public func zeroGradients() -> [Tensor] { parameterShapes.map { Tensor(zeros: $0) } }
}

extension Tape {
  /// The parameters in panels, for passes that share them: a piece of work for each.
  public func packed(_ parameters: [Tensor], _ workers: Workers) -> [PackedWeights?] {
    var result = [PackedWeights?](repeating: nil, count: parameters.count)
    workers.forEach(of: &result) { place, result in
      result = nodes[parameterNodes[place]].primitive.packed(parameters[place])
    }
    return result
  }
}

extension [PackedWeights?] {
  /// The packed parameter of an operation, if there is one.
  subscript(node: Tape.Node) -> PackedWeights? {
    guard !isEmpty, let index = node.parameter else { return nil }
    return self[index]
  }
}

extension [Tensor] {
  /// The parameter of an operation.
  ///
  /// - Precondition: the operation has one.
  subscript(node: Tape.Node) -> Tensor {
    guard let index = node.parameter else { preconditionFailure("\(node.primitive) needs its parameter") }
    return self[index]
  }
}
