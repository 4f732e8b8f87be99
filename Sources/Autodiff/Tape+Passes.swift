import Kernels
import Tensor

extension Tape {
  /// Runs the network forward; afterwards `activations` holds the value of every operation.
  ///
  /// - Parameter isTraining: whether `standardize` takes the statistics of this batch, which stand in
  ///   `activations.statistics` afterwards, in place of the kept ones.
  /// - Precondition: `input` is a batch of `self.input`, `parameters` have `parameterShapes`.
  /// - Complexity: samples · `multiplyAdds`; no allocation over warm buffers.
  public func evaluate(
    _ parameters: [Tensor], _ input: Tensor, isTraining: Bool = false, into activations: inout Activations
  ) {
    let samples = input.shape.rank == 4 ? input.shape[2] : -1
    precondition(
      input.shape == self.input.batch(of: samples),
      "input \(input.shape) for a network of \(self.input) samples")
    activations.prepare(for: self, samples: samples)
    activations.values[0] = input
    if !activations.statistics.isEmpty { activations.statistics = [:] }
    for index in nodes.indices.dropFirst() {
      let node = nodes[index]
      var out = activations.take(index, for: self)
      var parameter = node.parameter.map { parameters[$0] }
      if isTraining, node.primitive.isStatistic, var own = parameter {
        Normalization.statistics(of: activations.values[node.inputs[0]], into: &own)
        activations.statistics[index] = own
        parameter = own
      }
      node.primitive.value(
        activations.values[node.inputs[0]],
        node.inputs.count > 1 ? activations.values[node.inputs[1]] : nil, parameter: parameter, into: &out)
      activations.values[index] = out
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
    for index in nodes.indices.dropFirst().reversed()
    where nodes[index].needsGradient && gradients.isWritten[index] {
      let node = nodes[index]
      for operand in node.inputs where nodes[operand].needsGradient {
        var out = gradients.take(operand, for: self)
        node.primitive.inputGradient(
          gradients.values[index], input: activations.values[operand], output: activations.values[index],
          parameter: node.parameter.map { parameters[$0] }, statistics: activations.statistics[index],
          into: &out, accumulating: gradients.isWritten[operand])
        gradients.values[operand] = out
        gradients.isWritten[operand] = true
      }
    }
  }

  /// The gradient at one parameter after `backpropagate`, summed over the batch or for one sample alone.
  ///
  /// `parameters` are those of the two passes. Dead taps of `out` are left as they are; their gradient is 0.
  public func parameterGradient(
    _ parameter: Int, of parameters: [Tensor], _ activations: Activations, _ gradients: Activations,
    sample: Int? = nil, into out: inout Tensor
  ) {
    let index = parameterNodes[parameter]
    nodes[index].primitive.parameterGradient(
      input: activations.values[nodes[index].inputs[0]], outputGradient: gradients.values[index],
      parameter: parameters[parameter], sample: sample, into: &out)
  }

  /// Room for the gradients of all parameters, zero everywhere.
  public func zeroGradients() -> [Tensor] { parameterShapes.map { Tensor(zeros: $0) } }
}
