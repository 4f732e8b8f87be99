import Autodiff
import Datasets
import Kernels
import Network
import Tensor
import Training

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
  private let kept = KeptWork()

  /// Below this many multiply-adds a dense difference pass, twice the work of a subtraction, is not worth saving on: with
  /// an MLP it is a hundred times more accurate.
  public static let smallNetwork = 1_000_000
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
  /// - Parameter distances: those under which pairs are to be kept or dropped. Each has its row in the responses, and the
  ///   arithmetic is checked where they need it most; without any, changes alone are given.
  /// - Throws: `ElasticityError`, among it `interrupted` when `shouldStop` answers true between two sources.
  /// - Complexity: about sources · (probes + 6) + probes forward passes, twice that for a source whose subtraction does
  ///   not hold. Memory: `MemoryPlan`.
  public func responses(
    sources: Dataset, probes: Dataset, update: UpdateRule, method: Method = .automatic,
    distances: [Distance] = [], shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(ElasticityError) -> [SourceResponse] {
    guard sources.count <= ExactEngine.mostPairs / max(probes.count, 1) else {
      throw .tooManyPairs(sources: sources.count, probes: probes.count, most: ExactEngine.mostPairs)
    }
    if case .biasOnly = update.plain {
      return try biasOnly(sources: sources, probes: probes, update, distances)
    }
    if update.isFirstOrder, method == .subtraction { throw .noSubtraction }
    let plan = try plan(sources: sources, probes: probes, update, method, distances)
    var scratch = kept.spare.take(plan.memory.crew, for: network)
    defer { kept.spare.giveBack(scratch) }
    var responses: [SourceResponse] = []
    let crew = Workers(count: plan.memory.crew)
    for chunk in ExactEngine.ranges(sources.count, of: plan.memory.chunk) {
      let passes = try passes(over: sources, chunk, plan.memory)
      let bySource = passes.flatMap { pass in pass.rows.map { (source: $0, pass: pass) } }
      let groups = ExactEngine.ranges(bySource.count, of: plan.memory.group)
      var results = [[SourceResponse]?](repeating: nil, count: groups.count)
      crew.forEach(of: &results, scratch: &scratch) { place, result, scratch in
        if shouldStop() { return }
        result = plan.responses(at: Array(bySource[groups[place]]), &scratch)
      }
      responses += results.compactMap { $0 }.joined()
      guard responses.count == chunk.upperBound else {
        throw .interrupted(sourcesDone: responses.count, of: sources.count)
      }
    }
    return responses
  }

  /// Whether the changes under an update are differences of two predictions, unless those turn out too small for it.
  public func subtracts(_ update: UpdateRule, _ method: Method) -> Bool {
    if case .biasOnly = update.plain { return false }
    guard let (rule, _) = try? rule(of: update) else { return false }
    return !usesDifferences(rule, method)
  }

  /// An Adam step on a large network is dense and mostly large: subtracting costs half as much as a difference.
  private func usesDifferences(_ rule: StepEngine.Rule, _ method: Method) -> Bool {
    switch method {
    case .difference: true
    case .subtraction: false
    case .automatic: rule.isLinear || network.tape.multiplyAdds < ExactEngine.smallNetwork
    }
  }

  private func plan(
    sources: Dataset, probes: Dataset, _ update: UpdateRule, _ method: Method, _ distances: [Distance]
  ) throws(ElasticityError) -> StepPlan {
    let (rule, begin) = try rule(of: update)
    let beginsAtGradient = !update.isTrainer
    let usesDifferences = usesDifferences(rule, method)
    // Weights that are not the run's own are prepared for this measurement alone.
    let kept = beginsAtGradient ? kept : KeptWork()
    let weights = layerWeights(begin, packed: usesDifferences ? kept.packed : nil)
    let engine = StepEngine(
      network: network, weights: weights, rule: rule, usesDifferences: usesDifferences,
      isFixed: try fixed(by: update), looks: method == .automatic ? 1024 : StepEngine.piece)
    let selfRows = probes.rows(of: sources)
    let memory = try memoryPlan(sources, probes, usesDifferences: usesDifferences, isLinear: rule.isLinear)
    let tiles = try tiles(of: probes, weights: weights, memory, kept.tiles)
    var plan = StepPlan(
      engine: engine, mayFallBack: method == .automatic, sources: sources, probes: probes, loss: loss,
      tiles: tiles, memory: memory, selfRows: selfRows, beginsAtGradient: beginsAtGradient,
      distances: distances)
    if distances.isEmpty { return plan }
    let places = self.kept.lastPlaces.value { LastPlaces(network, draw: 0, workers) }
    let moved = layerWeights(
      kept.moved.value { places.moved(begin) }, packed: usesDifferences ? kept.packedMoved : nil)
    // A few sources look again at so few probes that these are predicted when they are needed.
    let looksAtMost = !usesDifferences || 2 * sources.count >= probes.count
    let movedTiles = looksAtMost ? try self.tiles(of: probes, weights: moved, memory, kept.movedTiles) : []
    plan.secondLook = StepPlan.SecondLook(engine, places, moved, tiles: movedTiles)
    if !usesDifferences {
      let ofProbes = subtractionNoise(tiles, movedTiles, begin, method)
      plan.noise = (
        ofProbes,
        selfRows.contains(nil)
          ? subtractionNoise(
            try self.tiles(of: sources, weights: weights, memory),
            try self.tiles(of: sources, weights: moved, memory), begin, method) : ofProbes
      )
    }
    return plan
  }

  private func memoryPlan(
    _ sources: Dataset, _ probes: Dataset, usesDifferences: Bool, isLinear: Bool
  ) throws(ElasticityError) -> MemoryPlan {
    try MemoryPlan(
      kept.footprint.value { network.footprint }, sources: sources.count, probes: probes.count,
      usesDifferences: usesDifferences, isLinear: isLinear, workers: workers)
  }

  private func layerWeights(_ tensors: [Tensor], packed: Once<[PackedWeights?]>?) -> LayerWeights {
    LayerWeights(
      tensors: tensors, packed: packed?.value { network.tape.packed(tensors, workers) } ?? [])
  }

  /// What subtraction loses at the samples of some tiles. Where differences may step in, one null step is enough; where
  /// pairs are dropped by it, eight tell the samples apart.
  private func subtractionNoise(
    _ tiles: [Tile], _ moved: [Tile], _ weights: [Tensor], _ method: Method
  ) -> SubtractionNoise {
    let others = (1..<(method == .subtraction ? 8 : 1)).map { draw in
      let weights = LastPlaces(network, draw: draw, workers).moved(weights)
      return concurrently(tiles) { tile, activations in
        network.tape.evaluate(weights, tile.input, for: .prediction, into: &activations)
        return activations.output.doubles
      }
    }
    return SubtractionNoise(
      outputs: tiles.flatMap(\.outputs),
      moved: [moved.flatMap(\.outputs)] + others.map { $0.flatMap(\.self) }, classes: network.outputs)
  }

  /// The control: the same change of the output bias, so of the logits, at every probe.
  private func biasOnly(
    sources: Dataset, probes: Dataset, _ update: UpdateRule, _ distances: [Distance]
  ) throws(ElasticityError) -> [SourceResponse] {
    guard let bias = network.outputBias else { throw .noOutputBias(model: network.model.name) }
    if try fixed(by: update)[bias] {
      throw .withoutOutputBias(pattern: update.patterns[0], bias: network.parameters[bias].name)
    }
    let learningRate = update.learningRate
    let selfRows = probes.rows(of: sources)
    let memory = try memoryPlan(sources, probes, usesDifferences: false, isLinear: true)
    let tiles = try tiles(of: probes, weights: LayerWeights(tensors: weights), memory, kept.tiles)
    var responses: [SourceResponse] = []
    for chunk in ExactEngine.ranges(sources.count, of: memory.chunk) {
      for pass in try passes(over: sources, chunk, memory) {
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
          var response = SourceResponse(
            source: source, selfRow: selfRows[source], own: own[place], probes: changes, finding: .nothing,
            isFitted: pass.isFitted(source), isStill: own[place].largestChange == 0, noise: .ofDifference)
          response.rows = distances.map { ($0, response.newRow($0, .ofDifference)) }
          responses.append(response)
        }
      }
    }
    return responses
  }

  /// - Parameter kept: those of the last probes at these weights, which take their place.
  private func tiles(
    of data: Dataset, weights: LayerWeights, _ memory: MemoryPlan, _ kept: KeptTiles? = nil
  ) throws(ElasticityError) -> [Tile] {
    if let tiles = kept?.tiles(of: data, memory.tile, keepsBase: memory.keepsBase) { return tiles }
    let ranges = ExactEngine.ranges(data.count, of: memory.tile)
    let tiles = concurrently(ranges) { rows, activations in
      // What a tile keeps is its own.
      if memory.keepsBase { activations = Activations() }
      return Tile(
        network: network, weights: weights, data: data, rows: Array(rows), loss: loss,
        keepsBase: memory.keepsBase, &activations)
    }
    for (tile, rows) in zip(tiles, ranges) { try checkFinite(tile.outputs, first: rows.lowerBound) }
    kept?.keep(tiles, of: data, memory.tile, keepsBase: memory.keepsBase)
    return tiles
  }

  /// Passes over the sources of `chunk`, some of them at a time.
  private func passes(
    over sources: Dataset, _ chunk: Range<Int>, _ memory: MemoryPlan
  ) throws(ElasticityError) -> [SourcePass] {
    let size = min(MemoryPlan.mostInPass, max(1, memory.chunk / memory.crew))
    let passes = concurrently(ExactEngine.ranges(chunk.count, of: size)) { rows, _ in
      SourcePass(
        network: network, weights: weights, loss: loss, sources: sources,
        rows: chunk.lowerBound + rows.lowerBound..<chunk.lowerBound + rows.upperBound)
    }
    for pass in passes { try checkFinite(pass.activations.output.doubles, first: pass.rows.lowerBound) }
    return passes
  }

  /// - Parameter body: gets buffers that one worker has to itself.
  private func concurrently<Element: Sendable, Result: Sendable>(
    _ pieces: [Element], _ body: @Sendable (Element, inout Activations) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: pieces.count)
    var buffers = [Activations](repeating: Activations(), count: min(workers.count, pieces.count))
    workers.forEach(of: &results, scratch: &buffers) { index, result, buffers in
      result = body(pieces[index], &buffers)
    }
    return results.compactMap { $0 }
  }

  /// 0..<count in ranges of `size`, the last one shorter.
  private static func ranges(_ count: Int, of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  private func checkFinite(_ outputs: [Double], first: Int) throws(ElasticityError) {
    if let bad = outputs.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(sample: first + bad / max(network.outputs, 1))
    }
  }
}
