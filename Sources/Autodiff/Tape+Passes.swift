import Kernels
import Tensor

extension Tape {
  /// Runs the network forward; afterwards `activations` holds the value of every operation.
  ///
  /// - Parameters:
  ///   - packed: what `packed(parameters)` gave, where it was made; the values are the same without it.
  ///   - isTraining: whether `standardize` takes the statistics of this batch, which stand in
  ///     `activations.statistics` afterwards, in place of the kept ones.
  /// - Precondition: `input` is a batch of `self.input`, `parameters` have `parameterShapes`.
  /// - Complexity: samples · `multiplyAdds`; no allocation over warm buffers.
  public func evaluate(
    _ parameters: [Tensor], packed: [PackedWeights?] = [], _ input: Tensor, isTraining: Bool = false,
    into activations: inout Activations
  ) {
    let samples = input.shape.rank == 4 ? input.shape[2] : -1
    precondition(
      input.shape == self.input.batch(of: samples),
      "input \(input.shape) for a network of \(self.input) samples")
    activations.prepare(for: self, samples: samples)
    activations.values[0] = input
    if !activations.statistics.isEmpty { activations.statistics = [:] }
    let homes = isTraining ? homes.trainingValues : homes.values
    var index = 0
    while index < nodes.count {
      defer { index += 1 }
      if let chain = chains[index] {
        evaluate(chain, parameters, isTraining: isTraining, into: &activations)
        index = chain.last
        continue
      }
      let node = nodes[index]
      guard let first = node.first else { continue }
      let home = homes[index]
      activations.makeRoom(home, for: self)
      var statistics: Tensor?
      if isTraining, node.primitive.isStatistic {
        var own = parameters[node]
        Normalization.statistics(of: activations.values[homes[first]], into: &own)
        activations.statistics[index] = own
        statistics = own
      }
      node.primitive.value(
        activations.values[homes[first]], node.second.map { activations.values[homes[$0]] },
        parameter: statistics ?? parameters[node], packed: packed[node], into: &activations.values[home])
    }
  }

  /// Runs the gradient back from the output; afterwards `gradients` holds it at every operation's output.
  ///
  /// With a batch of per-sample losses the entries are per-sample gradients: together with the operands they are the
  /// factors of each sample's weight gradient, which is never formed here.
  /// - Complexity: samples · `multiplyAdds`.
  public func backpropagate(
    _ parameters: [Tensor], _ activations: Activations, outputGradient: Tensor,
    into gradients: inout Activations
  ) {
    gradients.prepare(for: self, samples: activations.samples)
    precondition(
      outputGradient.shape == activations.output.shape, "gradient \(outputGradient.shape) at the output")
    gradients.isWritten.fill(with: false, count: nodes.count)
    let last = nodes.count - 1
    gradients.values[last] = outputGradient
    gradients.isWritten[last] = true
    for index in nodes.indices.reversed() where nodes[index].needsGradient && gradients.isWritten[index] {
      if let first = nodes[index].first { carryBack(index, to: first, parameters, activations, &gradients) }
      if let second = nodes[index].second {
        carryBack(index, to: second, parameters, activations, &gradients)
      }
    }
  }

  /// Adds what flows from one operation back to one of its operands.
  private func carryBack(
    _ index: Int, to operand: Int, _ parameters: [Tensor], _ activations: Activations,
    _ gradients: inout Activations
  ) {
    guard nodes[operand].needsGradient else { return }
    let node = nodes[index]
    let isWritten = gradients.isWritten[operand]
    gradients.makeRoom(operand, for: self)
    node.primitive.inputGradient(
      gradients.values[index], input: activations.values[operand], output: activations.values[index],
      parameter: parameters[node], statistics: activations.statistics[index],
      into: &gradients.values[operand], accumulating: isWritten)
    gradients.isWritten[operand] = true
  }

  /// The gradient at one parameter after `backpropagate`, summed over the batch or for one sample alone.
  ///
  /// `parameters` are those of the two passes. Dead taps of `out` are left as they are; their gradient is 0. For a piece of
  /// the parameter, one of `pieces`, `out` gets it at its beginning, whatever its shape.
  public func parameterGradient(
    _ parameter: Int, of parameters: [Tensor], _ activations: Activations, _ gradients: Activations,
    sample: Int? = nil, piece: Range<Int>? = nil, into out: inout Tensor
  ) {
    let index = parameterNodes[parameter]
    guard let first = nodes[index].first else { return }
    nodes[index].primitive.parameterGradient(
      input: activations.values[first], outputGradient: gradients.values[index],
      parameter: parameters[parameter], sample: sample, piece: piece, into: &out)
  }

  /// The live stretches of a parameter in pieces of at most so many scalars, as far as its gradient can be had so.
  public func pieces(of parameter: Int, most scalars: Int) -> [Range<Int>] {
    nodes[parameterNodes[parameter]].primitive.pieces(most: scalars)
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
