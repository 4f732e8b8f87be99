import Kernels
import Tensor

/// How a parameter differs from its base value.
public enum ParameterChange: Sendable {
  case none
  /// The change itself, in the parameter's shape.
  case dense(Tensor)
  /// scale · Σ over positions of (one sample's layer input) ⊗ (its output gradient): an SGD step at that sample,
  /// without forming it. Both tensors hold one sample.
  case lowRank(input: Tensor, gradient: Tensor, scale: Float)

  var isSome: Bool { if case .none = self { false } else { true } }
}

/// The scratch of a difference pass: for each operation its difference δ and, where asked for, value + δ.
public struct Differences: Sendable {
  public internal(set) var deltas = Activations()
  /// Operations before every change have a difference of exactly 0, which is not computed.
  var isZero: [Bool] = []
  private var sums = Activations()
  private var hasSum: [Bool] = []

  public init() {}

  public var bytes: Int { deltas.bytes + sums.bytes }

  /// new − old of the network's output.
  public var output: Tensor { deltas.output }

  /// The difference of an operation; nil where it is exactly 0.
  func delta(_ index: Int, _ homes: Tape.Homes) -> Tensor? {
    isZero[index] ? nil : deltas.values[homes.differences[index]]
  }

  mutating func prepare(for tape: Tape, samples: Int) {
    deltas.prepare(for: tape, samples: samples)
    sums.prepare(for: tape, samples: samples)
    isZero.fill(with: true, count: tape.nodes.count)
    hasSum.fill(with: false, count: tape.nodes.count)
  }

  /// Lets others have the room of an operation that is read no more.
  mutating func release(_ index: Int) {
    deltas.release(index)
    sums.release(index)
  }

  /// Moves out room for value + δ of an operation, which `keepSum` takes back.
  mutating func roomForSum(_ index: Int, for tape: Tape) -> Tensor {
    sums.makeRoom(index, for: tape)
    return sums.take(index)
  }

  mutating func keepSum(_ sum: Tensor, _ index: Int) {
    sums.values[index] = sum
    hasSum[index] = true
  }

  /// value + δ of an operation, computed once however many operations read it.
  mutating func stepped(_ index: Int, base: Activations, for tape: Tape) -> Tensor {
    if isZero[index] { return base.values[index] }
    if !hasSum[index] {
      sums.makeRoom(index, for: tape)
      Elementwise.sum(base.values[index], deltas.values[index], into: &sums.values[index])
      hasSum[index] = true
    }
    return sums.values[index]
  }
}

extension Tape {
  /// Carries the difference between a changed and the base network forward, operation by operation.
  ///
  /// The relative error stays at rounding level for changes of any size: no rule subtracts nearly equal sums. Products
  /// use δy = δx·W + (x + δx)·ΔW; the other rules stand with their kernels.
  /// - Parameters:
  ///   - packed: what `packed(parameters)` gave, where it was made; the differences are the same without it.
  ///   - base: the values of an evaluation with `parameters`.
  ///   - changes: one for each parameter.
  ///   - isFirstOrder: whether products of two changes are left out and kinks taken as straight, which gives the
  ///     derivative along `changes` of whatever size.
  /// - Complexity: one forward pass, plus one for dense changes or S²(inputs + outputs) for low-rank ones.
  public func difference(
    _ parameters: [Tensor], packed: [PackedWeights?] = [], changes: [ParameterChange], base: Activations,
    isFirstOrder: Bool = false, into differences: inout Differences
  ) {
    differences.prepare(for: self, samples: base.samples)
    let wantsStepped = isFirstOrder ? [] : operandsOfChanges(changes)
    var index = 0
    while index < nodes.count {
      let start = index
      defer {
        for place in homes.lastReads[start] { differences.release(place) }
        index += 1
      }
      if let chain = chains[index],
        difference(
          chain, parameters, changes: changes, base: base, isFirstOrder: isFirstOrder,
          wantsStepped: wantsStepped.contains(chain.last), into: &differences)
      {
        index = chain.last
        continue
      }
      let node = nodes[index]
      guard let operand = node.first else { continue }
      let change = node.parameter.map { changes[$0] } ?? .none
      let first = differences.delta(operand, homes)
      let second = node.second.flatMap { differences.delta($0, homes) }
      if !change.isSome, first == nil, second == nil { continue }
      var stepped: Tensor?
      if node.primitive.multipliesOperand, change.isSome {
        stepped = isFirstOrder ? base.values[operand] : differences.stepped(operand, base: base, for: self)
      }
      let home = homes.differences[index]
      differences.deltas.makeRoom(home, for: self)
      node.primitive.difference(
        first, second, input: base.values[operand], output: base.values[index], stepped: stepped,
        parameter: parameters[node], packed: packed[node], change: change, isFirstOrder: isFirstOrder,
        into: &differences.deltas.values[home])
      differences.isZero[index] = false
    }
    if differences.isZero[nodes.count - 1] {
      differences.deltas.makeRoom(nodes.count - 1, for: self)
      Elementwise.fill(&differences.deltas.values[nodes.count - 1], with: 0)
    }
  }
}

extension Tape {
  /// The operations whose values are multiplied with a parameter that changes.
  private func operandsOfChanges(_ changes: [ParameterChange]) -> [Int] {
    changes.indices.compactMap { parameter in
      guard changes[parameter].isSome else { return nil }
      let node = nodes[parameterNodes[parameter]]
      return node.primitive.multipliesOperand ? node.first : nil
    }
  }
}

extension Primitive {
  /// Whether the parameter multiplies the operand.
  var multipliesOperand: Bool {
    switch self {
    case .linear, .power, .convolution, .scale: true
    case .input, .bias, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .groupNormalize,
      .flatten:
      false
    }
  }

  /// Whether nothing but the chain that follows needs the value.
  var isProduct: Bool {
    switch self {
    case .linear, .power, .convolution: true
    case .input, .bias, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .scale,
      .groupNormalize, .flatten:
      false
    }
  }

  /// The difference of the output from those of the operands (nil: exactly 0) and of the parameter.
  ///
  /// `stepped` is operand + difference, given where the parameter changes.
  func difference(
    _ first: Tensor?, _ second: Tensor?, input x: @autoclosure () -> Tensor,
    output y: @autoclosure () -> Tensor, stepped: Tensor?, parameter: @autoclosure () -> Tensor,
    packed: @autoclosure () -> PackedWeights?, change: ParameterChange, isFirstOrder: Bool,
    into out: inout Tensor
  ) {
    if isFirstOrder, tangent(first, input: x(), output: y(), into: &out) { return }
    switch self {
    case .input: break
    case .linear(let inputs, let outputs):
      if let delta = first {
        Linear.product(delta, parameter(), packed: packed(), into: &out)
      } else {
        Elementwise.fill(&out, with: 0)
      }
      addChange(change, stepped, into: &out) { stepped, input, gradient, scale, out in
        precondition(stepped.shape.last == inputs && out.shape.last == outputs)
        LowRank.add(stepped, input: input, gradient: gradient, scale: scale, into: &out)
      } dense: { stepped, change, out in
        Linear.product(stepped, change, into: &out, accumulating: true)
      }
    case .power(_, _, let degree):
      if let delta = first {
        Linear.product(delta, powers(parameter(), degree), into: &out)
      } else {
        Elementwise.fill(&out, with: 0)
      }
      if case .dense(let change) = change, let stepped {
        let weights = parameter()
        var moved = Tensor(uninitialized: weights.shape)
        if isFirstOrder {
          Power.derivative(weights, degree: degree, times: change, into: &moved)
        } else {
          Power.difference(weights, change, degree: degree, into: &moved)
        }
        Linear.product(stepped, moved, into: &out, accumulating: true)
      }
    case .convolution(let convolution):
      if let delta = first {
        convolution.product(delta, parameter(), packed: packed(), into: &out)
      } else {
        Elementwise.fill(&out, with: 0)
      }
      addChange(change, stepped, into: &out) { stepped, input, gradient, scale, out in
        convolution.addLowRank(stepped, input: input, gradient: gradient, scale: scale, into: &out)
      } dense: { stepped, change, out in
        convolution.product(stepped, change, into: &out, accumulating: true)
      }
    case .bias:
      if let delta = first {
        Elementwise.copy(delta, into: &out)
      } else {
        Elementwise.fill(&out, with: 0)
      }
      if case .dense(let change) = change { Elementwise.accumulateBias(change, into: &out) }
    case .relu: Elementwise.reluDifference(required(first), input: x(), into: &out)
    case .tanh: Elementwise.tanhDifference(required(first), input: x(), into: &out)
    case .multiply(let factor): Elementwise.scaled(required(first), by: factor, into: &out)
    case .maxPool(let pooling):
      pooling.maximumDifference(required(first), input: x(), output: y(), into: &out)
    case .averagePool(let pooling): pooling.average(required(first), into: &out)
    case .add:
      switch (first, second) {
      case (let a?, let b?): Elementwise.sum(a, b, into: &out)
      case (let only?, nil), (nil, let only?): Elementwise.copy(only, into: &out)
      case (nil, nil): Elementwise.fill(&out, with: 0)
      }
    // The statistics are fixed while something is measured.
    case .standardize: Normalization.scaleByDeviation(required(first), parameter(), into: &out)
    case .scale:
      if let delta = first {
        Normalization.scale(delta, by: parameter(), into: &out)
      } else {
        Elementwise.fill(&out, with: 0)
      }
      if case .dense(let change) = change, let stepped {
        Normalization.scale(stepped, by: change, into: &out, accumulating: true)
      }
    case .groupNormalize(let normalization):
      normalization.difference(required(first), input: x(), into: &out)
    case .flatten: Samples.flatten(required(first), into: &out)
    }
  }

  /// The first order of the rules that are not linear in δ; false for all others.
  private func tangent(
    _ delta: Tensor?, input x: @autoclosure () -> Tensor, output y: @autoclosure () -> Tensor,
    into out: inout Tensor
  ) -> Bool {
    switch self {
    case .relu: Elementwise.reluGradient(required(delta), output: y(), into: &out)
    case .tanh: Elementwise.tanhGradient(required(delta), output: y(), into: &out)
    case .maxPool(let pooling): pooling.maximumTangent(required(delta), input: x(), output: y(), into: &out)
    // Its Jacobian is symmetric.
    case .groupNormalize(let normalization):
      normalization.inputGradient(required(delta), input: x(), output: y(), into: &out)
    case .input, .linear, .power, .convolution, .bias, .multiply, .averagePool, .add, .standardize, .scale,
      .flatten:
      return false
    }
    return true
  }

  /// out += stepped · ΔW in whichever form ΔW has.
  private func addChange(
    _ change: ParameterChange, _ stepped: Tensor?, into out: inout Tensor,
    lowRank: (Tensor, Tensor, Tensor, Float, inout Tensor) -> Void,
    dense: (Tensor, Tensor, inout Tensor) -> Void
  ) {
    guard let stepped else { return }
    switch change {
    case .none: break
    case .dense(let change): dense(stepped, change, &out)
    case .lowRank(let input, let gradient, let scale): lowRank(stepped, input, gradient, scale, &out)
    }
  }

  /// Whether a rank-limited product costs clearly less than a dense one for this layer.
  ///
  /// With S output positions an SGD step has rank ≤ S, and its product costs S²(inputs + outputs) a sample.
  public var prefersLowRank: Bool {
    switch self {
    case .linear: return true
    case .convolution(let convolution):
      return convolution.lowRankMultiplyAdds * 3 < convolution.multiplyAdds * 2
    case .input, .power, .bias, .relu, .tanh, .multiply, .maxPool, .averagePool, .add, .standardize, .scale,
      .groupNormalize, .flatten:
      return false
    }
  }
}
