import Datasets
import Elasticity
import FoundationEssentials
import Language
import Network
import Tables
import Training

extension Verb {
  /// `load checkpoints "run/step_*.safetensors" model=net on=shoes batch=25`: one run at rest for each file.
  static func loadCheckpoints(_ session: Session, _ call: Call) throws -> Value {
    guard call.things.count > 1, let pattern = call.things[1].text else {
      throw SessionError.missingThing(
        owner: "load checkpoints", thing: "FILE",
        kind: "a folder or a pattern such as \"run/step_*.safetensors\"")
    }
    let place = call.command.items[1].range
    guard case .model(let model)? = call.options["model"] else {
      throw SessionError.missingOption(owner: "load checkpoints", option: "model", kind: "a model")
        .diagnostic(at: call.command.range)
    }
    guard case .dataset(let data)? = call.options["on"] else {
      throw SessionError.missingOption(
        owner: "load checkpoints", option: "on", kind: "the data that the network was trained on"
      ).diagnostic(at: call.command.range)
    }
    var files = try session.located(at: place) { try CheckpointFile.found(by: pattern) }
    let options = TrainingOptions(
      batch: min(call.whole("batch") ?? 25, max(data.count, 1)),
      loss: data.targets == nil ? .crossEntropy : .meanSquaredError, seed: try session.seed(call))
    let fresh = try session.located(at: call.range(of: "model")) {
      // Checkpoints carry no moments; an optimiser without any takes no room for them.
      try Run(
        model, on: data, optimizer: .sgd(learningRate: 1e-3), options: options, workers: session.workers)
    }
    try session.located(at: place) {
      try CheckpointFile.checkRoom(files.count, weights: fresh.network.weightCount, of: pattern)
    }
    var runs: [TrainedRun] = []
    for place in files.indices {
      let weights = try session.weightFile(files[place].path, call, at: call.command.items[1].range)
      files[place].take(weights.metadata)
      let position = try session.located(at: call.command.items[1].range) {
        try files[place].position(batches: call.whole("batch") == nil ? nil : fresh.batchesPerEpoch)
      }
      var run = fresh
      try session.load(weights, into: &run, call)
      run.begin(atStep: position.step, epoch: position.epoch)
      var trained = TrainedRun(
        name: session.assignee ?? "checkpoints", run: run, test: nil, initial: session.initialLoss(of: run))
      trained.isCheckpoint = true
      runs.append(trained)
    }
    runs.sort { ($0.run.step, $0.run.epoch) < ($1.run.step, $1.run.epoch) }
    for (run, next) in zip(runs, runs.dropFirst()) where run.run.step == next.run.step {
      throw SessionError.file("two of the files of \(pattern) are of step \(run.run.step)").diagnostic(
        at: place)
    }
    for place in runs.indices { runs[place].start = runs[0].run }
    session.noteData(data)
    return .runs(RunSeries(name: "step", values: runs.map { .number(Double($0.run.step)) }, runs: runs))
  }
}

/// A file of weights along a training, with what its name says about when it was written.
struct CheckpointFile {
  var path: String
  /// What the pattern leaves open of the path, without the ending.
  private var label: String
  private var step: Double?
  private var epoch: Double?

  private init(path: String, label: String) {
    self.path = path
    self.label = label.hasSuffix(Self.ending) ? String(label.dropLast(Self.ending.count)) : label
    (step, epoch) = Self.numbers(in: self.label)
  }

  private static let ending = ".safetensors"

  private static func listing(_ folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    FileTrace.noteListing(folder, names)
    return names
  }

  /// The files of a folder, or those that fit a pattern with `*` and `?`, in natural order.
  static func found(by pattern: String) throws -> [CheckpointFile] {
    var isFolder = false
    let isThere = FileManager.default.fileExists(atPath: pattern, isDirectory: &isFolder)
    if isThere, !isFolder { return [CheckpointFile(path: pattern, label: pattern)] }
    let whole = isThere ? pattern + "/*" + ending : pattern
    var parts = whole.split(separator: "/").map(String.init)
    var folders = [(path: whole.hasPrefix("/") ? "/" : "", label: "")]
    while !parts.isEmpty {
      let part = parts.removeFirst()
      let isOpen = part.contains("*") || part.contains("?")
      folders = folders.flatMap { folder in
        let names = isOpen ? listing(folder.path.isEmpty ? "." : folder.path) : [part]
        return names.filter { !isOpen || (fits($0, pattern: part) && !$0.hasPrefix(".")) }.map { name in
          let isLabelled = isOpen || !folder.label.isEmpty
          return (
            folder.path + name + (parts.isEmpty ? "" : "/"), isLabelled ? "\(folder.label)/\(name)" : ""
          )
        }
      }
    }
    let files = folders.filter { FileManager.default.fileExists(atPath: $0.path) }
      .map { CheckpointFile(path: $0.path, label: $0.label) }
    guard !files.isEmpty else {
      throw SessionError.file(
        isThere ? "\(pattern) holds no file \(ending)" : "no file fits '\(pattern)'")
    }
    return files.sorted { $0.path < $1.path }
  }

  /// Refuses more weights than are held.
  static func checkRoom(_ files: Int, weights: Int, of pattern: String) throws {
    let most = 1 << 30
    guard files * weights > most else { return }
    throw SessionError.file(
      "\(files) files of \(weights.grouped) weights are more than the \(most.grouped) that are held: let '\(pattern)' name at most \(most / max(weights, 1))"
    )
  }

  /// What the file itself says counts more than its name.
  mutating func take(_ metadata: [String: String]) {
    if let step = metadata["step"].flatMap(Double.init) { self.step = step }
    if let epoch = metadata["epoch"].flatMap(Double.init) { self.epoch = epoch }
  }

  /// Step and epoch, one from the other where the batches of an epoch are known.
  func position(batches: Int?) throws -> (step: Int, epoch: Double) {
    let known = batches.map(Double.init)
    let step = step ?? epoch.flatMap { epoch in known.map { (epoch * $0).rounded() } }
    let epoch = epoch ?? self.step.flatMap { step in known.map { step / $0 } }
    if let step = step.flatMap({ Int(exactly: $0) }), step >= 0, let epoch, epoch.isFinite {
      return (step, epoch)
    }
    let isEmpty = self.step == nil && self.epoch == nil
    throw SessionError.file(
      isEmpty
        ? "\(path): neither its name nor the file itself says its step or epoch, as step_120\(Self.ending) does"
        : "\(path) says its \(self.step == nil ? "epoch" : "step") only: batch= of that training gives the \(self.step == nil ? "step" : "epoch")"
    )
  }

  /// The numbers after `step`, `iter` and `epoch` in a name; a number without a word is a step.
  static func numbers(in label: String) -> (step: Double?, epoch: Double?) {
    var (step, epoch): (Double?, Double?)
    var bare: Double?
    var word = ""
    var digits = ""
    for character in Array(label) + ["/"] {
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      if let number = Double(digits) {
        if word.hasSuffix("step") || word.hasSuffix("steps") || word.contains("iter") {
          step = number
        } else if word.hasSuffix("epoch") || word.hasSuffix("epochs") || word == "ep" || word == "e" {
          epoch = number
        } else {
          bare = number
        }
        (word, digits) = ("", "")
      }
      if character.isLetter {
        word += character.lowercased()
      } else if !"_-=.".contains(character) {
        word = ""
      }
    }
    return step == nil && epoch == nil ? (bare, nil) : (step, epoch)
  }
}
