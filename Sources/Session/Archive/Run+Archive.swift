import Network
import Tensor
import Training

extension ArchiveWriter {
  mutating func append(_ trained: TrainedRun) throws(ArchiveError) {
    append(trained.name)
    try append(trained.run)
    append(trained.test != nil)
    if let test = trained.test { try append(test) }
    append(trained.initial.loss)
    append(trained.initial.accuracy)
    append(trained.measurements.count)
    for table in trained.measurements { append(table) }
    append(trained.evaluationParts.count)
    for table in trained.evaluationParts { append(table) }
    append(trained.measuredFrom)
    append(trained.start != nil)
    if let start = trained.start { try append(start) }
    append(trained.sharedTestIndices)
    append(trained.isCheckpoint)
  }

  private mutating func append(_ run: Run) throws(ArchiveError) {
    try append(run.network.model)
    try append(run.data)
    try append(coded: run.optimizer)
    try append(coded: run.options)
    try append(run.weights)
    append(run.state.step)
    try append(run.state.first)
    try append(run.state.second)
    append(run.history.count)
    for report in run.history {
      append(report.step)
      append(report.loss)
      append(report.accuracy)
    }
    append(run.start.step)
    append(run.start.epoch)
  }
}

extension ArchiveReader {
  mutating func run() throws(ArchiveError) -> TrainedRun {
    let name = try text()
    let run = try training()
    let test = try flag() ? try dataset() : nil
    var trained = TrainedRun(name: name, run: run, test: test, initial: (try number(), try number()))
    trained.measurements = try list { (reader) throws(ArchiveError) in try reader.table() }
    trained.evaluationParts = try list { (reader) throws(ArchiveError) in try reader.table() }
    trained.measuredFrom = try origins()
    trained.start = try flag() ? try training() : nil
    trained.sharedTestIndices = try wholes()
    trained.isCheckpoint = try flag()
    return trained
  }

  private mutating func training() throws(ArchiveError) -> Run {
    let model = try model()
    let data = try dataset()
    let optimizer: Optimizer = try coded()
    let options: TrainingOptions = try coded()
    let weights = try tensors()
    let state = OptimizerState(step: try whole(), first: try tensors(), second: try tensors())
    let count = try count(ofAtLeast: 24)
    var history: [StepReport] = []
    history.reserveCapacity(count)
    for _ in 0..<count {
      history.append(StepReport(step: try whole(), loss: try number(), accuracy: try number()))
    }
    let start = (step: try whole(), epoch: try number())
    do throws(TrainingError) {
      return try Run(
        restoring: model, on: data, optimizer: optimizer, options: options, weights: weights, state: state,
        history: history, start: start)
    } catch {
      throw .malformed("run")
    }
  }
}

extension ArchiveWriter {
  mutating func append(_ model: Model) throws(ArchiveError) {
    try append(coded: model)
    append(model.weights != nil)
    guard let file = model.weights else { return }
    append(file.path)
    append(file.renaming.map(\.description))
    append(file.isStrict)
    try append(coded: file.metadata)
    append(file.tensors.map(\.name))
    try append(file.tensors.map(\.tensor))
  }
}

extension ArchiveReader {
  mutating func model() throws(ArchiveError) -> Model {
    var model: Model = try coded()
    guard try flag() else { return model }
    let path = try text()
    var renaming: [WeightRenaming] = []
    for rule in try texts() {
      guard let rule = try? WeightRenaming(rule) else { throw .malformed("weights") }
      renaming.append(rule)
    }
    let isStrict = try flag()
    let metadata: [String: String] = try coded()
    let (names, tensors) = (try texts(), try tensors())
    guard names.count == tensors.count else { throw .malformed("weights") }
    model.weights = WeightFile(
      restoring: zip(names, tensors).map { (name: $0, tensor: $1) }, path: path, renaming: renaming,
      isStrict: isStrict, metadata: metadata)
    return model
  }
}
