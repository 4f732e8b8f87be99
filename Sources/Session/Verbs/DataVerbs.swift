import Datasets
import Language
import Random
import Tables

extension Verb {
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

  static let split = Verb(
    "split", "two parts of a data set as a record (part=…, rest=…), the same part of each class",
    things: [ThingDeclaration("DATA", .dataset, "what to cut")],
    options: [
      OptionDeclaration("fraction", .number(.positive), isRequired: true, "how much goes into part"),
      OptionDeclaration("seed", .seed, "the seed of the draws; else that of the session"),
    ], example: "split shoes fraction=0.2"
  ) { session, call in
    guard case .dataset(let data) = call.things[0] else { return .nothing }
    let seed = try session.seed(call)
    let (part, rest) = try session.located(at: call.range(of: "fraction")) {
      try data.split(fraction: call.number("fraction") ?? 0, seed: seed)
    }
    return .record([
      Value.Field(name: "part", value: .dataset(part)), Value.Field(name: "rest", value: .dataset(rest)),
    ])
  }

  static let corrupt = Verb(
    "corrupt",
    "give some samples another class; the attributes corrupted and clean say which and what they were",
    things: [ThingDeclaration("DATA", .dataset, "whose labels")],
    options: [
      OptionDeclaration("fraction", .number(.nonNegative), isRequired: true, "how many of the samples"),
      OptionDeclaration("seed", .seed, "the seed of the draws; else that of the session"),
    ], example: "corrupt shoes fraction=0.2"
  ) { session, call in
    guard case .dataset(let data) = call.things[0] else { return .nothing }
    let seed = try session.seed(call)
    return .dataset(
      try session.located(at: call.range(of: "fraction")) {
        try data.corrupted(fraction: call.number("fraction") ?? 0, seed: seed)
      })
  }

  static let pick = Verb(
    "pick", "draw points of a data set without replacement, from the stream points",
    things: [ThingDeclaration("DATA", .dataset, "where to draw from")],
    options: [
      OptionDeclaration("per_class", .whole(atLeast: 1), "points of each class"),
      OptionDeclaration("count", .whole(atLeast: 1), "points of any class"),
      OptionDeclaration(
        "as", .word(["published"]),
        "per_class: the places that the paper's code draws, in classes whose order is drawn from seed: seed=seed in a repeat gives each run other points"
      ),
      OptionDeclaration("seed", .seed, "the seed of the draws; else that of the session"),
    ], example: "pick shoes per_class=2"
  ) { session, call in
    guard case .dataset(let data) = call.things[0] else { return .nothing }
    let seed = try session.seed(call)
    switch (call.whole("per_class"), call.whole("count")) {
    case (let perClass?, nil):
      return .dataset(
        try session.located(at: call.range(of: "per_class")) {
          let rows =
            call.text("as") == "published"
            ? try data.publishedRows(perClass: perClass, seed: seed)
            : try data.pickedRows(perClass: perClass, seed: seed)
          return try data.subset(rows: rows)
        })
    case (nil, let count?):
      if call.ranges["as"] != nil {
        throw SessionError.conflictingOptions("as", "count").diagnostic(at: call.range(of: "as"))
      }
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
