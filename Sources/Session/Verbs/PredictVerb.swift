import Datasets
import Elasticity
import Language
import Network
import Random
import Tables
import Tensor
import Training

extension Verb {
  static let predict = Verb(
    "predict", "the outputs of a run on a data set, and how one step at a sample would change them",
    things: [ThingDeclaration("RUN", .run, .optional, "the run; inside a block the one that is trained")],
    options: [
      OptionDeclaration("on", .dataset, isRequired: true, "the samples"),
      OptionDeclaration("source", .dataset, "one sample at which a step is tried on a copy"),
      OptionDeclaration("update", .recipe(.update), default: "sgd(lr=0.1)", "the step taken at the source"),
    ], example: "predict run on=shoes[0..5] source=shoes[7]"
  ) { session, call in
    guard case .dataset(let data)? = call.options["on"] else { return .nothing }
    let trained = try session.run(call, place: 0)
    guard case .dataset(let source)? = call.options["source"] else {
      return .table(try session.predictions(of: trained, on: data, source: nil, update: nil, call))
    }
    guard source.count == 1 else {
      throw SessionError.wrongKind(
        what: "source", expected: "one sample, such as d[0]", found: "\(source.count) samples", hint: nil
      ).diagnostic(at: call.range(of: "source"))
    }
    guard case .recipe(let recipe)? = call.options["update"] else { return .nothing }
    let update = try session.located(at: call.range(of: "update")) { try recipe.update() }
    return .table(try session.predictions(of: trained, on: data, source: source, update: update, call))
  }
}

extension Session {
  /// One row for each sample, output and state (`before`, and with a source `after` the step and
  /// `source`, where the step brought the source itself).
  fileprivate func predictions(
    of trained: TrainedRun, on data: Dataset, source: Dataset?, update: UpdateRule?, _ call: Call
  ) throws -> Table {
    let engine = ExactEngine(
      network: trained.run.network, weights: trained.run.weights, loss: trained.run.options.loss,
      workers: workers)
    let response = try located(at: call.range(of: "on")) { () throws -> SourceResponse in
      // Without a source the first sample stands in for one: only the base predictions are read then.
      let place = try source ?? data.subset(rows: [0])
      return try engine.responses(
        sources: place, probes: data, update: update ?? .sgd(learningRate: 1e-6))[0]
    }
    // The numbers of a sample are worth a column while they are few.
    let inputs = data.samples.count / max(data.count, 1)
    let shown = inputs <= 3 ? Array(0..<inputs) : []
    let scalars = data.samples.scalars
    let outputs = trained.run.network.outputs
    var columns: [(String, ColumnRole)] = [("run", .replicate), ("seed", .replicate), ("state", .key)]
    if outputs > 1 { columns.append(("output", .key)) }
    columns.append(("id", .note))
    for place in shown { columns.append(("x\(place)", .axis)) }
    var table = Table(columns: columns + [("target", .value), ("value", .value)])
    let targets = data.targets?.scalars
    for state in source == nil ? ["before"] : ["before", "after"] {
      for (row, change) in response.probes.enumerated() {
        for output in 0..<outputs {
          let value = change.z[output] + (state == "after" ? change.delta[output] : 0)
          let target =
            targets.map { Double($0[row * outputs + output]) } ?? (data.labels[row] == output ? 1 : 0)
          var cells: [Cell] = [
            .text(trained.name), .number(Double(trained.run.options.seed.root)), .text(state),
          ]
          if outputs > 1 { cells.append(.number(Double(output))) }
          cells.append(.number(Double(data.indices[row])))
          for place in shown { cells.append(.number(Double(scalars[row * inputs + place]))) }
          try table.append(cells + [.number(target), .number(value)])
        }
      }
    }
    guard let source else { return table }
    // The source itself, where its step has brought it.
    let place = source.samples.scalars
    for output in 0..<outputs {
      let target = source.targets.map { Double($0.scalars[output]) } ?? (source.labels[0] == output ? 1 : 0)
      var cells: [Cell] = [
        .text(trained.name), .number(Double(trained.run.options.seed.root)), .text("source"),
      ]
      if outputs > 1 { cells.append(.number(Double(output))) }
      cells.append(.number(Double(source.indices[0])))
      for i in shown { cells.append(.number(Double(place[i]))) }
      try table.append(
        cells + [.number(target), .number(response.own.z[output] + response.own.delta[output])])
    }
    return table
  }
}
