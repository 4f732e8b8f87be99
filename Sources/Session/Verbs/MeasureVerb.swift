import Datasets
import Elasticity
import Language
import Tables

extension Verb {
  static let measure = Verb(
    "measure", "S_rel of a run: how far a step at one sample moves the prediction at another",
    things: [
      ThingDeclaration("QUANTITY", .word(["srel"]), "what to measure"),
      ThingDeclaration(
        "RUN", .runs, .optional,
        "the run, or several, such as checkpoints, one after the other; inside a block the one that is trained"
      ),
    ],
    options: [
      OptionDeclaration("points", .dataset, "samples that are each source and probe"),
      OptionDeclaration("source", .dataset, "samples at which the step is taken"),
      OptionDeclaration("probe", .dataset, "samples whose prediction is watched"),
      OptionDeclaration("update", .recipes(.update), default: "sgd(lr=0.001)", "the step taken at a source"),
      OptionDeclaration(
        "distance", .words(Distance.allCases.map(\.rawValue)), default: "kl", "how far a prediction moved"),
      OptionDeclaration(
        "average", .words(Average.allCases.map(\.rawValue)),
        default: "[mean, ratio_of_means, median, geomean]",
        "how the pairs of two classes become one number; from 5 samples a class with a 95 % interval for other samples of the same classes, which for means supposes that samples differ about lognormally (under heavier tails it covers less, whatever the number of samples) and for geomean and median does not; over 100 times as high as low it is left out"
      ),
      OptionDeclaration(
        "control", .words(Control.allCases.map(\.rawValue)), default: "none",
        "what is taken out, to see what is left"),
      OptionDeclaration("self", .flag, default: "no", "count the pairs of a sample with itself"),
      OptionDeclaration(
        "keep", .word(["averages", "pairs"]), default: "averages", "averages of classes, or single pairs"),
      OptionDeclaration(
        "group", .names("an attribute"),
        "group pairs by an attribute, such as corrupted, in place of the class"),
      OptionDeclaration("before", .text, "predictions from elsewhere: old logits, NPY of [probe, class]"),
      OptionDeclaration("after", .text, "with before=: new logits, NPY of [source, probe, class]"),
      OptionDeclaration("labels", .text, "with before=: the class of each probe, NPY of [probe]"),
      OptionDeclaration(
        "sources", .text,
        "with before=: which probe each source is, NPY of [source]; else the probes in order"),
      OptionDeclaration(
        "drift", .flag, default: "no",
        "add a column kernel_drift: how far the tangent kernel at the sources is from that of the first weights"
      ),
      OptionDeclaration(
        "alignment", .flag, default: "no",
        "add columns alignment, alignment_plain and alignment_centered: how well the tangent kernel at the sources tells their classes apart"
      ),
      OptionDeclaration(
        "method", .word(Method.allCases.map(\.rawValue)), default: "auto",
        "how the change of predictions is computed"),
    ],
    notes: [
      """
      S(x → x') = D(x') / D(x) is measured after the training step of the row, at the weights that it left; \
      loss and accuracy beside it are those of the batch of that step, before it. `help S` and `help kl` give \
      formulas; so do the names of other distances, averages, updates and columns.
      """,
      """
      Computed again within 3e-07, in the line of a measurement: D at every source, and at its kept probe \
      with the smallest D, is computed a second time by differences, from weights moved within their last \
      place so that no sum rounds as before. It is the largest relative deviation. Where it is large, S is \
      wrong by as much: take a larger step, or method=difference.
      """,
      """
      A row of control=bias_only stands once for each update, which the column controls names; update and \
      update_lr are those of the control itself.
      """,
    ], example: "measure srel run points=shoes[0..5] distance=[logits, kl]"
  ) { session, call in
    if ["before", "after", "labels", "sources"].contains(where: { call.options[$0] != nil }) {
      return try measurePredictions(session, call)
    }
    let (sources, probes) = try points(call)
    if call.things.count > 1, case .runs(let series) = call.things[1] {
      return .table(try series.stacked { try srel(of: $0, sources, probes, session, call) })
    }
    return .table(try srel(of: session.run(call, place: 1), sources, probes, session, call))
  }

  /// The table of one run.
  private static func srel(
    of trained: TrainedRun, _ sources: Dataset, _ probes: Dataset, _ session: Session, _ call: Call
  ) throws -> Table {
    let keepsPairs = call.text("keep") == "pairs"
    let updates = try updates(call, session)
    if trained.isCheckpoint, updates.contains(where: { if case .trainer = $0.plain { true } else { false } })
    {
      throw EngineErrors.diagnostic(ElasticityError.noTrainer, at: call.range(of: "update"))
    }
    let options = MeasurementOptions(
      updates: updates,
      distances: call.words("distance")?.compactMap(Distance.init) ?? [.kl],
      averages: call.words("average")?.compactMap(Average.init) ?? Average.allCases,
      controls: call.words("control")?.compactMap(Control.init) ?? [.none], includesSelf: call.flag("self"),
      method: call.text("method").flatMap(Method.init) ?? .automatic, keepsPairs: keepsPairs,
      group: call.text("group"))
    // Inside a training the first request to stop lets the present step finish, with its measurement.
    let isInside = session.training != nil
    let interruption = session.interruption
    let meter = MeasurementMeter(total: sourceCount(sources, options), tell: session.measured)
    do throws(ElasticityError) {
      let measurement = try Measurement(
        of: trained.run, name: trained.name, sources: sources, probes: probes, options: options,
        workers: session.workers
      ) {
        if isInside { return interruption.isAbandonment }
        if interruption.isRequested { return true }
        meter.count()
        return false
      }
      if let training = session.training {
        training.checks.add(measurement.summaries, includesSelf: options.includesSelf)
      } else {
        for summary in measurement.summaries {
          session.output(.echo(summary.text(includesSelf: options.includesSelf)))
        }
      }
      let table = keepsPairs ? measurement.pairs ?? measurement.averages : measurement.averages
      return try session.addingKernel(
        to: table, trained, sources, drift: call.flag("drift"), alignment: call.flag("alignment"))
    } catch {
      if case .interrupted(let done, let count) = error {
        if isInside { throw Stop.interrupted }
        session.output(.warning("measurement abandoned after \(done) of \(count) sources, nothing kept"))
        throw Stop.interrupted
      }
      throw EngineErrors.diagnostic(error, at: place(of: error, call))
    }
  }

  /// S of predictions that were computed elsewhere.
  private static func measurePredictions(_ session: Session, _ call: Call) throws -> Value {
    func array(_ name: String) throws -> NPYArray {
      guard let path = call.text(name) else {
        throw SessionError.missingOption(owner: "measure", option: name, kind: "the name of an NPY file")
          .diagnostic(at: call.command.range)
      }
      return try session.located(at: call.range(of: name)) { try NPYArray(reading: path) }
    }
    for name in ["points", "source", "probe", "update", "group", "method"] where call.ranges[name] != nil {
      throw SessionError.conflictingOptions("before", name).diagnostic(at: call.range(of: name))
    }
    if call.things.count > 1 {
      throw SessionError.surplusThing(owner: "measure srel before=…")
        .diagnostic(at: call.command.items[1].range)
    }
    let (before, after, labels) = (try array("before"), try array("after"), try array("labels"))
    let sources = call.options["sources"] == nil ? nil : try array("sources")
    let options = MeasurementOptions(
      distances: call.words("distance")?.compactMap(Distance.init) ?? [.kl],
      averages: call.words("average")?.compactMap(Average.init) ?? Average.allCases,
      controls: call.words("control")?.compactMap(Control.init) ?? [.none], includesSelf: call.flag("self"),
      keepsPairs: call.text("keep") == "pairs")
    do throws(ElasticityError) {
      let predictions = try ForeignPredictions(
        before: before, after: after, labels: labels, sources: sources
      ) { "'\(call.text($0) ?? $0)'" }
      let measurement = try Measurement(
        of: predictions,
        context: MeasurementContext(
          run: session.assignee ?? "given", seed: session.seed, epoch: 0, step: 0, loss: nil, accuracy: nil),
        options: options, workers: session.workers)
      for summary in measurement.summaries {
        session.output(.echo(summary.text(includesSelf: options.includesSelf)))
      }
      return .table(measurement.pairs ?? measurement.averages)
    } catch {
      throw EngineErrors.diagnostic(error, at: place(of: error, call))
    }
  }

  /// How many sources the engine goes through: those of each update once, whatever the controls but `bias_only`, which
  /// takes no pass.
  private static func sourceCount(_ sources: Dataset, _ options: MeasurementOptions) -> Int {
    let passes = options.updates.count { if case .biasOnly = $0.plain { false } else { true } }
    return options.controls.contains { $0 != .biasOnly } ? sources.count * passes : 0
  }

  /// The option that an error of a measurement belongs to.
  private static func place(of error: ElasticityError, _ call: Call) -> ByteRange {
    switch error {
    case .otherShape(let what, _, _), .otherClasses(let what, _, _):
      call.ranges[what == "sources" ? "source" : "probe"] ?? call.range(of: "points")
    case .needsClasses: call.range(of: "distance")
    case .needsLearningRate, .noOutputBias, .withoutOutputBias, .noSuchWeights, .noTrainer:
      call.range(of: "update")
    case .notOfFirstOrder: call.range(of: "distance")
    case .noSuchAttribute: call.range(of: "group")
    case .noSubtraction: call.range(of: "method")
    case .misshapen(let option, _, _), .notInRange(let option, _, _, _, _),
      .notFinitePrediction(let option, _, _, _, _):
      call.range(of: option)
    case .needsNetwork: call.range(of: "control")
    default: call.command.range
    }
  }

  /// The data sets of sources and of probes: `points=` for both, or `source=` and `probe=`.
  static func points(_ call: Call) throws -> (sources: Dataset, probes: Dataset) {
    func data(_ name: String) -> Dataset? {
      if case .dataset(let data)? = call.options[name] { data } else { nil }
    }
    switch (data("points"), data("source"), data("probe")) {
    case (let points?, nil, nil): return (points, points)
    case (nil, let source?, let probe?): return (source, probe)
    case (nil, nil, nil):
      throw SessionError.missingOption(
        owner: call.verb.name, option: "points", kind: "samples, such as pts = pick d per_class=20"
      )
      .diagnostic(at: call.command.range)
    case (nil, nil, _):
      throw SessionError.missingOption(owner: call.verb.name, option: "source", kind: "a data set")
    case (nil, _, nil):
      throw SessionError.missingOption(owner: call.verb.name, option: "probe", kind: "a data set")
    default:
      let other = call.ranges["source"] == nil ? "probe" : "source"
      throw SessionError.conflictingOptions("points", other).diagnostic(at: call.range(of: other))
    }
  }

  private static func updates(_ call: Call, _ session: Session) throws -> [UpdateRule] {
    let value = call.options["update"] ?? .nothing
    return try session.located(at: call.range(of: "update")) {
      try (value.elements ?? [value]).compactMap { item in
        if case .recipe(let recipe) = item { try recipe.update() } else { nil }
      }
    }
  }
}

extension Measurement.Summary {
  /// `update sgd(lr=0.001), self left out, 60 x 60 pairs, dropped 0, computed again within 3e-07`
  func text(includesSelf: Bool) -> String {
    var parts = ["update \(update.text)"]
    if control != .none {
      parts.append("control \(control.rawValue)" + (controls.map { " of \($0.text)" } ?? ""))
    }
    parts.append(includesSelf ? "self counted" : "self left out")
    parts.append("\(sources) x \(probes) pairs")
    var causes = dropped.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\("\($0.value)".counting("source")) \($0.key.rawValue)"
    }
    if lostPairs > 0 {
      causes.append("\("\(lostPairs)".counting("pair")) \(DropCause.rounding.rawValue)")
    }
    parts.append("dropped \(causes.isEmpty ? "0" : causes.joined(separator: ", "))")
    if let selfCheck { parts.append("computed again within \(selfCheck.significant(2))") }
    if let smallGradients, smallGradients > 0 {
      parts.append("small gradients \((100 * smallGradients).significant(2)) %")
    }
    if let drift {
      parts.append(
        "momentum and decay alone move the logits by \(drift.significant(2)) of the gradient's part")
    }
    for (reason, count) in withoutInterval.sorted(by: { $0.key < $1.key }) {
      parts.append("no interval for \("\(count)".counting("average")) (\(reason))")
    }
    return parts.joined(separator: ", ")
  }
}
