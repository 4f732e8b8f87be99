import Datasets
import Kernels
import Network
import Random
import Tables
import Tensor
import Training

/// A way to take the elasticity out of a measurement, to see what is left (`elasticity.md` §5).
public enum Control: String, CaseIterable, Hashable, Sendable, Codable {
  case none
  /// Each update moves the output bias alone, with the update's lr.
  case biasOnly = "bias_only"
  /// The probes' classes are permuted (stream `shuffle`).
  case shuffle
}

/// What to measure and how to average it.
public struct MeasurementOptions: Hashable, Sendable {
  public var updates: [UpdateRule]
  public var distances: [Distance]
  public var averages: [Average]
  public var controls: [Control]
  /// Whether pairs x' = x are counted (the paper does).
  public var includesSelf: Bool
  public var method: Method
  /// Whether the table of single pairs is kept.
  public var keepsPairs: Bool
  /// The attribute by which pairs are grouped in place of the class.
  public var group: String?

  public init(
    updates: [UpdateRule] = [.sgd(learningRate: 1e-3)], distances: [Distance] = [.kl],
    averages: [Average] = Average.allCases, controls: [Control] = [.none], includesSelf: Bool = false,
    method: Method = .automatic, keepsPairs: Bool = false, group: String? = nil
  ) {
    self.group = group
    self.updates = updates
    self.distances = distances
    self.averages = averages
    self.controls = controls
    self.includesSelf = includesSelf
    self.method = method
    self.keepsPairs = keepsPairs
  }
}

/// Where in a training a measurement is made: the first columns of its tables.
public struct MeasurementContext: Hashable, Sendable {
  public var run: String
  public var seed: Seed
  public var epoch: Double
  public var step: Int
  public var loss: Double?
  public var accuracy: Double?

  public init(run: String, seed: Seed, epoch: Double, step: Int, loss: Double?, accuracy: Double?) {
    self.run = run
    self.seed = seed
    self.epoch = epoch
    self.step = step
    self.loss = loss
    self.accuracy = accuracy
  }
}

/// S_rel of a network at one moment.
public struct Measurement: Sendable {
  /// What one update gave, for the line that is printed.
  public struct Summary: Hashable, Sendable, Codable {
    public var update: UpdateRule
    public var control: Control
    /// The update that the control controls; nil for no control.
    public var controls: UpdateRule?
    public var sources: Int
    public var probes: Int
    /// Dropped sources by cause, the most that any of the distances drops.
    public var dropped: [DropCause: Int]
    /// Pairs lost in rounding at sources that are kept, the most that any of the distances drops.
    public var lostPairs = 0
    /// The largest relative deviation of D at a source, or at its kept probe with the smallest D, computed again by other
    /// arithmetic: over sources and consistent distances. Nil for an update whose effect is not computed again.
    public var selfCheck: Double?
    /// Mean over sources of the fraction of live weights where Adam leaves its sign regime.
    public var smallGradients: Double?
    /// How many averages have no interval, by the reason (`NoInterval.summary`).
    public var withoutInterval: [String: Int] = [:]
    /// `trainer`: mean ‖Δz‖ at the sources by momentum and weight decay alone, over that by the gradient.
    public var drift: Double?
  }

  /// One row for each update, control of an update, distance, pair of classes and average (`Table.Schema.averages`).
  public private(set) var averages = Table(columns: Table.Schema.averages)
  /// One row for each pair of samples, where asked for (`Table.Schema.pairs`).
  public private(set) var pairs: Table?
  public private(set) var summaries: [Summary] = []

  /// Measures at the present weights of a run, which is left as it is to the bit.
  ///
  /// - Throws: `ElasticityError`; nothing is kept of a measurement that was stopped.
  /// - Complexity: about updates · sources · (probes + 4) forward passes, whatever the distances and class pairs.
  public init(
    of run: Run, name: String, sources: Dataset, probes: Dataset, options: MeasurementOptions,
    workers: Workers,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(ElasticityError) {
    let last = run.history.last
    var options = options
    options.updates = options.updates.map { $0.withRate(ofTrainer: run.optimizer.learningRate) }
    try self.init(
      network: run.network, weights: run.weights, loss: run.options.loss, classes: run.data.classNames,
      context: MeasurementContext(
        run: name, seed: run.options.seed, epoch: run.epoch, step: run.step, loss: last?.loss,
        accuracy: last?.accuracy),
      sources: sources, probes: probes, options: options, workers: workers,
      trainer: Trainer(optimizer: run.optimizer, state: run.state), shouldStop: shouldStop)
  }

  /// Measures at any weights of a network.
  ///
  /// - Throws: `ElasticityError`.
  public init(
    network: Network, weights: [Tensor], loss: Loss, classes: [String], context: MeasurementContext,
    sources: Dataset,
    probes: Dataset, options: MeasurementOptions, workers: Workers, trainer: Trainer? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(ElasticityError) {
    try Measurement.check(
      network, classes: classes, loss: loss, sources: sources, probes: probes, options: options)
    if options.keepsPairs { pairs = Table(columns: Table.Schema.pairs) }
    let sourceGroups = try sources.group(by: options.group)
    let probeGroups = try probes.group(by: options.group)
    let names = options.group == nil ? classes : Set(sourceGroups + probeGroups).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    let engine = ExactEngine(
      network: network, weights: weights, loss: loss, workers: workers, trainer: trainer)
    var biasOnly: [Double: [SourceResponse]] = [:]
    for update in options.updates {
      var responses: [SourceResponse]?
      for control in options.controls {
        let actual = control == .biasOnly ? .biasOnly(learningRate: update.learningRate) : update
        // Two updates with one lr have the same control, which is measured once.
        let known = control == .biasOnly ? biasOnly[update.learningRate] : responses
        let found =
          if let known { known } else {
            try engine.responses(
              sources: sources, probes: probes, update: actual, method: options.method,
              distances: options.distances, shouldStop: shouldStop)
          }
        if control == .biasOnly { biasOnly[update.learningRate] = found } else { responses = found }
        var probeLabels = probeGroups.map { places[$0] ?? 0 }
        if control == .shuffle {
          var generator = RandomStream(context.seed, .shuffle).generator()
          probeLabels = generator.permutation(probes.count).map { [probeLabels] in probeLabels[$0] }
        }
        add(
          found, update: actual, control: control, of: update,
          Grouping(
            sources: sources, probes: probes, names: names,
            sourceLabels: sourceGroups.map { places[$0] ?? 0 }, probeLabels: probeLabels,
            selfRows: probes.rows(of: sources),
            includesSelf: options.includesSelf),
          options, context, workers)
      }
    }
  }

  /// Measures predictions that were computed elsewhere: every distance, average, interval and control but `bias_only`.
  ///
  /// - Throws: `ElasticityError`.
  public init(
    of predictions: ForeignPredictions, context: MeasurementContext, options: MeasurementOptions,
    workers: Workers
  ) throws(ElasticityError) {
    if options.keepsPairs { pairs = Table(columns: Table.Schema.pairs) }
    if options.controls.contains(.biasOnly) { throw .needsNetwork(control: .biasOnly) }
    let probes = predictions.probes
    let responses = predictions.responses(options.distances)
    guard let sources = try? probes.subset(rows: predictions.sources) else { throw .noSources }
    for control in options.controls {
      var labels = probes.labels
      if control == .shuffle {
        var generator = RandomStream(context.seed, .shuffle).generator()
        labels = generator.permutation(probes.count).map { probes.labels[$0] }
      }
      add(
        responses, update: .given, control: control, of: .given,
        Grouping(
          sources: sources, probes: probes, names: probes.classNames, sourceLabels: sources.labels,
          probeLabels: labels, selfRows: predictions.sources, includesSelf: options.includesSelf),
        options, context, workers)
    }
  }

  private mutating func add(
    _ responses: [SourceResponse], update: UpdateRule, control: Control, of controlled: UpdateRule,
    _ grouping: Grouping, _ options: MeasurementOptions, _ context: MeasurementContext, _ workers: Workers
  ) {
    var summary = Summary(
      update: update, control: control, controls: control == .none ? nil : controlled,
      sources: grouping.sources.count, probes: grouping.probes.count,
      dropped: [:])
    summary.add(responses)
    let keys: [String: Cell] = context.cells.merging(
      [
        "update": .text(update.name), "update_lr": .number(update.learningRate),
        "control": .text(control.rawValue),
        "controls": control == .none ? .missing : .text(controlled.name),
      ], uniquingKeysWith: { first, _ in first })
    // Averages and their intervals: one distance a piece of work.
    var parts = options.distances.map { DistancePart(distance: $0) }
    workers.forEach(of: &parts) { _, part in
      let ratios = Ratios(responses, distance: part.distance)
      let keys = keys.merging(["distance": .text(part.distance.rawValue)]) { first, _ in first }
      part.withoutInterval = grouping.addAverages(
        of: ratios, part.distance, options.averages, keys: keys, to: &part.averages)
      part.keys = keys
      part.ratios = ratios
    }
    for part in parts {
      guard let ratios = part.ratios else { continue }
      for cause in DropCause.allCases {
        let count = ratios.rows.count { $0.cause == cause }
        if count > 0 { summary.dropped[cause] = max(summary.dropped[cause] ?? 0, count) }
      }
      summary.lostPairs = max(summary.lostPairs, ratios.lostPairs)
      if let check = ratios.selfCheck { summary.selfCheck = max(summary.selfCheck ?? 0, check) }
      for reason in part.withoutInterval { summary.withoutInterval[reason.summary, default: 0] += 1 }
      averages.append(rowsOf: part.averages)
      if pairs != nil { grouping.addPairs(of: ratios, keys: part.keys, to: &pairs) }
    }
    summaries.append(summary)
  }

  /// What one distance gives, found by one worker.
  private struct DistancePart: Sendable {
    var distance: Distance
    var keys: [String: Cell] = [:]
    var ratios: Ratios?
    var withoutInterval: [NoInterval] = []
    var averages = Table(columns: Table.Schema.averages)
  }

  private static func check(
    _ network: Network, classes: [String], loss: Loss, sources: Dataset, probes: Dataset,
    options: MeasurementOptions
  ) throws(ElasticityError) {
    guard sources.count > 0 else { throw .noSources }
    guard probes.count > 0 else { throw .noProbes }
    for (what, data) in [("sources", sources), ("probes", probes)] {
      guard data.input == network.input else {
        throw .otherShape(what: what, network: network.input, found: data.input)
      }
      guard data.classNames == classes else {
        throw .otherClasses(what: what, network: classes, found: data.classNames)
      }
    }
    for (what, isEmpty) in [
      ("updates", options.updates.isEmpty), ("distances", options.distances.isEmpty),
      ("averages", options.averages.isEmpty), ("controls", options.controls.isEmpty),
    ] where isEmpty { throw .nothingToMeasure(what: what) }
    for update in options.updates where update.isFirstOrder {
      if let distance = options.distances.first(where: \.isPublished) {
        throw .notOfFirstOrder(distance: distance)
      }
      if options.controls.contains(.biasOnly) {
        throw .needsLearningRate(update: "control=bias_only beside first_order", value: 0)
      }
    }
    for update in options.updates
    where !update.isFirstOrder && !(update.learningRate > 0 && update.learningRate.isFinite) {
      throw .needsLearningRate(update: update.name, value: update.learningRate)
    }
    if loss != .crossEntropy, let distance = options.distances.first(where: \.needsClasses) {
      throw .needsClasses(distance: distance)
    }
  }
}

extension Measurement.Summary {
  /// Takes over what forming the steps found.
  fileprivate mutating func add(_ responses: [SourceResponse]) {
    var (small, drifts): ([Double], [Double]) = ([], [])
    for response in responses {
      switch response.finding {
      case .nothing: break
      case .freshAdam(let smallGradients): small.append(smallGradients)
      case .trainer(let drift): drifts.append(drift)
      }
    }
    if !small.isEmpty { smallGradients = small.reduce(0, +) / Double(small.count) }
    if !drifts.isEmpty {
      let moved = responses.reduce(0) { $0 + Distance.logits.source($1.own) }
      drift = moved > 0 ? drifts.reduce(0, +) / moved : nil
    }
  }
}

extension MeasurementContext {
  var cells: [String: Cell] {
    [
      "run": .text(run), "seed": .number(Double(seed.root)), "epoch": .number(epoch),
      "step": .number(Double(step)),
      "loss": loss.map { .number($0) } ?? .missing, "accuracy": accuracy.map { .number($0) } ?? .missing,
    ]
  }
}

extension Table {
  /// Appends the rows of a table with the same columns.
  fileprivate mutating func append(rowsOf other: Table) {
    for row in 0..<other.rowCount {
      do { try append(other.row(row)) } catch { preconditionFailure("tables of one schema: \(error)") }
    }
  }
}
