import Datasets
import Language
import Random
import Tables

extension Verb {
  static let load = Verb(
    "load", "read a data set from files, or a table from CSV",
    things: [
      ThingDeclaration(
        "SOURCE", .word(DatasetSource.all.map(\.name) + ["regression", "table"]), "what to read"),
      ThingDeclaration(
        "FILE", .text, .optional, "the CSV file of load table, the CSV or NPY file of load regression"),
    ],
    options: [
      OptionDeclaration("classes", .names("class names"), "the classes to take, numbered anew in this order"),
      OptionDeclaration("per_class", .whole(atLeast: 1), "the first so many of each class"),
      OptionDeclaration(
        "split", .word(Split.allCases.map(\.rawValue)), default: "train", "which part of the data"),
      OptionDeclaration("channels", .whole(atLeast: 1), "copy the one channel of grey images to so many"),
      OptionDeclaration("pad", .whole(atLeast: 1), "pad images with black to so many pixels a side"),
      OptionDeclaration(
        "normalize", .either([.word(["none", "dataset"]), .any]), default: "none",
        "shift and scale pixels by the known mean and sd, or by (mean=0.29, sd=0.35)"),
      OptionDeclaration("folder", .text, "the folder that holds the files"),
      OptionDeclaration(
        "target", .either([.text, .names("column names")]),
        "regression: the columns of the CSV file that are targets, or the NPY file of the targets"),
    ], example: "load fashion_mnist_subset classes=[sandal, sneaker] per_class=20 split=test"
  ) { session, call in
    guard let name = call.things[0].text else { return .nothing }
    if name == "table" { return try loadTable(call) }
    if name == "regression" { return try loadRegression(session, call) }
    if call.options["target"] != nil {
      throw SessionError.unknownOption(
        owner: "load \(name)", option: "target", hint: "load regression has it"
      ).diagnostic(at: call.range(of: "target"))
    }
    if call.things.count > 1 {
      throw SessionError.surplusThing(owner: "load \(name)").diagnostic(at: call.command.items[1].range)
    }
    let source = try DatasetSource.named(name)
    var options = LoadOptions(folder: call.text("folder"), classes: call.words("classes"))
    options.split = call.text("split").flatMap(Split.init) ?? .train
    (options.perClass, options.channels, options.pad) = (
      call.whole("per_class"), call.whole("channels"), call.whole("pad")
    )
    options.normalization = try normalization(call)
    if let word = options.classes?.first(where: { !source.classNames.contains($0) }) {
      let hint =
        session.lookUp(word) != nil
        ? "write classes=(\(word)) to use the variable"
        : Speller.suggestion(for: word, in: source.classNames)
          ?? "the classes are \(source.classNames.joined(separator: ", "))"
      throw SessionError.unknownWord(what: "classes", word: word, hint: hint)
        .diagnostic(at: call.range(of: "classes", word: word))
    }
    let data = try session.located(at: call.dataRange) { try Dataset.load(source, options) }
    session.noteData(data)
    return .dataset(data)
  }

  private static func loadTable(_ call: Call) throws -> Value {
    guard call.things.count > 1, let path = call.things[1].text else {
      throw SessionError.missingThing(owner: "load table", thing: "FILE", kind: "the name of a CSV file")
    }
    if let option = call.command.options.first {
      throw SessionError.unknownOption(owner: "load table", option: option.name.text, hint: nil)
        .diagnostic(at: option.name.range)
    }
    return .table(try Table(contentsOfCSV: path))
  }

  private static func normalization(_ call: Call) throws -> Normalization? {
    switch call.options["normalize"] {
    case .word("dataset"), .string("dataset"): return .dataset
    case .word("none"), .string("none"), nil: return nil
    case .record(let fields):
      let numbers = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value.number) })
      if let mean = numbers["mean"] ?? nil, let deviation = numbers["sd"] ?? nil, fields.count == 2 {
        return .explicit(mean: mean, standardDeviation: deviation)
      }
    default: break
    }
    throw SessionError.wrongKind(
      what: "normalize", expected: "none, dataset or (mean=…, sd=…)",
      found: call.options["normalize"]?.kindName ?? "nothing", hint: nil
    ).diagnostic(at: call.range(of: "normalize"))
  }

  static let make = Verb(
    "make", "draw a synthetic data set from the stream data",
    things: [
      ThingDeclaration(
        "KIND", .word(["mixture"] + RegressionTarget.allCases.map(\.rawValue)),
        "mixture: a Gaussian for each class; else a regression on normal numbers: "
          + "single_index 2 max(0, u.x), teacher a two-layer ReLU network, linear u.x, sine sin(2 pi x), sum of the numbers"
      )
    ],
    options: [
      OptionDeclaration("classes", .whole(atLeast: 2), "mixture: how many classes, 3 if not given"),
      OptionDeclaration("per_class", .whole(atLeast: 1), "mixture: samples of each class, 100 if not given"),
      OptionDeclaration("count", .whole(atLeast: 1), "regressions: samples, 500 if not given"),
      OptionDeclaration(
        "dimensions", .whole(atLeast: 1),
        "numbers in a sample; 10 if not given, 20 for regressions, 1 for sine"),
      OptionDeclaration(
        "separation", .number(.nonNegative), "mixture: distance between two centres, 3 if not given"),
      OptionDeclaration(
        "noise", .number(.nonNegative),
        "mixture: deviation around a centre, 1 if not given; regressions: deviation added to targets, 0 if not given"
      ),
      OptionDeclaration("units", .whole(atLeast: 1), "teacher: its hidden units, 10 if not given"),
      OptionDeclaration(
        "split", .word(Split.allCases.map(\.rawValue)), default: "train", "train and test are drawn apart"),
      OptionDeclaration("seed", .seed, "the seed of the draws; else that of the session"),
    ], example: "make mixture classes=3 per_class=50 dimensions=4"
  ) { session, call in
    let split = call.text("split").flatMap(Split.init) ?? .train
    let target = call.things[0].text.flatMap(RegressionTarget.init)
    let others = target == nil ? ["count", "units"] : ["classes", "per_class", "separation"]
    for option in others + (target == .teacher || target == nil ? [] : ["units"])
    where call.options[option] != nil {
      throw SessionError.unknownOption(
        owner: "make \(call.things[0].text ?? "")", option: option, hint: "'help make' says which have it"
      ).diagnostic(at: call.range(of: option))
    }
    let data: Dataset
    if let target {
      data = try Dataset.regression(
        target, count: call.whole("count") ?? 500,
        dimensions: call.whole("dimensions") ?? (target == .sine ? 1 : 20), noise: call.number("noise") ?? 0,
        units: call.whole("units") ?? 10, seed: try session.seed(call), split: split)
    } else {
      data = try Dataset.mixture(
        classes: call.whole("classes") ?? 3, perClass: call.whole("per_class") ?? 100,
        dimensions: call.whole("dimensions") ?? 10, separation: call.number("separation") ?? 3,
        noise: call.number("noise") ?? 1, seed: try session.seed(call), split: split)
    }
    session.noteData(data)
    return .dataset(data)
  }

  static let pick = Verb(
    "pick", "draw points of a data set without replacement, from the stream points",
    things: [ThingDeclaration("DATA", .dataset, "where to draw from")],
    options: [
      OptionDeclaration("per_class", .whole(atLeast: 1), "points of each class"),
      OptionDeclaration("count", .whole(atLeast: 1), "points of any class"),
      OptionDeclaration("seed", .seed, "the seed of the draws; else that of the session"),
    ], example: "pick shoes per_class=2"
  ) { session, call in
    guard case .dataset(let data) = call.things[0] else { return .nothing }
    let seed = try session.seed(call)
    switch (call.whole("per_class"), call.whole("count")) {
    case (let perClass?, nil):
      return .dataset(
        try session.located(at: call.range(of: "per_class")) {
          try data.subset(rows: data.pickedRows(perClass: perClass, seed: seed))
        })
    case (nil, let count?):
      return .dataset(
        try session.located(at: call.range(of: "count")) {
          try data.subset(rows: data.pickedRows(count: count, seed: seed))
        })
    case (nil, nil):
      throw SessionError.missingOption(
        owner: "pick", option: "per_class= or count", kind: "a number of points, of each class or of any")
    default:
      throw SessionError.conflictingOptions("per_class", "count").diagnostic(at: call.range(of: "count"))
    }
  }
}

extension Call {
  /// Where errors of reading data are shown: at the option that most of them come from, if only that is given.
  fileprivate var dataRange: ByteRange {
    command.options.count == 1 ? command.options[0].range : command.range
  }
}

extension Session {
  /// `seed=7` or `seed=(init=1, order=2)`; without it the seed of the session.
  func seed(_ call: Call) throws -> Seed {
    try call.options["seed"].map { try seed($0, at: call.range(of: "seed")) } ?? seed
  }

  /// A number is the root of all streams; a record sets streams of the session's seed apart.
  func seed(_ value: Value, at range: ByteRange) throws -> Seed {
    switch value {
    case .number(let number): return Seed(UInt64(exactly: number) ?? seed.root)
    case .record(let fields):
      var result = seed
      for field in fields {
        guard let stream = StreamName(rawValue: field.name) else {
          let names = StreamName.allCases.map(\.rawValue)
          let hint =
            Speller.suggestion(for: field.name, in: names) ?? "streams are \(names.joined(separator: " "))"
          throw SessionError.unknownWord(what: "seed", word: field.name, hint: hint).diagnostic(at: range)
        }
        result.overrides[stream] = field.value.number.flatMap { UInt64(exactly: $0) }
      }
      return result
    default: return seed
    }
  }
}
