import Datasets
import Elasticity
import Language
import Tables

extension Verb {
  /// What `load` reads from a file or folder that is named, and the options that belong to some of it only.
  private static let fileKinds = ["npz", "npy", "csv", "images", "table", "assets", "checkpoints"]

  private static let checkpointOptions = ["model", "on", "batch", "seed", "rename", "strict"]

  static let load = Verb(
    "load",
    "read a data set from files, a table from CSV, JSON lines or NPZ, the weights along a training of elsewhere, or the paper's published results",
    things: [
      ThingDeclaration("SOURCE", .word(DatasetSource.all.map(\.name) + fileKinds), "what to read"),
      ThingDeclaration(
        "FILE", .text, .optional,
        "the file of npz, npy, csv and table (CSV, JSON lines or NPZ), the folder of images and assets, the folder or pattern of checkpoints"
      ),
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
        "shift and scale by the known mean and sd, else those of the data, or by (mean=0.29, sd=0.35)"),
      OptionDeclaration(
        "augment", .word(["none", "crop", "flip", "crop_flip"]), default: "none",
        "random views: a cut out of a border of 4, mirrored half of the time"),
      OptionDeclaration(
        "views", .word(["frozen", "epoch"]), default: "frozen",
        "augment: drawn once, or anew in every epoch of training"),
      OptionDeclaration(
        "as", .word(["published"]),
        "the paper's preparation: CIFAR-10's mean and sd, one view for good, test images out of the training set"
      ),
      OptionDeclaration("label", .names("a column"), "csv: the column that holds the class"),
      OptionDeclaration(
        "target", .names("columns"),
        "csv: the columns to be predicted, in place of label; npy: the NPY file of the targets"),
      OptionDeclaration("features", .names("columns"), "csv: the columns of a sample; else all others"),
      OptionDeclaration("folder", .text, "the folder or archive that holds the files"),
      OptionDeclaration("seed", .seed, "the seed of random views; else that of the session"),
      OptionDeclaration("model", .model, "checkpoints: the network that the weights belong to"),
      OptionDeclaration("on", .dataset, "checkpoints: the data that the network was trained on"),
      OptionDeclaration(
        "batch", .whole(atLeast: 1),
        "checkpoints: the batch of that training, which gives steps from epochs and epochs from steps"),
    ] + Call.weightNaming,
    example: "load fashion_mnist_subset classes=[sandal, sneaker] per_class=20 split=test"
  ) { session, call in
    guard let name = call.things[0].text else { return .nothing }
    if name == "checkpoints" {
      try refuse(call.verb.options.map(\.name).filter { !checkpointOptions.contains($0) }, of: name, call)
      return try loadCheckpoints(session, call)
    }
    try refuse(checkpointOptions.filter { $0 != "seed" }, of: name, call)
    if fileKinds.contains(name) { return try loadFile(name, session, call) }
    try refuse(["label", "target", "features"], of: name, call)
    if call.things.count > 1 {
      let hint = "write folder=\"…\" for the folder that holds \(name)"
      throw SessionError.wrongKind(what: "load \(name)", expected: "no file", found: "one", hint: hint)
        .diagnostic(at: call.command.items[1].range)
    }
    let source = try DatasetSource.named(name)
    let options = try loadOptions(session, call)
    try checkClasses(options, among: source.classNames, session, call)
    let data = try session.located(at: call.dataRange) { try Dataset.load(source, options) }
    for remark in data.remarks { session.output(.warning("warning: \(remark)")) }
    session.noteData(data)
    return .dataset(data)
  }

  /// Reads what stands in a file or folder of the user.
  private static func loadFile(_ kind: String, _ session: Session, _ call: Call) throws -> Value {
    guard call.things.count > 1, let path = call.things[1].text else {
      let what =
        ["images": "the name of a folder", "assets": "the name of the folder with the paper's pickles"][kind]
        ?? "the name of a file"
      throw SessionError.missingThing(owner: "load \(kind)", thing: "FILE", kind: what)
    }
    if ["table", "assets"].contains(kind) {
      try refuse(call.verb.options.map(\.name), of: kind, call)
      return try session.located(at: call.command.items[1].range) {
        kind == "table"
          ? .table(try SavedTable.read(path)) : try PublishedResults(folder: path).value
      }
    }
    let own = ["label", "target", "features"]
    let pictures = ["channels", "pad", "augment", "views"]
    let foreign =
      switch kind {
      case "csv": pictures
      case "npy": pictures + ["label", "features", "classes"]
      default: own
      }
    try refuse(["folder", "as"] + foreign, of: kind, call)
    let options = try loadOptions(session, call)
    let data = try session.located(at: call.dataRange) {
      switch kind {
      case "npz": return try Dataset.load(npz: path, options)
      case "images":
        let classes = try Dataset.classFolders(in: path, split: options.split)
        try checkClasses(options, among: classes, session, call)
        return try Dataset.load(imageFolder: path, options)
      case "npy": return try Dataset.load(try npySamples(path, call), options)
      default: return try Dataset.load(try csvSamples(path, call), options)
      }
    }
    session.noteData(data)
    return .dataset(data)
  }

  /// Options that were given but mean nothing for this source.
  private static func refuse(_ names: [String], of source: String, _ call: Call) throws {
    guard let option = call.command.options.first(where: { names.contains($0.name.text) }) else { return }
    throw SessionError.unknownOption(owner: "load \(source)", option: option.name.text, hint: nil)
      .diagnostic(at: option.name.range)
  }

  private static func loadOptions(_ session: Session, _ call: Call) throws -> LoadOptions {
    var options = LoadOptions(
      folder: call.text("folder").flatMap { $0.isEmpty ? nil : $0 }, classes: call.words("classes"))
    options.split = call.text("split").flatMap(Split.init) ?? .train
    options.perClass = call.whole("per_class")
    (options.channels, options.pad) = (call.whole("channels"), call.whole("pad"))
    options.normalization = try normalization(call)
    switch call.text("augment") {
    case "crop": options.augmentation = Augmentation(border: 4, flips: false)
    case "flip": options.augmentation = Augmentation(border: 0, flips: true)
    case "crop_flip": options.augmentation = .cropAndFlip
    default: break
    }
    options.redrawsViews = call.text("views") == "epoch"
    options.isAsPublished = call.text("as") == "published"
    options.seed = try session.seed(call)
    let drawsNothing = options.augmentation == nil && !options.isAsPublished
    if drawsNothing { try refuse(["views", "seed"], of: "without augment=", call) }
    if options.redrawsViews { try refuse(["seed"], of: "with views=epoch", call) }
    if options.isAsPublished { try refuse(["views"], of: "as=published", call) }
    return options
  }

  private static func checkClasses(
    _ options: LoadOptions, among known: [String], _ session: Session, _ call: Call
  )
    throws
  {
    guard let word = options.classes?.first(where: { !known.contains($0) }) else { return }
    let all = known.count <= 20 ? "the classes are \(known.joined(separator: ", "))" : nil
    let hint =
      session.lookUp(word) != nil
      ? "write classes=(\(word)) to use the variable" : Speller.suggestion(for: word, in: known) ?? all
    throw SessionError.unknownWord(what: "classes", word: word, hint: hint)
      .diagnostic(at: call.range(of: "classes", word: word))
  }

  private static func normalization(_ call: Call) throws -> Normalization? {
    switch call.options["normalize"] {
    case .word("dataset"), .string("dataset"): return .dataset
    case .word("none"), .string("none"), nil: return nil
    case .record(let fields):
      let numbers = fields.compactMap { field in
        (field.value.elements ?? [field.value]).map(\.number).allPresent.map { (field.name, $0) }
      }
      let named = Dictionary(numbers) { first, _ in first }
      if let means = named["mean"], let deviations = named["sd"], fields.count == 2 {
        return .explicit(means: means, standardDeviations: deviations)
      }
    default: break
    }
    throw SessionError.wrongKind(
      what: "normalize", expected: "none, dataset or (mean=…, sd=…)",
      found: call.options["normalize"]?.kindName ?? "nothing", hint: nil
    ).diagnostic(at: call.range(of: "normalize"))
  }
}

extension Verb {
  /// The rows of a CSV file as samples.
  private static func csvSamples(_ path: String, _ call: Call) throws -> SampleTable {
    let table = try Table(contentsOfCSV: path)
    let label = call.text("label")
    let targets = call.words("target") ?? []
    guard (label == nil) != targets.isEmpty else {
      guard label == nil else { throw SessionError.conflictingOptions("label", "target") }
      throw SessionError.missingOption(
        owner: "load csv", option: "label= or target", kind: "the columns to be predicted")
    }
    let predicted = targets + (label.map { [$0] } ?? [])
    let features = call.words("features") ?? table.columnNames.filter { !predicted.contains($0) }
    guard !features.isEmpty else {
      throw SessionError.file("\(path) has no column besides \(predicted.joined(separator: ", "))")
    }
    let columns = try features.map { try table.numbers(in: $0).map(Float.init) }
    let aims = try targets.map { try table.numbers(in: $0).map(Float.init) }
    let labels = try label.map { try table.column(named: $0).cells.map(\.labelText) } ?? []
    if let row = labels.firstIndex(of: "") {
      throw SessionError.file("\(path): row \(row) has no \(label ?? "label")")
    }
    let rows = 0..<table.rowCount
    return SampleTable(
      name: stem(of: path), path: path,
      sampleShape: [1, 1, features.count], scalars: rows.flatMap { row in columns.map { $0[row] } },
      labels: labels, targets: rows.flatMap { row in aims.map { $0[row] } },
      digest: try sha256(ofFile: path), preparation: ["columns \(features.joined(separator: ", "))"])
  }
}

extension Verb {
  /// The rows of an NPY file as samples, those of another as their targets.
  private static func npySamples(_ path: String, _ call: Call) throws -> SampleTable {
    guard let targetPath = call.text("target") else {
      throw SessionError.missingOption(
        owner: "load npy", option: "target", kind: "the NPY file of the targets")
    }
    let (samples, targets) = (try NPYArray(reading: path), try NPYArray(reading: targetPath))
    guard let count = samples.dimensions.first, count > 0,
      let length = Optional(samples.doubles.count / count),
      length > 0
    else { throw DatasetError.empty(path: path) }
    guard targets.dimensions.first == count else {
      throw SessionError.file(
        "\(targetPath) holds the targets of \(targets.dimensions.first ?? 0) samples, \(path) holds \(count)")
    }
    return SampleTable(
      name: stem(of: path), path: path, sampleShape: [1, 1, length],
      scalars: samples.doubles.map(Float.init), labels: [], targets: targets.doubles.map(Float.init),
      digest: sha256(Array((try sha256(ofFile: path) + sha256(ofFile: targetPath)).utf8)), preparation: [])
  }

  private static func stem(of path: String) -> String {
    path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? "samples"
  }
}

extension Cell {
  /// A class as it is typed; empty where it is missing.
  fileprivate var labelText: String { self == .missing ? "" : Value(self).displayText }
}

extension [Double?] {
  fileprivate var allPresent: [Double]? {
    let present = compactMap { $0 }
    return present.count == count ? present : nil
  }
}

extension Call {
  /// Where errors of reading data are shown: at the option that most of them come from, if only that is given.
  fileprivate var dataRange: ByteRange {
    command.options.count == 1 ? command.options[0].range : command.range
  }
}

extension PublishedResults {
  /// The tables as fields of a record.
  var value: Value {
    .record([
      Value.Field(name: "srel", value: .table(srel)), Value.Field(name: "accuracy", value: .table(accuracy)),
      Value.Field(name: "ridge", value: .table(ridge)),
      Value.Field(name: "ridge_srel", value: .table(ridgeSrel)),
    ])
  }
}
