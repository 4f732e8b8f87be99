import Datasets
import Language
import Network
import Tables
import Training

extension Verb {
  static let compare = Verb(
    "compare",
    "set the closed form of the same model beside a trained network: weights, loss and S_rel, with the largest difference",
    things: [
      ThingDeclaration(
        "RUN", .run,
        "a run with loss=mse, sgd and all samples in a batch, of linear, gate, homogeneous, a chain or a wide network"
      )
    ],
    options: [
      OptionDeclaration(
        "points", .dataset, "samples that are each source and probe; else the first 20 of the data"),
      OptionDeclaration(
        "steps", .wholes(atLeast: 0), "the steps to compare at; else 0, 1, 2, 4 and so on to the last"),
    ],
    example:
      "compare train(model(linear, bias=no), on=shoes, loss=mse, optimizer=sgd(lr=0.001), batch=60, steps=8)"
  ) { session, call in
    guard case .run(let trained) = call.things[0] else { return .nothing }
    let range = call.command.items[0].range
    return try session.located(at: range) {
      let start = try session.start(of: trained)
      let comparison = try RunComparison(start)
      let points: Dataset
      if case .dataset(let given)? = call.options["points"] {
        points = given
      } else {
        points = try start.data.subset(rows: Array(0..<min(20, start.data.count)))
      }
      var steps = call.wholes("steps") ?? [0]
      if call.options["steps"] == nil {
        var next = 1
        while next < trained.run.step {
          steps.append(next)
          next *= 2
        }
        if trained.run.step > 0 { steps.append(trained.run.step) }
      }
      steps = Set(steps).sorted()
      let table = try comparison.table(trained, start: start, steps: steps, points: points, session: session)
      for quantity in try table.levels(of: "quantity") {
        let rows = try table.filtered("quantity", equals: quantity)
        let differences = try rows.numbers(in: "difference")
        guard let worst = differences.indices.max(by: { differences[$0] < differences[$1] }) else { continue }
        let step = try rows.numbers(in: "step")[worst]
        session.output(
          .note(
            "\(quantity): largest difference \(differences[worst].significant(3)) at step \(Int(step))"))
      }
      return .table(table)
    }
  }
}

extension Session {
  /// The run at step 0: as it was drawn, or as its weights were read.
  fileprivate func start(of trained: TrainedRun) throws -> Run {
    if let start = trained.start { return start }
    return try Run(
      trained.run.network.model, on: trained.run.data, optimizer: trained.run.optimizer,
      options: trained.run.options, workers: workers)
  }
}
