import Datasets
import Kernels
import Language
import Network
import Random
import Tables
import Training

extension Verb {
  static let model = Verb(
    "model", "a recipe for a network, without weights",
    things: [
      ThingDeclaration(
        "ARCHITECTURE",
        .word(["linear", "mlp", "cnn", "gate", "homogeneous"] + ResNet.Depth.allCases.map(\.name)),
        "what to build")
    ],
    options: [
      OptionDeclaration(
        "widths", .wholes(atLeast: 1), "mlp: the widths of the hidden layers, [100] if not given"),
      OptionDeclaration(
        "channels", .wholes(atLeast: 1), "cnn: the channels of the stages, [16, 32] if not given"),
      OptionDeclaration(
        "width", .whole(atLeast: 1), "resnets: channels of the first stage, 64 if not given"),
      OptionDeclaration(
        "degree", .number(.positive),
        "homogeneous, the sum of w^degree x with all weights 0.3 at first: 1 to 100, 2 if not given"),
      OptionDeclaration(
        "activation", .word(Activation.allCases.map(\.rawValue)),
        "mlp: what stands between layers, relu if not given"),
      OptionDeclaration(
        "parametrization", .word(Parametrization.allCases.map(\.rawValue)),
        "mlp: standard, ntk (lazy at great width) or mup (features move at any width); standard if not given"),
      OptionDeclaration(
        "norm", .word(ResNet.Norm.allCases.map(\.rawValue)),
        "resnets: the normalisation layers, none if not given; measurements take the kept statistics of batch"
      ),
      OptionDeclaration(
        "stem", .word(ResNet.Stem.allCases.map(\.rawValue)),
        "resnets: 7x7 by 2 and max-pool (imagenet, if not given), or 3x3 by 1 (cifar)"),
      OptionDeclaration("bias", .flag, default: "yes", "whether layers have a bias"),
      OptionDeclaration(
        "init", .word(Initializer.allCases.map(\.rawValue)), default: "default",
        "how the first weights are drawn"),
      OptionDeclaration("scale", .number(.positive), default: "1", "a factor on all first weights"),
    ] + Call.weightOptions, example: "model mlp widths=[20, 20]"
  ) { session, call in
    guard let name = call.things[0].text else { return .nothing }
    let owners = [
      "widths": "mlp", "activation": "mlp", "parametrization": "mlp", "channels": "cnn", "width": "resnets",
      "norm": "resnets", "stem": "resnets", "degree": "homogeneous",
    ]
    let depth = ResNet.Depth.allCases.first { $0.name == name }
    for (option, owner) in owners.sorted(by: { $0.key < $1.key })
    where call.options[option] != nil && owner != (depth == nil ? name : "resnets") {
      throw SessionError.unknownOption(
        owner: "model \(name)", option: option,
        hint: "only \(owner) \(owner == "resnets" ? "have" : "has") it"
      )
      .diagnostic(at: call.range(of: option))
    }
    if name == "homogeneous" {
      for option in ["bias", "init"] where call.ranges[option] != nil {
        throw SessionError.unknownOption(
          owner: "model homogeneous", option: option, hint: "it has no biases, and its first weights are 0.3"
        ).diagnostic(at: call.range(of: option))
      }
    }
    try refuseLargeSizes(call)
    let architecture: Model.Architecture =
      switch (name, depth) {
      case ("mlp", _): .mlp(widths: call.wholes("widths") ?? [100])
      case ("cnn", _): .cnn(channels: call.wholes("channels") ?? [16, 32])
      case ("gate", _): .gate
      case ("homogeneous", _): .homogeneous(degree: try degree(call))
      case (_, let depth?):
        .resnet(
          ResNet(
            depth: depth, width: call.whole("width") ?? 64,
            stem: call.text("stem").flatMap(ResNet.Stem.init) ?? .imagenet,
            norm: call.text("norm").flatMap(ResNet.Norm.init) ?? .none))
      default: .linear
      }
    var model = Model(
      architecture, bias: call.flag("bias") && name != "homogeneous",
      initializer: call.text("init").flatMap(Initializer.init) ?? .standard,
      scale: call.number("scale") ?? 1,
      activation: call.text("activation").flatMap(Activation.init) ?? .relu,
      parametrization: call.text("parametrization").flatMap(Parametrization.init) ?? .standard)
    model.weights = try session.weightFile(call)
    return .model(model)
  }

  private static func degree(_ call: Call) throws -> Double {
    let degree = call.number("degree") ?? 2
    guard degree >= 1, degree <= Model.highestDegree else {
      throw SessionError.wrongKind(
        what: "degree", expected: "a number from 1 to 100", found: degree.shortest, hint: nil
      ).diagnostic(at: call.range(of: "degree"))
    }
    return degree
  }

  /// Sizes beyond these are a slip of the pen; larger networks are refused by their number of weights.
  private static func refuseLargeSizes(_ call: Call) throws {
    for option in ["widths", "channels", "width"] {
      let sizes = call.wholes(option) ?? call.whole(option).map { [$0] } ?? []
      if sizes.count > 1000 || sizes.contains(where: { $0 > 1_000_000 }) {
        throw SessionError.wrongKind(
          what: option, expected: "at most 1000 sizes of at most 1,000,000", found: "this", hint: nil
        ).diagnostic(at: call.range(of: option))
      }
    }
  }

  private static let length = [
    OptionDeclaration("epochs", .number(.nonNegative), "how many epochs; parts of one are allowed"),
    OptionDeclaration("steps", .whole(atLeast: 0), "how many steps, in place of epochs"),
    OptionDeclaration(
      "until", .condition, "stop after the first step for which this holds: until=(loss < 0.1)"),
    OptionDeclaration(
      "checkpoint", .duration,
      "in a notebook: how often the state is kept in NAME.out for --resume, 5min if not given"),
    OptionDeclaration(
      "log", .text, "a file that gets a line of JSON for each step, evaluation and measurement as it comes"),
  ]

  static let train = Verb(
    "train", "draw weights for a model and train them; gives a run",
    things: [ThingDeclaration("MODEL", .model, "the recipe")],
    options: [
      OptionDeclaration("on", .dataset, isRequired: true, "training data"),
      OptionDeclaration("test", .dataset, "test data, evaluated after each epoch"),
      OptionDeclaration(
        "optimizer", .recipe(.optimizer), default: "adam(lr=0.001)", "how gradients move weights"),
      OptionDeclaration("batch", .whole(atLeast: 1), default: "25", "samples in a batch"),
    ] + length + [
      OptionDeclaration(
        "loss", .word(Loss.allCases.map(\.rawValue)), default: "cross_entropy", "what is made small"),
      OptionDeclaration("drop_last", .flag, default: "no", "leave out the last, smaller batch of an epoch"),
      OptionDeclaration("seed", .seed, "the root seed of the run; else that of the session"),
    ] + Call.weightOptions, takesBlock: true,
    example: "train net on=shoes batch=20 epochs=2 { every 3 batches { measure srel points=shoes[0..5] } }"
  ) { session, call in
    guard case .model(let model) = call.things[0], case .dataset(let data)? = call.options["on"],
      case .recipe(let recipe)? = call.options["optimizer"]
    else { return .nothing }
    try session.refuseInTraining(call)
    let context = try session.untrained(model, data, recipe, call)
    let last = try session.lastStep(
      call, of: context.trained.run, otherwise: context.trained.run.batchesPerEpoch)
    try session.advance(context, to: last, call)
    return .run(context.trained)
  }

  static let step = Verb(
    "step", "take a run further: so many steps or epochs, one step if nothing is said",
    things: [
      ThingDeclaration("RUN", .run, "the name of the run, which then stands further on"),
      ThingDeclaration("STEPS", .whole(atLeast: 0), .optional, "how many steps"),
    ], options: length, takesBlock: true, example: "step run 5 { at end { measure srel points=shoes[0..5] } }"
  ) { session, call in
    guard case .run(let run) = call.things[0] else { return .nothing }
    guard case .name(let name) = call.command.items[0].kind else {
      throw SessionError.wrongKind(
        what: "step", expected: "the name of a run", found: "a computed run",
        hint: "name it first: r = runs[0]"
      ).diagnostic(at: call.command.items[0].range)
    }
    try session.refuseInTraining(call)
    let context = TrainingContext(run, name: name)
    let last = try session.lastStep(call, of: run.run, otherwise: 1)
    try session.advance(context, to: last, call)
    session.assign(name, .run(context.trained))
    return .run(context.trained)
  }

  static let evaluate = Verb(
    "evaluate", "mean loss and accuracy of a run on a data set",
    things: [ThingDeclaration("RUN", .run, .optional, "the run; inside a block the one that is trained")],
    options: [OptionDeclaration("on", .dataset, isRequired: true, "the data")],
    example: "evaluate run on=shoes"
  ) { session, call in
    guard case .dataset(let data)? = call.options["on"] else { return .nothing }
    return .table(
      try Session.evaluation(of: session.run(call, place: 0), on: data, label: nil, workers: session.workers))
  }
}

extension Call {
  func wholes(_ name: String) -> [Int]? { options[name]?.elements?.compactMap(\.wholeNumber) }
}

extension Session {
  func refuseInTraining(_ call: Call) throws {
    if training != nil {
      throw SessionError.alreadyTraining(call.verb.name).diagnostic(at: call.command.verb.range)
    }
  }

  /// A run before its first step. Only the context holds it: a second owner would be a second set of weights and moments
  /// in memory from the first step on.
  fileprivate func untrained(
    _ model: Model, _ data: Dataset, _ optimizer: Recipe, _ call: Call
  ) throws -> TrainingContext {
    let options = TrainingOptions(
      batch: call.whole("batch") ?? 25, dropLast: call.flag("drop_last"),
      loss: call.text("loss").flatMap(Loss.init) ?? .crossEntropy, seed: try seed(call))
    let optimizer = try located(at: call.range(of: "optimizer")) { try optimizer.optimizer() }
    var run = try makeRun(model, data, optimizer, options, call)
    let weights = try weightFile(call) ?? model.weights
    if let weights { try load(weights, into: &run, call) }
    let test = try testData(call, run)
    var trained = TrainedRun(
      name: passName ?? assignee ?? "run", run: run, test: test.data, initial: initialLoss(of: run))
    if weights != nil { trained.start = run }
    trained.sharedTestIndices = test.shared
    return TrainingContext(trained, name: assignee)
  }

  /// Draws the weights; what does not fit is shown at the option that does not.
  fileprivate func makeRun(
    _ model: Model, _ data: Dataset, _ optimizer: Optimizer, _ options: TrainingOptions, _ call: Call
  ) throws -> Run {
    let outputs = max(data.outputs(for: options.loss), 1)
    if let network = try? model.network(input: data.input, outputs: outputs), network.weightCount > 1 << 28 {
      throw SessionError.tooManyWeights(network.weightCount).diagnostic(at: call.command.items[0].range)
    }
    do {
      return try Run(model, on: data, optimizer: optimizer, options: options, workers: workers)
    } catch {
      let place: ByteRange =
        switch error {
        case .batchTooLarge: call.range(of: "batch")
        case .noData, .noTargets: call.range(of: "on")
        case .notPositive(let what, _): call.range(of: what == "lr" ? "optimizer" : what)
        default: call.command.range
        }
      throw EngineErrors.diagnostic(error, at: place)
    }
  }

  /// Test data that fits the run; samples that also stand in the training data are counted and told.
  fileprivate func testData(_ call: Call, _ run: Run) throws -> (data: Dataset?, shared: [Int]) {
    guard case .dataset(let test)? = call.options["test"] else { return (nil, []) }
    guard test.classNames == run.data.classNames else {
      throw EngineErrors.diagnostic(
        TrainingError.otherClasses(train: run.data.classNames, test: test.classNames),
        at: call.range(of: "test"))
    }
    let shared = test.rows(sharedWith: run.data).map { test.indices[$0] }
    if !shared.isEmpty {
      let words = "\(shared.count) of the \(test.count) test samples also stand in the training data"
      output(.warning("warning: \(words)"))
      noteProvenance("test data", "\(test.name): \(words), those with the indices \(shared.asRanges)")
    }
    return (test, shared)
  }

  /// Loss and accuracy of the first weights, on at most 500 samples spread over the training data.
  func initialLoss(of run: Run) -> (loss: Double, accuracy: Double) {
    let stride = max(1, run.data.count / 500)
    let rows = Array(Swift.stride(from: 0, to: run.data.count, by: stride))
    guard let sample = try? run.data.subset(rows: rows) else { return (.nan, .nan) }
    let found = Evaluation(
      run.network, weights: run.weights, on: sample, loss: run.options.loss, workers: workers)
    return (found.loss, found.accuracy)
  }

  /// The step at which a command ends.
  fileprivate func lastStep(_ call: Call, of run: Run, otherwise fallback: Int) throws -> Int {
    var steps = fallback
    let given = call.things.count > 1 ? call.things[1].wholeNumber : nil
    let count = given ?? call.whole("steps")
    if given != nil, call.options["steps"] != nil {
      throw SessionError.conflictingOptions("STEPS", "steps").diagnostic(at: call.range(of: "steps"))
    }
    if let count {
      if call.options["epochs"] != nil {
        throw SessionError.conflictingOptions("steps", "epochs").diagnostic(at: call.range(of: "epochs"))
      }
      steps = count
    } else if let epochs = call.number("epochs") {
      guard let whole = Int(exactly: (epochs * Double(run.batchesPerEpoch)).rounded()) else {
        throw SessionError.wrongKind(
          what: "epochs", expected: "a smaller number", found: "this one", hint: nil
        )
        .diagnostic(at: call.range(of: "epochs"))
      }
      steps = whole
    } else if call.conditions["until"] != nil {
      steps = 1000 * run.batchesPerEpoch
    }
    let (last, overflow) = run.step.addingReportingOverflow(steps)
    return overflow ? .max : last
  }

  /// The run that a command is about: the one named, or inside a block the one that is trained.
  func run(_ call: Call, place: Int) throws -> TrainedRun {
    if call.things.count > place, case .run(let run) = call.things[place] { return run }
    if let training { return training.trained }
    throw SessionError.missingThing(owner: call.verb.name, thing: "a run", kind: "the name of a run")
      .diagnostic(at: call.command.range)
  }

  /// One row: where the run stands, and its loss and accuracy on the data.
  static func evaluation(of trained: TrainedRun, on data: Dataset, label: String?, workers: Workers) throws
    -> Table
  {
    let found = try trained.run.evaluate(on: data, workers: workers)
    var table = Table(columns: [
      ("run", .replicate), ("seed", .replicate), ("epoch", .axis), ("step", .axis), ("data", .key),
      ("n", .note),
      ("loss", .value), ("accuracy", .value),
    ])
    try table.append([
      .text(trained.name), .number(Double(trained.run.options.seed.root)), .number(trained.run.epoch),
      .number(Double(trained.run.step)), .text(label ?? "\(data.name) \(data.split)"),
      .number(Double(data.count)),
      .number(found.loss), .number(found.accuracy),
    ])
    return table
  }
}
