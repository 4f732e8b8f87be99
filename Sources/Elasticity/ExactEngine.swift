import Autodiff
import Datasets
import Kernels
import Network
import Tensor
import Training

/// The predictions' changes caused by one step at one source.
public struct SourceResponse: Sendable {
  /// The source's row among the sources.
  public var source: Int
  /// The change at the source itself.
  public var own: PredictionChange
  /// The change at the source once more, predicted in a batch of another size: what S(x → x) is checked with. Nil where
  /// nothing is predicted anew.
  public var again: PredictionChange?
  /// The change at each probe.
  public var probes: [PredictionChange]
  /// Of the live weights with a gradient ≠ 0, the fraction with |g| < 10ε, where Adam leaves its sign regime; nil for
  /// other updates.
  public var smallGradients: Double?
  /// Whether the gradient at the outputs is exactly 0: the sample is fitted and no step moves anything.
  public var isFitted: Bool
  /// ‖Δz‖ at the source by the step without its gradient: momentum and weight decay alone; `trainer` only.
  public var drift: Double?
  /// Whether any weight has a gradient ≠ 0; known where the step is formed weight by weight, else true.
  public var movesWeights = true
}

/// Takes one step at each source on a copy of the weights and predicts all probes: exact for steps of any size.
///
/// Base predictions and per-sample factors are computed once; each source then costs one pass over the probes, whatever
/// the number of class pairs and distances. The run's weights are read, never written.
public struct ExactEngine: Sendable {
  let network: Network
  let weights: [Tensor]
  let loss: Loss
  let workers: Workers
  /// The run's optimiser and its moments, for `trainer`.
  let trainer: Trainer?
  private let spare = SpareScratch()

  /// Probes run in batches of this many, whose activations one worker holds; no result depends on it.
  static let tile = 64
  /// Sources go forward and backward in batches of this many, so that two workers share them.
  static let pass = 16
  /// A pair keeps its whole change of prediction; a million of them take half a gigabyte.
  static let mostPairs = 1_000_000

  public init(network: Network, weights: [Tensor], loss: Loss, workers: Workers, trainer: Trainer? = nil) {
    self.trainer = trainer
    self.network = network
    self.weights = weights
    self.loss = loss
    self.workers = workers
  }

  /// The response to one step at each of `sources`, in their order.
  ///
  /// - Throws: `ElasticityError`, among it `interrupted` when `shouldStop` answers true between two sources.
  /// - Complexity: about sources · (probes + 4) + probes forward passes (four more a source that is no probe). Memory: the activations of all probes and of 64 sources,
  ///   one stepped network a worker, and about 500 bytes a pair.
  public func responses(
    sources: Dataset, probes: Dataset, update: UpdateRule, method: Method = .automatic,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(ElasticityError) -> [SourceResponse] {
    guard sources.count <= ExactEngine.mostPairs / max(probes.count, 1) else {
      throw .tooManyPairs(sources: sources.count, probes: probes.count, most: ExactEngine.mostPairs)
    }
    if case .biasOnly = update.plain {
      return try biasOnly(sources: sources, probes: probes, update)
    }
    if update.isFirstOrder, method == .subtraction { throw .noSubtraction }
    let rule = try rule(of: update)
    // Where changes begin: with momentum or decay a step moves predictions without any gradient.
    let base = rule.base(weights, network, workers)
    let tiles = try tiles(of: probes, weights: base)
    let rowOfSource = probes.rows(of: sources)
    let engine = StepEngine(
      network: network, weights: base, rule: rule, method: method, isFixed: try fixed(by: update))
    let isFirstOrder = rule.isFirstOrder
    var scratch = spare.take(min(workers.count, sources.count), for: network)
    defer { spare.giveBack(scratch) }
    var responses: [SourceResponse] = []
    for chunk in ExactEngine.ranges(sources.count, of: ExactEngine.tile) {
      let passes = try passes(over: sources, chunk)
      var results = [SourceResponse?](repeating: nil, count: chunk.count)
      workers.forEach(of: &results, scratch: &scratch) { place, result, scratch in
        if shouldStop() { return }
        let source = chunk.lowerBound + place
        let pass = passes[place / ExactEngine.pass]
        engine.prepare(source, pass, &scratch)
        var changes: [PredictionChange] = []
        for tile in tiles {
          let part = tile.changes(engine.outputChange(tile, &scratch), isFirstOrder: isFirstOrder)
          if changes.isEmpty { changes = part } else { changes += part }
        }
        let alone =
          trainer == nil || !rule.isTrainer
          ? Tile(base: scratch.source, targets: sources.changeTargets([source], loss: loss))
          : Tile(network: network, weights: base, data: sources, rows: [source], loss: loss)
        let single = alone.changes(engine.outputChange(alone, &scratch), isFirstOrder: isFirstOrder)[0]
        let row = rowOfSource[source]
        result = SourceResponse(
          source: source, own: row.map { changes[$0] } ?? single,
          again: row == nil
            ? engine.change(twiceAt: source, of: sources, loss: loss, &scratch) : single,
          probes: changes, smallGradients: scratch.smallGradients, isFitted: pass.isFitted(source),
          drift: rule.isTrainer
            ? alone.distance(
              to: Tile(network: network, weights: weights, data: sources, rows: [source], loss: loss)) : nil,
          movesWeights: scratch.movesWeights)
      }
      responses += results.compactMap { $0 }
      guard responses.count == chunk.upperBound else {
        throw .interrupted(sourcesDone: responses.count, of: sources.count)
      }
    }
    return responses
  }

  /// Whether changes under an update are differences of two predictions.
  public func subtracts(_ update: UpdateRule, _ method: Method) -> Bool {
    if case .biasOnly = update.plain { return false }
    guard let rule = try? rule(of: update) else { return false }
    return !StepEngine(network: network, weights: weights, rule: rule, method: method, isFixed: [])
      .usesDifferences
  }

  /// The control: the same change of the output bias, so of the logits, at every probe.
  private func biasOnly(
    sources: Dataset, probes: Dataset, _ update: UpdateRule
  ) throws(ElasticityError) -> [SourceResponse] {
    guard let bias = network.outputBias else { throw .noOutputBias(model: network.model.name) }
    if try fixed(by: update)[bias] {
      throw .withoutOutputBias(pattern: update.patterns[0], bias: network.parameters[bias].name)
    }
    let learningRate = update.learningRate
    let tiles = try tiles(of: probes, weights: weights)
    var responses: [SourceResponse] = []
    for chunk in ExactEngine.ranges(sources.count, of: ExactEngine.tile) {
      for pass in try passes(over: sources, chunk) {
        let deltas = pass.outputGradient.rows.map {
          $0.map { -learningRate * $0 / (abs($0) + UpdateRule.adamEpsilon) }
        }
        let own = PredictionChange.all(
          z: pass.activations.output.doubles, delta: Array(deltas.joined()),
          targets: sources.changeTargets(Array(pass.rows), loss: loss), isFirstOrder: false)
        for (place, source) in pass.rows.enumerated() {
          let changes = tiles.flatMap { tile in
            let delta = [[Double]](repeating: deltas[place], count: tile.targets.count)
            return tile.changes(Array(delta.joined()), isFirstOrder: false)
          }
          responses.append(
            SourceResponse(
              source: source, own: own[place], again: nil, probes: changes, smallGradients: nil,
              isFitted: pass.isFitted(source)))
        }
      }
    }
    return responses
  }

  private func tiles(of probes: Dataset, weights: [Tensor]) throws(ElasticityError) -> [Tile] {
    let ranges = ExactEngine.ranges(probes.count, of: ExactEngine.tile)
    let tiles = concurrently(ranges) { rows in
      Tile(network: network, weights: weights, data: probes, rows: Array(rows), loss: loss)
    }
    for (tile, rows) in zip(tiles, ranges) { try checkFinite(tile.base.output, first: rows.lowerBound) }
    return tiles
  }

  /// Passes over the sources of `chunk`, `pass` of them at a time.
  private func passes(over sources: Dataset, _ chunk: Range<Int>) throws(ElasticityError) -> [SourcePass] {
    let ranges = ExactEngine.ranges(chunk.count, of: ExactEngine.pass)
    let passes = concurrently(ranges) { rows in
      SourcePass(
        network: network, weights: weights, loss: loss, sources: sources,
        rows: chunk.lowerBound + rows.lowerBound..<chunk.lowerBound + rows.upperBound)
    }
    for pass in passes { try checkFinite(pass.activations.output, first: pass.rows.lowerBound) }
    return passes
  }

  private func concurrently<Result: Sendable>(
    _ ranges: [Range<Int>], _ body: @Sendable (Range<Int>) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: ranges.count)
    workers.forEach(of: &results) { index, result in result = body(ranges[index]) }
    return results.compactMap { $0 }
  }

  /// 0..<count in ranges of `size`, the last one shorter.
  private static func ranges(_ count: Int, of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  private func checkFinite(_ outputs: Tensor, first: Int) throws(ElasticityError) {
    let bad = outputs.withSpan { span in span.indices.first { !span[$0].isFinite } }
    if let bad { throw .notFinite(sample: first + bad / max(outputs.shape.last ?? 1, 1)) }
  }
}
