import Kernels
import Tensor

extension Tape {
  /// Runs the gradient back from the output.
  ///
  /// With a batch of per-sample losses what is left are the factors of each sample's gradient.
  /// - Complexity: samples · `multiplyAdds`.
  public func backpropagate(
    _ parameters: [Tensor], _ activations: Activations, outputGradient: Tensor,
    into gradients: inout Gradients
  ) {
    begin(outputGradient, activations, &gradients)
    var none: [Tensor] = []
    while !advance(parameters, activations, &gradients, into: &none) {
      guard let chain = chains[gradients.position] else { return }
      gradients.batch = batchMeans(
        chain, parameters, [gradients.sums[gradients.position]], activations.samples)
    }
  }

  func begin(_ outputGradient: Tensor, _ activations: Activations, _ gradients: inout Gradients) {
    precondition(
      outputGradient.shape == activations.output.shape, "gradient \(outputGradient.shape) at the output")
    gradients.begin(self, outputGradient, samples: activations.samples)
  }

  /// What goes through the statistics of a batch at a chain, from the sums of all its parts.
  func batchMeans(
    _ chain: Chain, _ parameters: [Tensor], _ sums: [ChannelChain.Sums?], _ samples: Int
  ) -> ChannelChain.BatchMeans {
    let shape = nodes[chain.last].shape
    return ChannelChain.BatchMeans(
      sums.compactMap(\.self), rows: shape.height * shape.width * samples,
      scale: chain.scale.map { parameters[nodes[$0]] }, channels: shape.channels)
  }

  /// Goes on with a pass.
  ///
  /// - Parameter parts: gets the gradient of each parameter summed over this part of a batch, and nothing is kept; where
  ///   it is empty, factors and sums are kept sample by sample.
  /// - Returns: whether the pass is at its end; else it waits at the chain `gradients.position` for `gradients.batch`.
  func advance(
    _ parameters: [Tensor], _ activations: Activations, _ gradients: inout Gradients,
    into parts: inout [Tensor]
  ) -> Bool {
    while gradients.position > 0 {
      let index = gradients.position
      if let start = chainStarts[index], let chain = chains[start] {
        if !takeBack(chain, parameters, activations, &gradients, into: &parts) {
          gradients.position = start
          return false
        }
        gradients.position = start - 1
      } else {
        takeBack(index, parameters, activations, &gradients, into: &parts)
        gradients.position = index - 1
      }
    }
    return true
  }

  /// Takes a gradient back through a chain; false where the means over the batch are wanted first.
  private func takeBack(
    _ chain: Chain, _ parameters: [Tensor], _ activations: Activations, _ gradients: inout Gradients,
    into parts: inout [Tensor]
  ) -> Bool {
    let start = chain.nodes.lowerBound
    guard let first = nodes[start].first, nodes[chain.last].needsGradient, gradients.isReached(chain.last)
    else {
      return true
    }
    var kernel = kernel(of: chain, parameters)
    let isBatch = chain.standardize.flatMap { activations.statistics[$0] } != nil
    if let node = chain.standardize, let own = activations.statistics[node] { kernel.statistics = own }
    let result = activations.values[chain.last]
    let operand =
      chain.standardize.map { activations.values[$0] }
      ?? (chain.scale == nil ? nil : activations.values[first])
    let groups = parts.isEmpty ? activations.samples : 1
    var sums: ChannelChain.Sums?
    if isBatch {
      if gradients.batch == nil {
        var own = gradients.takeSums(start)
        kernel.sum(
          gradients.outputs.values[chain.last], result: result, operand: operand, groups: groups, into: &own)
        gradients.keepSums(own, start)
        return false
      }
    } else if chain.hasSums {
      sums = gradients.takeSums(start)
    }
    var d = gradients.outputs.take(chain.last)
    var other: Tensor?
    var adds = false
    if let second = nodes[start].second, nodes[second].needsGradient {
      let (room, isWritten) = gradients.room(at: second, of: self)
      (other, adds) = (room, isWritten)
    }
    kernel.takeBack(
      &d, result: result, operand: operand, batch: gradients.batch, groups: groups, sums: &sums,
      other: &other,
      adds: adds)
    gradients.batch = nil
    if let second = nodes[start].second, let other { gradients.put(other, at: second) }
    if let sums { gradients.keepSums(sums, start) }
    if !parts.isEmpty {
      for parameter in chain.nodes.compactMap({ nodes[$0].parameter }) where !isStatistic[parameter] {
        writeSums(parameter, gradients, sample: nil, into: &parts[parameter])
      }
    }
    gradients.hand(d, to: first, of: self)
    return true
  }

  /// Takes a gradient back through one operation.
  private func takeBack(
    _ index: Int, _ parameters: [Tensor], _ activations: Activations, _ gradients: inout Gradients,
    into parts: inout [Tensor]
  ) {
    let node = nodes[index]
    guard node.needsGradient, gradients.isReached(index), let first = node.first else { return }
    let d = gradients.outputs.take(index)
    if !parts.isEmpty, let parameter = node.parameter, !isStatistic[parameter] {
      node.primitive.parameterGradient(
        input: activations.values[first], outputGradient: d, parameter: parameters[parameter], sample: nil,
        into: &parts[parameter])
    }
    for operand in node.inputs where nodes[operand].needsGradient {
      var (out, isWritten) = gradients.room(at: operand, of: self)
      node.primitive.inputGradient(
        d, input: activations.values[operand], output: activations.values[index], parameter: parameters[node],
        statistics: activations.statistics[index], into: &out, accumulating: isWritten)
      gradients.put(out, at: operand)
    }
    if parts.isEmpty, node.parameter != nil {
      gradients.outputs.values[index] = d
    } else if index < nodes.count - 1 {
      // The room of the last one is the caller's.
      gradients.outputs.recycle(d)
    }
  }

  /// The gradient at one parameter after `backpropagate`, summed over the batch or for one sample alone.
  ///
  /// `parameters` are those of the two passes. Dead taps of `out` are left as they are; their gradient is 0. For a piece of
  /// the parameter, one of `pieces`, `out` gets it at its beginning, whatever its shape.
  public func parameterGradient(
    _ parameter: Int, of parameters: [Tensor], _ activations: Activations, _ gradients: Gradients,
    sample: Int? = nil, piece: Range<Int>? = nil, into out: inout Tensor
  ) {
    let index = parameterNodes[parameter]
    if chainStarts[index] != nil { return writeSums(parameter, gradients, sample: sample, into: &out) }
    guard let first = nodes[index].first else { return }
    nodes[index].primitive.parameterGradient(
      input: activations.values[first], outputGradient: gradients.outputs.values[index],
      parameter: parameters[parameter], sample: sample, piece: piece, into: &out)
  }

  /// The gradient at a bias or a scale within a chain.
  private func writeSums(
    _ parameter: Int, _ gradients: Gradients, sample: Int?, into out: inout Tensor
  ) {
    let index = parameterNodes[parameter]
    guard let start = chainStarts[index], let sums = gradients.sums[start] else { return }
    let channels = nodes[index].shape.channels
    let own = chains[start]?.scale == index ? sums.scale : sums.bias
    out.withMutablePointer { out in
      for c in 0..<channels {
        out[c] = Float(ChannelChain.Sums.total(own, c, of: channels, group: sample))
      }
    }
  }

  /// The gradient at an operation's output for one sample, `[height, width, 1, channel]`; a copy, unless there is but one.
  ///
  /// - Precondition: the operation has a parameter whose gradient is a product.
  public func outputGradient(_ index: Int, _ gradients: Gradients, sample: Int) -> Tensor {
    gradients.outputs.sample(sample, of: index)
  }

  /// The live stretches of a parameter in pieces of at most so many scalars, as far as its gradient can be had so.
  public func pieces(of parameter: Int, most scalars: Int) -> [Range<Int>] {
    nodes[parameterNodes[parameter]].primitive.pieces(most: scalars)
  }
}
