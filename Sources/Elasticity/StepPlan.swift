import Autodiff
import Datasets
import Kernels
import Network
import Tensor

/// What all sources of one measurement under one update have in common, and what is done at each.
struct StepPlan: Sendable {
  /// The first choice.
  let engine: StepEngine
  /// Whether differences step in at a source where subtraction would drop a pair that they can give.
  let mayFallBack: Bool
  let sources: Dataset
  let probes: Dataset
  let loss: Loss
  let tiles: [Tile]
  let memory: MemoryPlan
  /// For each source its row among the probes.
  let selfRows: [Int?]
  /// Whether the weights where changes begin are those where gradients are taken.
  let beginsAtGradient: Bool
  /// The distances under which pairs are kept or dropped, and for which the arithmetic is checked.
  let distances: [Distance]
  /// The rounding of subtracted predictions at probes and sources; nil where nothing is subtracted.
  var noise: (probes: SubtractionNoise, sources: SubtractionNoise)?
  /// Nil where nothing is computed again.
  var secondLook: SecondLook?

  /// What the second computation at each source begins with.
  struct SecondLook: Sendable {
    /// The places in which its weights differ from the first ones.
    let places: LastPlaces
    let bySubtraction: StepEngine
    let byDifferences: StepEngine
    /// The probes predicted from those weights, or none where few of them are looked at again.
    let tiles: [Tile]

    init(_ engine: StepEngine, _ places: LastPlaces, _ weights: LayerWeights, tiles: [Tile]) {
      (self.places, self.tiles) = (places, tiles)
      bySubtraction = engine.with(weights, usesDifferences: false)
      byDifferences = engine.with(weights, usesDifferences: true)
    }

    var weights: LayerWeights { byDifferences.weights }
  }

  /// The responses to the steps at some sources, each with the pass that it belongs to.
  func responses(
    at sources: [(source: Int, pass: SourcePass)], _ scratch: inout StepScratch
  ) -> [SourceResponse] {
    let first = changes(by: engine, at: sources, tiles, &scratch)
    guard mayFallBack, !engine.usesDifferences else { return first }
    var pieces: [Tile]?
    defer { if pieces != nil { scratch.forgetDifferences() } }
    return zip(first, sources).map { response, source in
      guard response.isOutdoneByDifferences else { return response }
      let tiles = pieces ?? piecesOfTiles()
      pieces = tiles
      return changes(by: engine.with(usesDifferences: true), at: [source], tiles, &scratch)[0]
    }
  }

  /// The same probes, so few at a time that a difference finds room in place of a prediction.
  private func piecesOfTiles() -> [Tile] {
    stride(from: 0, to: probes.count, by: memory.tile).flatMap { first in
      tiles[first / memory.tile].pieces(of: memory.piece, probes, first: first, loss: loss)
    }
  }

  /// Takes all steps and then goes through the tiles, so that base predictions that are not kept are made once for all.
  private func changes(
    by engine: StepEngine, at sources: [(source: Int, pass: SourcePass)], _ tiles: [Tile],
    _ scratch: inout StepScratch
  ) -> [SourceResponse] {
    var steps = sources.map { engine.step(at: $0.source, $0.pass, &scratch) }
    if tiles.count > 1 {
      for place in steps.indices { steps[place].pack(engine.network.tape) }
    }
    var changes = [[PredictionChange]](repeating: [], count: steps.count)
    for tile in tiles {
      let base = engine.base(at: tile, &scratch)
      for (place, step) in steps.enumerated() {
        let part = engine.changes(of: step, at: tile, base: base, &scratch)
        if changes[place].isEmpty { changes[place] = part } else { changes[place] += part }
      }
      if let base { scratch.base.keep(base, tile.samples) }
    }
    var responses: [SourceResponse] = []
    for (place, (source, pass)) in sources.enumerated() {
      responses.append(response(by: engine, to: &steps[place], at: source, changes[place], pass, &scratch))
    }
    return responses
  }

  /// - Parameter step: its room is given back.
  private func response(
    by engine: StepEngine, to step: inout Step, at source: Int, _ changes: [PredictionChange],
    _ pass: SourcePass, _ scratch: inout StepScratch
  ) -> SourceResponse {
    step.packed = []
    let row = selfRows[source]
    let own: PredictionChange
    if let row {
      own = changes[row]
    } else {
      own = engine.changes(of: step, at: alone(source, engine), &scratch)[0]
    }
    let noise: SourceResponse.Noise =
      if let noise, !engine.usesDifferences {
        .ofSubtraction(probes: noise.probes, sources: noise.sources, own: row ?? source)
      } else { .ofDifference }
    var response = SourceResponse(
      source: source, selfRow: row, own: own, probes: changes,
      finding: finding(step, own, pass.outputs(source)),
      isFitted: pass.isFitted(source),
      isStill: own.largestChange == 0 && (engine.usesDifferences || step.sums.live == 0),
      lostPart: step.sums.lostPart, noise: noise)
    response.rows = distances.map { ($0, response.newRow($0, noise)) }
    addAgain(to: &response, &step, engine, pass, &scratch)
    return response
  }

  /// The base prediction of a source that is no probe.
  private func alone(_ source: Int, _ engine: StepEngine) -> Tile {
    var activations = Activations()
    return Tile(
      network: engine.network, weights: engine.weights, data: sources, rows: [source], loss: loss,
      keepsBase: engine.usesDifferences, &activations)
  }

  private func finding(_ step: Step, _ own: PredictionChange, _ outputs: [Double]) -> StepFinding {
    if !beginsAtGradient {
      let squares = zip(own.z, outputs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return .trainer(drift: squares.squareRoot())
    }
    guard case .adamFresh = engine.rule else { return .nothing }
    return .freshAdam(
      smallGradients: Double(step.sums.small) / Double(max(step.sums.live, 1)))
  }

  /// Adds the changes at the source and at a probe of smallest D once more, from weights that are moved within their
  /// rounding, so that no sum rounds as it did. Differences are used where the measurement is asked to subtract; where it
  /// subtracts by its own choice, steps are large and a second subtraction tells as much at half the cost.
  private func addAgain(
    to response: inout SourceResponse, _ step: inout Step, _ engine: StepEngine, _ pass: SourcePass,
    _ scratch: inout StepScratch
  ) {
    guard let secondLook, response.rows.contains(where: { $0.distance.isConsistent && $0.row.cause == nil })
    else {
      scratch.reclaim(&step, isFixed: engine.isFixed)
      return
    }
    let again =
      engine.usesDifferences || !mayFallBack ? secondLook.byDifferences : secondLook.bySubtraction
    if case .weights(var weights) = step.movement {
      // Let go of the weights, so that they are moved where they lie.
      step.movement = .changes([])
      if again.usesDifferences {
        step.movement = .weights(weights)
        scratch.reclaim(&step, isFixed: engine.isFixed)
        step = again.step(at: response.source, pass, &scratch)
      } else {
        secondLook.places.move(&weights) { !engine.isFixed[$0] }
        for parameter in weights.indices where engine.isFixed[parameter] {
          weights[parameter] = secondLook.weights.tensors[parameter]
        }
        step.movement = .weights(weights)
      }
    }
    let samples = [response.selfRow, response.mostDoubtfulProbe].compactMap(\.self)
    if response.selfRow == nil {
      let alone = alone(response.source, again)
      response.again.append(.init(probe: nil, change: again.changes(of: step, at: alone, &scratch)[0]))
    }
    let together = again.usesDifferences && !engine.usesDifferences ? memory.piece : samples.count
    for first in stride(from: 0, to: samples.count, by: max(together, 1)) {
      let samples = samples[first..<min(first + together, samples.count)]
      let tile = tile(of: Array(samples), secondLook, by: again, &scratch)
      let changes = again.changes(of: step, at: tile, &scratch)
      if let base = tile.base { scratch.activations.keep(base, samples.count) }
      for (probe, change) in zip(samples, changes) {
        response.again.append(.init(probe: probe == response.selfRow ? nil : probe, change: change))
      }
    }
    scratch.reclaim(&step, isFixed: again.isFixed)
  }

  /// Some probes as the moved weights predict them, taken from what is known of them.
  private func tile(
    of samples: [Int], _ look: SecondLook, by again: StepEngine, _ scratch: inout StepScratch
  ) -> Tile {
    let targets = probes.changeTargets(samples, loss: loss)
    let known = samples.compactMap { sample in
      look.tiles.isEmpty ? nil : (tile: look.tiles[sample / memory.tile], place: sample % memory.tile)
    }
    let width = engine.network.outputs
    if !again.usesDifferences, !known.isEmpty {
      let outputs = known.flatMap { $0.tile.outputs[$0.place * width..<($0.place + 1) * width] }
      return Tile(input: probes.batch(rows: samples), targets: targets, outputs: outputs)
    }
    var base = scratch.activations.take(samples.count) ?? Activations()
    let bases = known.compactMap { known in known.tile.base.map { (base: $0, place: known.place) } }
    if bases.isEmpty {
      engine.network.tape.evaluate(
        look.weights.tensors, packed: look.weights.packed, probes.batch(rows: samples), into: &base)
    } else {
      for (place, known) in bases.enumerated() {
        base.copy(known.place, of: known.base, to: place, of: samples.count, for: engine.network.tape)
      }
    }
    return Tile(base: base, targets: targets)
  }
}

extension SourceResponse {
  /// Of the kept probes that have the smallest D under a distance the one whose D is the least certain.
  fileprivate var mostDoubtfulProbe: Int? {
    var found: (probe: Int, error: Double)?
    for case let (distance, row) in rows where distance.isConsistent {
      guard let probe = row.smallest else { continue }
      let error = distance.error(of: probes[probe], rounding(atProbe: probe)) / abs(row.probe[probe])
      if error > found?.error ?? -1 { found = (probe, error) }
    }
    return found?.probe
  }

  /// Whether a pair is lost in the rounding of subtracted predictions that a difference would show.
  fileprivate var isOutdoneByDifferences: Bool {
    rows.contains { distance, row in
      if row.cause == .rounding { return true }
      guard row.lostPairs > 0 else { return false }
      // What is 0 may have been lost; what is not would be as large in a difference, which rounds less.
      return zip(row.values, zip(row.probe, newRow(distance, .ofDifference).values)).contains { s, exact in
        s.isNaN && (exact.0 == 0 || !exact.1.isNaN)
      }
    }
  }
}
