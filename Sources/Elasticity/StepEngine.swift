import Autodiff
import Datasets
import Kernels
import Network
import Tensor
import Training

/// Forms the step of one source and finds what it changes at a tile of probes.
struct StepEngine: Sendable {
  /// A gradient is formed and used in pieces of so many scalars, which stay in the cache of one core.
  static let piece = 1 << 16

  let network: Network
  /// Where changes begin.
  let weights: LayerWeights
  let rule: Rule
  /// Whether changes are carried through the network beside the base predictions, else predictions are subtracted.
  private(set) var usesDifferences: Bool
  /// For each parameter whether the step leaves it alone: statistics, and what `only=` leaves out.
  let isFixed: [Bool]
  /// Of how many weights of a piece the loss by rounding w + c is looked at: all where pairs depend on it, a sample where
  /// differences may step in.
  var looks = StepEngine.piece

  /// How a gradient becomes a change of the weights.
  enum Rule: Sendable {
    case sgd(learningRate: Float)
    case adamFresh(learningRate: Float)
    /// The part of Adam's step that is due to the gradient, by the moments of a run at `weights`.
    case adam(Optimizer, OptimizerState, weights: [Tensor])
    case firstOrder

    var isFirstOrder: Bool { if case .firstOrder = self { true } else { false } }

    /// Whether a step is a multiple of the gradient, so that layers can take it in factors.
    var isLinear: Bool {
      switch self {
      case .sgd, .firstOrder: true
      case .adamFresh, .adam: false
      }
    }
  }

  /// The same steps by the other method.
  func with(usesDifferences: Bool) -> StepEngine {
    var other = self
    other.usesDifferences = usesDifferences
    return other
  }

  /// The same steps from other weights.
  func with(_ weights: LayerWeights, usesDifferences: Bool) -> StepEngine {
    StepEngine(
      network: network, weights: weights, rule: rule, usesDifferences: usesDifferences, isFixed: isFixed,
      looks: looks)
  }

  /// Forms the step at `source`, whose room `scratch.reclaim` takes back.
  func step(at source: Int, _ pass: SourcePass, _ scratch: inout StepScratch) -> Step {
    let tensors = weights.tensors
    var changes = [ParameterChange](repeating: .none, count: usesDifferences ? tensors.count : 0)
    var stepped = usesDifferences ? [] : tensors
    var found = Step.Sums()
    for parameter in tensors.indices where !isFixed[parameter] {
      if usesDifferences, let change = change(inFactors: parameter, source, pass) {
        changes[parameter] = change
        continue
      }
      var room = scratch.takeRoom(for: parameter, tensors[parameter].shape)
      let pieces = network.tape.pieces(of: parameter, most: StepEngine.piece)
      scratch.makeRoomForGradient(pieces.reduce(0) { max($0, $1.count) })
      for piece in pieces {
        network.tape.parameterGradient(
          parameter, of: pass.weights, pass.activations, pass.gradients,
          sample: source - pass.rows.lowerBound, piece: piece, into: &scratch.gradient)
        form(parameter, piece, of: scratch.gradient, into: &room, &found)
      }
      if usesDifferences { changes[parameter] = .dense(room) } else { stepped[parameter] = room }
    }
    return Step(
      movement: usesDifferences ? .changes(changes) : .weights(stepped), sums: found)
  }

  /// new − old outputs of every sample of a tile, one after the other.
  ///
  /// - Parameter base: the values at the tile, for a step by differences.
  func outputChange(
    of step: Step, at tile: Tile, _ base: Activations?, _ scratch: inout StepScratch
  ) -> [Double] {
    switch step.movement {
    case .changes(let changes):
      guard let base = base ?? tile.base else { preconditionFailure("a difference without its base") }
      var differences = scratch.differences.take(tile.samples) ?? Differences()
      network.tape.difference(
        weights.tensors, packed: weights.packed, changes: changes, base: base,
        isFirstOrder: rule.isFirstOrder, into: &differences)
      let result = differences.output.doubles
      scratch.differences.keep(differences, tile.samples)
      return result
    case .weights(let stepped):
      var activations = scratch.activations.take(tile.samples) ?? Activations()
      network.tape.evaluate(
        stepped, packed: step.packed, tile.input, for: .prediction, into: &activations)
      let (new, old) = (activations.output.doubles, tile.outputs)
      scratch.activations.keep(activations, tile.samples)
      return zip(new, old).map { $0 - $1 }
    }
  }

  /// The changes at all samples of a tile.
  func changes(
    of step: Step, at tile: Tile, base: Activations? = nil, _ scratch: inout StepScratch
  ) -> [PredictionChange] {
    tile.changes(outputChange(of: step, at: tile, base, &scratch), isFirstOrder: rule.isFirstOrder)
  }

  /// The values at a tile that does not keep its own, where a step goes by differences.
  func base(at tile: Tile, _ scratch: inout StepScratch) -> Activations? {
    guard usesDifferences, tile.base == nil else { return nil }
    var base = scratch.base.take(tile.samples) ?? Activations()
    network.tape.evaluate(weights.tensors, packed: weights.packed, tile.input, into: &base)
    return base
  }

  /// Turns the gradient of a piece of one parameter into its change or its stepped value.
  private func form(
    _ parameter: Int, _ piece: Range<Int>, of gradient: Tensor, into room: inout Tensor,
    _ sums: inout Step.Sums
  ) {
    let weight = weights.tensors[parameter]
    switch rule {
    case .sgd(let learningRate):
      ParameterUpdates.scaled(gradient: gradient, range: piece, by: -learningRate, into: &room)
    case .adamFresh(let learningRate):
      let counts = ParameterUpdates.freshAdam(
        gradient: gradient, range: piece, from: usesDifferences ? nil : weight,
        learningRate: learningRate, epsilon: Float(UpdateRule.adamEpsilon),
        bound: Float(10 * UpdateRule.adamEpsilon), into: &room)
      sums.small += counts.small
      sums.live += counts.live
      if usesDifferences { return }
      let rate = Double(learningRate)
      sums.add(gradient, piece, looks: looks) { place, g in
        (
          -rate * g / (abs(g) + UpdateRule.adamEpsilon),
          Double(room[flat: place]) - Double(weight[flat: place])
        )
      }
      return
    case .adam(let optimizer, let state, let before):
      optimizer.gradientPart(
        of: parameter, gradient: gradient, weight: before[parameter], state, range: piece, into: &room)
    case .firstOrder:
      ParameterUpdates.scaled(gradient: gradient, range: piece, by: -1, into: &room)
    }
    if usesDifferences { return }
    sums.live += ParameterUpdates.count(of: gradient, first: piece.count, below: 0).live
    sums.add(gradient, piece, looks: looks) { place, _ in
      let (change, w) = (room[flat: place], weight[flat: place])
      return (Double(change), Double(w + change) - Double(w))
    }
    ParameterUpdates.add(weight, range: piece, into: &room)
  }

  /// A step along the gradient as factors, where the layer is better served by them.
  private func change(
    inFactors parameter: Int, _ source: Int, _ pass: SourcePass
  ) -> ParameterChange? {
    let learningRate: Float
    switch rule {
    case .sgd(let rate): learningRate = rate
    case .firstOrder: learningRate = 1
    case .adamFresh, .adam: return nil
    }
    let index = network.tape.parameterNodes[parameter]
    let node = network.tape.nodes[index]
    guard let operand = node.first, node.primitive.prefersLowRank else { return nil }
    let sample = source - pass.rows.lowerBound
    return .lowRank(
      input: pass.activations.sample(sample, of: operand),
      gradient: network.tape.outputGradient(index, pass.gradients, sample: sample), scale: -learningRate)
  }
}
