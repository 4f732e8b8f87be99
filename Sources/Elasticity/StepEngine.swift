import Autodiff
import Datasets
import Kernels
import Network
import Synchronization
import Tensor
import Training

/// What one worker needs to take a step at one source: gradients, changes, stepped weights and activations.
struct StepScratch: Sendable {
  /// The gradient of a piece of a parameter, then that of the next.
  var gradient = Tensor.empty
  /// The change of each parameter, or the stepped parameter itself when predictions are subtracted.
  var stepped: [Tensor]
  var changes: [ParameterChange] = []
  /// The values at the source alone.
  var source = Activations()
  var smallGradients: Double?
  var movesWeights = true
  /// One per number of samples: a full tile, the last tile and a single source keep their own buffers.
  var activations = BuffersBySize<Activations>()
  var differences = BuffersBySize<Differences>()

  /// Room for a parameter is made when it is first needed: a step in factors needs none.
  init(network: Network) {
    stepped = [Tensor](repeating: .empty, count: network.parameters.count)
  }

  /// Makes room for the step of a parameter and the gradient of a piece. Only live stretches are written, and only they are
  /// read: pages of dead taps are never touched.
  mutating func makeRoom(for parameter: Int, _ shape: Shape, piece: Int) {
    if gradient.count < piece { gradient = Tensor(uninitialized: [piece]) }
    if stepped[parameter].count == 0 { stepped[parameter] = Tensor(uninitialized: shape) }
  }
}

/// Buffers by the number of samples they are for. There are few sizes: a search beats a dictionary.
struct BuffersBySize<Buffer: Sendable>: Sendable {
  private var kept: [(samples: Int, buffer: Buffer)] = []

  /// Moves the buffers for so many samples out.
  mutating func take(_ samples: Int) -> Buffer? {
    kept.lastIndex { $0.samples == samples }.map { kept.remove(at: $0).buffer }
  }

  mutating func keep(_ buffer: Buffer, _ samples: Int) { kept.append((samples, buffer)) }
}

/// Scratch that is lent to the workers of one measurement after another: warm buffers need no room.
final class SpareScratch: Sendable {
  private let spare = Mutex<[StepScratch]>([])

  /// As many pieces as are asked for, used ones first.
  func take(_ count: Int, for network: Network) -> [StepScratch] {
    spare.withLock { spare in
      let used = spare.suffix(count)
      spare.removeLast(used.count)
      return used + (used.count..<count).map { _ in StepScratch(network: network) }
    }
  }

  func giveBack(_ scratch: [StepScratch]) { spare.withLock { $0 += scratch } }
}

/// Forms the step of one source and finds what it changes at a tile of probes.
struct StepEngine: Sendable {
  /// Below this many multiply-adds a dense difference pass, twice the work of a subtraction, is not worth saving on: with
  /// an MLP it is a hundred times more accurate.
  static let smallNetwork = 1_000_000

  /// A gradient is formed and used in pieces of so many scalars, which stay in the cache of one core.
  private static let piece = 1 << 16

  let network: Network
  let weights: [Tensor]
  let rule: Rule
  let usesDifferences: Bool
  /// For each parameter whether the step leaves it alone: statistics, and what `only=` leaves out.
  let isFixed: [Bool]

  /// The updates that move all weights.
  enum Rule: Sendable {
    case sgd(learningRate: Float)
    case adamFresh(learningRate: Float)
    case trainer(Optimizer, OptimizerState, weights: [Tensor])
    case firstOrder

    var isFirstOrder: Bool { if case .firstOrder = self { true } else { false } }
  }

  /// - Parameter weights: where changes begin: the run's weights, or with `trainer` those after a step without gradient.
  init(network: Network, weights: [Tensor], rule: Rule, method: Method, isFixed: [Bool]) {
    self.network = network
    self.isFixed = isFixed
    self.weights = weights
    self.rule = rule
    usesDifferences =
      switch (method, rule) {
      case (.difference, _): true
      case (.subtraction, _): false
      case (.automatic, .adamFresh), (.automatic, .trainer):
        network.tape.multiplyAdds < StepEngine.smallNetwork
      case (.automatic, .sgd), (.automatic, .firstOrder): true
      }
  }

  /// Forms the step at `source`; afterwards `scratch` holds the stepped weights or their changes.
  func prepare(_ source: Int, _ pass: SourcePass, _ scratch: inout StepScratch) {
    // Changes own the stepped tensors: let go of them before those are written again.
    scratch.changes = []
    scratch.source.copy(source - pass.rows.lowerBound, of: pass.activations, for: network.tape)
    var changes = [ParameterChange](repeating: .none, count: weights.count)
    var (small, live) = (0, 0)
    for parameter in weights.indices {
      if isFixed[parameter] {
        scratch.stepped[parameter] = weights[parameter]
        continue
      }
      if usesDifferences, let change = lowRankChange(parameter, source, pass, scratch.source) {
        changes[parameter] = change
        continue
      }
      let pieces = network.tape.pieces(of: parameter, most: StepEngine.piece)
      scratch.makeRoom(
        for: parameter, weights[parameter].shape, piece: pieces.reduce(0) { max($0, $1.count) })
      for piece in pieces {
        network.tape.parameterGradient(
          parameter, of: pass.weights, pass.activations, pass.gradients,
          sample: source - pass.rows.lowerBound, piece: piece, into: &scratch.gradient)
        let counts = form(parameter, piece, &scratch)
        small += counts.small
        live += counts.live
      }
      if usesDifferences { changes[parameter] = .dense(scratch.stepped[parameter]) }
    }
    scratch.changes = changes
    scratch.movesWeights = usesDifferences || live > 0
    if case .adamFresh = rule { scratch.smallGradients = Double(small) / Double(max(live, 1)) }
  }

  /// new − old outputs of every probe of a tile, sample after sample.
  func outputChange(_ tile: Tile, _ scratch: inout StepScratch) -> [Double] {
    let samples = tile.base.samples
    if usesDifferences {
      var differences = scratch.differences.take(samples) ?? Differences()
      network.tape.difference(
        weights, changes: scratch.changes, base: tile.base, isFirstOrder: rule.isFirstOrder,
        into: &differences)
      let result = differences.output.doubles
      scratch.differences.keep(differences, samples)
      return result
    }
    var activations = scratch.activations.take(samples) ?? Activations()
    network.tape.evaluate(scratch.stepped, tile.input, into: &activations)
    let (new, old) = (activations.output.doubles, tile.base.output.doubles)
    scratch.activations.keep(activations, samples)
    return zip(new, old).map { $0 - $1 }
  }

  /// The change at one sample of `data`, predicted in a batch of two copies of it.
  func change(
    twiceAt row: Int, of data: Dataset, loss: Loss, _ scratch: inout StepScratch
  ) -> PredictionChange {
    let tile = Tile(network: network, weights: weights, data: data, rows: [row, row], loss: loss)
    return tile.changes(outputChange(tile, &scratch), isFirstOrder: rule.isFirstOrder)[0]
  }

  /// Turns the gradient of a piece of one parameter into its change or its stepped value.
  private func form(
    _ parameter: Int, _ piece: Range<Int>, _ scratch: inout StepScratch
  ) -> (small: Int, live: Int) {
    let (gradient, count) = (scratch.gradient, piece.count)
    var live = 0
    switch rule {
    case .sgd(let learningRate):
      ParameterUpdates.scaled(
        gradient: gradient, range: piece, by: -learningRate, into: &scratch.stepped[parameter])
      if !usesDifferences { live = ParameterUpdates.count(of: gradient, first: count, below: 0).live }
    case .adamFresh(let learningRate):
      return ParameterUpdates.freshAdam(
        gradient: gradient, range: piece, from: usesDifferences ? nil : weights[parameter],
        learningRate: learningRate, epsilon: Float(UpdateRule.adamEpsilon),
        bound: Float(10 * UpdateRule.adamEpsilon), into: &scratch.stepped[parameter])
    case .trainer(let optimizer, let state, let before):
      optimizer.gradientPart(
        of: parameter, gradient: gradient, weight: before[parameter], state, range: piece,
        into: &scratch.stepped[parameter])
      live = ParameterUpdates.count(of: gradient, first: count, below: 0).live
    case .firstOrder:
      ParameterUpdates.scaled(gradient: gradient, range: piece, by: -1, into: &scratch.stepped[parameter])
    }
    if !usesDifferences {
      ParameterUpdates.add(weights[parameter], range: piece, into: &scratch.stepped[parameter])
    }
    return (0, live)
  }

  /// An SGD step as factors, where the layer is better served by them.
  private func lowRankChange(
    _ parameter: Int, _ source: Int, _ pass: SourcePass, _ values: Activations
  ) -> ParameterChange? {
    let learningRate: Float
    switch rule {
    case .sgd(let rate): learningRate = rate
    case .firstOrder: learningRate = 1
    case .adamFresh, .trainer: return nil
    }
    let index = network.tape.parameterNodes[parameter]
    let node = network.tape.nodes[index]
    guard let operand = node.first, node.primitive.prefersLowRank else { return nil }
    return .lowRank(
      input: values.values[operand],
      gradient: pass.gradients.sample(source - pass.rows.lowerBound, of: index), scale: -learningRate)
  }
}
