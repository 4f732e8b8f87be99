import Datasets
import Elasticity
import Language
import Random
import Tables
import Theory

/// S of a closed form at chosen points, as long tables.
struct ClosedFormTable {
  let flow: any GradientFlow
  let states: [FlowState]
  let name: String
  let formula: String?
  let points: ClosedFormPoints

  /// One row for each time, pair of classes and average, with an interval for other samples.
  func averages(_ averages: [Average]) throws -> Table {
    var columns: [(String, ColumnRole)] = [("model", .key)]
    if formula != nil { columns.append(("as", .key)) }
    columns += [("average", .key), ("source_class", .key), ("probe_class", .key), ("same", .key)]
    columns += [("time", .axis), ("loss", .value)] + Table.Schema.estimate
    var table = Table(columns: columns)
    let names = points.classNames
    for state in states {
      let all = matrix(state)
      for source in names.indices {
        for probe in names.indices {
          let estimates = PairEstimates([all.block(source, probe)])
          let pairs = points.pairCount(source, probe)
          if pairs == 0 { continue }
          for average in averages {
            let keys: [Cell] =
              [.text(name)] + (formula.map { [.text($0)] } ?? []) + [
                .text(average.rawValue), .text(names[source]), .text(names[probe]), .flag(source == probe),
              ]
            try table.append(
              keys + [.number(state.time), .number(state.loss)]
                + estimates.cells(estimates.average(average), dropped: pairs - estimates.pairs))
          }
        }
      }
    }
    return table
  }

  /// One row for each time and pair.
  func pairs() throws -> Table {
    var table = Table(columns: [
      ("model", .key), ("source_class", .key), ("probe_class", .key), ("same", .key), ("source_id", .key),
      ("probe_id", .key), ("time", .axis), ("loss", .value), ("d_source", .value), ("d_probe", .value),
      ("sign", .value), ("value", .value),
    ])
    for state in states {
      for (i, row) in responses(state).enumerated() {
        for (j, response) in row.enumerated() where points.isPair(i, j) {
          let (source, probe) = (points.sources[i], points.probes[j])
          try table.append([
            .text(name), .text(points.classNames[source.label]), .text(points.classNames[probe.label]),
            .flag(source.label == probe.label), .number(Double(points.sourceIDs[i])),
            .number(Double(points.probeIDs[j])), .number(state.time), .number(state.loss),
            .number(response.source), .number(abs(response.probe)),
            .number(response.probe == 0 ? 0 : response.probe < 0 ? -1 : 1),
            response.value.map { .number($0) } ?? .missing,
          ])
        }
      }
    }
    return table
  }

  /// One row for each time and weight.
  func weights() throws -> Table {
    var table = Table(columns: [
      ("model", .key), ("weight", .key), ("time", .axis), ("loss", .value), ("value", .value),
    ])
    let names = flow.weightNames
    for state in states {
      for (weight, value) in zip(names, state.weights) {
        try table.append([
          .text(name), .text(weight), .number(state.time), .number(state.loss), .number(value),
        ])
      }
    }
    return table
  }

  /// The plane of a gate at the last time: the weights w, the source, the probes that its step moves and those that it
  /// does not, and the two ends of a piece of the hyperplane w·x = 0 on which the gate closes.
  ///
  /// - Throws: `SessionError.engine` for another form than a gate or samples of other than two numbers.
  func plane() throws -> Table {
    guard name == "gate" || name == "population", flow.inputCount == 2, let state = states.last,
      let first = points.sources.first
    else {
      throw SessionError.engine("keep=plane draws a gate in the plane: gate or population with two numbers")
    }
    // The data point of the gate, else the first sample at which the gate is open.
    let isOpen = { (x: [Double]) in state.weights[0] * x[0] + state.weights[1] * x[1] > 0 }
    let own = (flow as? ReLUGateFlow).map { LabelledPoint($0.point) }
    let source = own ?? points.sources.first { isOpen($0.x) } ?? first
    var table = Table(columns: [
      ("model", .key), ("part", .key), ("time", .key), ("x0", .axis), ("x1", .value), ("value", .value),
    ])
    func add(_ part: String, _ x: [Double], _ value: Double?) throws {
      try table.append([
        .text(name), .text(part), .number(state.time), .number(x[0]), .number(x[1]),
        value.map { .number($0) } ?? .missing,
      ])
    }
    for probe in points.probes where probe != source {
      let value = flow.response(state.weights, source: source, probe: probe).value
      try add(value.map { $0 > 0 ? "moves" : "stays" } ?? "undefined", probe.x, value)
    }
    let reach = points.probes.map { max(abs($0.x[0]), abs($0.x[1])) }.max() ?? 1
    let length = (state.weights[0] * state.weights[0] + state.weights[1] * state.weights[1]).squareRoot()
    if length > 0 {
      let direction = [-state.weights[1] / length, state.weights[0] / length]
      // As far as the probes reach.
      for end in [-reach, reach] { try add("hyperplane", direction.map { $0 * end }, nil) }
    }
    try add("w", state.weights, nil)
    try add("source", source.x, isOpen(source.x) ? 1 : nil)
    return table
  }

  private func responses(_ state: FlowState) -> [[Response]] {
    let response = flow.responses(state.weights)
    return points.sources.map { source in points.probes.map { response(source, $0) } }
  }

  /// S of all pairs at one time.
  private func matrix(_ state: FlowState) -> PairMatrix {
    let responses = responses(state)
    return PairMatrix(
      values: responses.enumerated().flatMap { i, row in
        row.enumerated().map { j, response in points.isPair(i, j) ? response.value ?? .nan : .nan }
      },
      denominators: responses.map { $0.first?.source ?? .nan }, sourceClasses: points.sources.map(\.label),
      probeClasses: points.probes.map(\.label),
      ownColumns: points.sources.indices.map { points.leavesSelfOut ? $0 : nil })
  }
}

/// Where S of a closed form is asked for.
struct ClosedFormPoints {
  var sources: [LabelledPoint]
  var probes: [LabelledPoint]
  var sourceIDs: [Int]
  var probeIDs: [Int]
  var classNames: [String]
  /// Sources and probes are the same points: a point is no pair with itself.
  var leavesSelfOut: Bool

  func isPair(_ source: Int, _ probe: Int) -> Bool { !leavesSelfOut || source != probe }

  /// How many pairs two classes have.
  func pairCount(_ sourceClass: Int, _ probeClass: Int) -> Int {
    let (n, m) = (sources.count { $0.label == sourceClass }, probes.count { $0.label == probeClass })
    return leavesSelfOut && sourceClass == probeClass ? n * (m - 1) : n * m
  }

  /// The points of a data set, of two lists of numbers, or so many standard normal ones.
  init(_ input: ClosedFormInput, flow: any GradientFlow) throws {
    let call = input.call
    let size = flow.inputCount
    if call.ranges["source"] != nil || call.ranges["probe"] != nil {
      let source = try input.required("source", "the numbers of a sample")
      let probe = try input.required("probe", "the numbers of a sample")
      for (what, numbers) in [("source", source), ("probe", probe)] where numbers.count != size {
        throw TheoryError.otherSize(what: what, expected: size, found: numbers.count)
      }
      if call.ranges["points"] != nil {
        throw SessionError.conflictingOptions("points", "source").diagnostic(at: call.range(of: "source"))
      }
      (sources, probes, sourceIDs, probeIDs) = ([LabelledPoint(source)], [LabelledPoint(probe)], [0], [1])
      (classNames, leavesSelfOut) = (["all"], false)
      return
    }
    leavesSelfOut = true
    if case .dataset(let data)? = call.options["points"] {
      let vectors = data.vectors
      guard vectors.first?.count == size else {
        throw TheoryError.otherSize(what: "a point", expected: size, found: vectors.first?.count ?? 0)
      }
      sources = zip(vectors, data.labels).map { LabelledPoint($0, label: $1) }
      (sourceIDs, classNames) = (data.indices, data.classNames)
    } else if input.form == .features {
      throw SessionError.missingOption(
        owner: "solve features", option: "points", kind: "samples, such as pts = pick d per_class=20"
      ).diagnostic(at: call.command.range)
    } else {
      let count = call.whole("points") ?? 100
      guard count > 1, count <= 1000 else {
        throw SessionError.wrongKind(
          what: "points", expected: "2 to 1000 points", found: String(count), hint: nil
        ).diagnostic(at: call.range(of: "points"))
      }
      let stream = RandomStream(input.seed, .points, object: "solve")
      let numbers = stream.normals(0..<UInt64(count * size))
      sources = (0..<count).map { LabelledPoint(Array(numbers[$0 * size..<($0 + 1) * size])) }
      (sourceIDs, classNames) = (Array(0..<count), ["all"])
    }
    (probes, probeIDs) = (sources, sourceIDs)
  }
}
