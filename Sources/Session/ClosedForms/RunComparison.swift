import Autodiff
import Datasets
import Elasticity
import Elementary
import Language
import Network
import Tables
import Tensor
import Theory
import Training

/// A trained network beside the closed form of the same model: the run is repeated from its first weights on
/// a copy, and compared at some of its steps.
struct RunComparison {
  /// The closed form that belongs to the run; nil for the wide network, of which only S is known.
  let flow: any GradientFlow
  /// Flow time of one step.
  let timeOfStep: Double
  /// The network's weights in the order of the form; nil where the form has none of its own.
  let weights: ((Run) -> [Double])?
  /// Outputs of the form from its weights.
  let outputs: (([Double], [Double]) -> [Double])?

  /// - Throws: `SessionError.engine` for a run that no closed form describes, with the reason.
  init(_ start: Run) throws {
    let (model, data) = (start.network.model, start.data)
    func refuse(_ reason: String) -> SessionError {
      .engine("no closed form describes this run: \(reason)")
    }
    guard start.options.loss == .meanSquaredError else { throw refuse("its loss is not mse") }
    guard case .sgd(let rate, 0, let decay) = start.optimizer else {
      throw refuse("its optimizer is not sgd without momentum")
    }
    guard start.options.batch == data.count else {
      throw refuse("a flow sees all samples in each step: train with batch=\(data.count)")
    }
    guard !model.bias || !model.hasBiasOption else { throw refuse("the network has biases: bias=no") }
    let drawn = start.network.exported(start.weights).map { $0.tensor.scalars.map(Double.init) }
    let flat: (Run) -> [Double] = { run in
      run.network.exported(run.weights).flatMap { $0.tensor.scalars.map(Double.init) }
    }
    switch model.architecture {
    case .linear where data.targets == nil:
      let classes = Double(data.classNames.count)
      // The mean over K outputs of (f − e)² has 2/K of the gradient of half the sum.
      let features = DoubleMatrix(rows: data.networkInputs)
      let problem = try FeatureClassification(
        features: features, labels: data.labels, classes: data.classNames.count,
        penalty: decay * classes * classes / 2)
      let first = DoubleMatrix(rows: data.classNames.count, columns: features.columns, scalars: drawn[0])
      flow = try FeatureFlow(problem, start: first, stepPenalty: 0)
      (timeOfStep, weights) = (rate * 2 / classes, flat)
      outputs = { w, x in
        (0..<w.count / x.count).map { c in
          zip(w[c * x.count..<(c + 1) * x.count], x).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
    case .gate where data.count == 1 && start.network.outputs == 1 && decay == 0:
      flow = try ReLUGateFlow(start: drawn[0], point: data.networkInputs[0], target: data.target)
      (timeOfStep, weights) = (2 * rate, flat)
      outputs = { w, x in [max(0, zip(w, x).reduce(0) { $0 + $1.0 * $1.1 })] }
    case .homogeneous(let degree) where start.network.outputs == 1 && decay == 0 && data.targets != nil:
      if data.count == 1 {
        flow = try HomogeneousPointFlow(
          start: drawn[0], degree: degree, point: data.networkInputs[0], target: data.target)
      } else {
        guard let design = OrthogonalDesign(data) else {
          throw refuse(
            "the features of its samples are not orthogonal: their products summed over the samples must be 0"
          )
        }
        flow = try HomogeneousFlow(
          start: drawn[0], degree: degree, optimum: design.optimum, moments: design.moments)
      }
      (timeOfStep, weights) = (2 * rate, flat)
      outputs = { w, x in [zip(w, x).reduce(0) { $0 + pow($1.0, degree) * $1.1 }] }
    case .mlp(let widths)
    where model.activation == .none && widths.allSatisfy { $0 == 1 } && data.count == 1
      && start.network.outputs == 1 && decay == 0 && model.parametrization == .standard && !widths.isEmpty:
      let depth = widths.count
      flow = try ChainFlow(
        factors: drawn[1...].flatMap { $0 }, start: drawn[0], point: data.networkInputs[0],
        target: data.target)
      timeOfStep = 2 * rate
      weights = { run in
        let all = flat(run)
        return Array(all.suffix(depth) + all.dropLast(depth))
      }
      outputs = { w, x in
        [w.prefix(depth).reduce(1, *) * zip(w.dropFirst(depth), x).reduce(0) { $0 + $1.0 * $1.1 }]
      }
    case .mlp(let widths)
    where widths.count == 1 && model.activation == .relu && model.parametrization == .ntk
      && start.network.outputs == 1 && data.targets != nil:
      flow = try ReLUKernelFlow(
        points: data.networkInputs, targets: data.targets?.scalars.map(Double.init) ?? [])
      (timeOfStep, weights, outputs) = (2 * rate / Double(data.input.count), nil, nil)
    default:
      throw refuse(
        "known are linear on classes, gate and mlp activation=none widths=[1, …] on one sample, homogeneous on one sample or "
          + "an orthogonal design with one target, and "
          + "mlp widths=[m] parametrization=ntk on one target a sample, all with bias=no and weight_decay only in linear"
      )
    }
  }

  /// Rows for each compared step: loss, weights and S of both, with the largest difference.
  func table(_ trained: TrainedRun, start: Run, steps: [Int], points: Dataset, session: Session) throws
    -> Table
  {
    var table = Table(columns: [
      ("quantity", .key), ("step", .axis), ("time", .axis), ("closed_form", .value), ("network", .value),
      ("difference", .value), ("n", .note),
    ])
    let states = try flow.states(at: steps.map { Double($0) * timeOfStep })
    let samples = zip(points.networkInputs, points.labels).map { LabelledPoint($0, label: $1) }
    var run = start
    for (step, state) in zip(steps, states) {
      while run.step < step {
        try run.advance(workers: session.workers)
        if session.interruption.isRequested { throw Stop.interrupted }
      }
      func add(_ quantity: String, _ closed: Double, _ network: Double, _ difference: Double, _ count: Int)
        throws
      {
        try table.append([
          .text(quantity), .number(Double(step)), .number(state.time), .number(closed), .number(network),
          .number(difference), .number(Double(count)),
        ])
      }
      if let weights, let outputs {
        let found = weights(run)
        let gap = zip(found, state.weights).map { abs($0 - $1) }.max() ?? 0
        func size(_ w: [Double]) -> Double { w.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        try add("weights", size(state.weights), size(found), gap, found.count)
        let network = try run.evaluate(on: run.data, workers: session.workers).loss
        let closed = loss(run.data) { outputs(state.weights, $0) }
        try add("loss", closed, network, abs(closed - network), run.data.count)
      }
      let measured = try Measurement(
        of: run, name: trained.name, sources: points, probes: points,
        options: MeasurementOptions(
          updates: [.sgd(learningRate: 1e-6)], distances: [.output], averages: [.mean], keepsPairs: true),
        workers: session.workers)
      let values = try measured.pairs?.numbers(in: "value") ?? []
      let pairs = samples.indices.flatMap { i in samples.indices.compactMap { j in i == j ? nil : (i, j) } }
      let closed = flow.elasticities(
        state, pairs: pairs.map { (source: samples[$0.0], probe: samples[$0.1]) })
      let both = zip(closed, values).compactMap { a, b in a.map { ($0, b) } }.filter { $0.1.isFinite }
      guard !both.isEmpty else { continue }
      let count = Double(both.count)
      try add(
        "srel", both.reduce(0) { $0 + $1.0 } / count, both.reduce(0) { $0 + $1.1 } / count,
        both.map { abs($0.0 - $0.1) }.max() ?? 0, both.count)
    }
    return table
  }

  /// The mean over samples and outputs of (f − y)².
  private func loss(_ data: Dataset, _ outputs: ([Double]) -> [Double]) -> Double {
    let targets = data.targets?.scalars.map(Double.init)
    let inputs = data.networkInputs
    let sum = inputs.indices.reduce(0.0) { sum, i in
      let found = outputs(inputs[i])
      let gaps = found.indices.map { c in
        let wanted = targets.map { $0[i * found.count + c] } ?? (data.labels[i] == c ? 1 : 0)
        return (found[c] - wanted) * (found[c] - wanted)
      }
      return sum + gaps.reduce(0, +) / Double(found.count)
    }
    return sum / Double(max(inputs.count, 1))
  }
}

/// Samples whose features are orthogonal over the data, with their second moments s_j = mean x_j² and the
/// coefficients that fit best, β*_j = mean x_j y / s_j.
private struct OrthogonalDesign {
  let moments: [Double]
  let optimum: [Double]

  /// nil where a product of two features is more than 10⁻⁵ of their size. A feature that is 0 everywhere fits
  /// nothing: β*_j = 0.
  init?(_ data: Dataset) {
    let x = data.networkInputs
    let y = data.targets?.scalars.map(Double.init) ?? []
    func mean(_ body: (Int) -> Double) -> Double { x.indices.reduce(0) { $0 + body($1) } / Double(x.count) }
    let features = x[0].indices
    let squares = features.map { j in mean { x[$0][j] * x[$0][j] } }
    for a in features {
      for b in features.dropFirst(a + 1)
      where abs(mean { x[$0][a] * x[$0][b] }) > 1e-5 * (squares[a] * squares[b]).squareRoot() { return nil }
    }
    moments = squares
    optimum = features.map { j in squares[j] > 0 ? mean { x[$0][j] * y[$0] } / squares[j] : 0 }
  }
}

extension Dataset {
  /// Each sample in the order in which a linear layer after `flatten` sees it: channel, row, column.
  fileprivate var networkInputs: [[Double]] {
    let (height, width, channels) = sampleShape
    return vectors.map { vector in
      (0..<channels).flatMap { c in (0..<height * width).map { vector[$0 * channels + c] } }
    }
  }

  /// The target of the first sample.
  fileprivate var target: Double { targets.map { Double($0.scalars[0]) } ?? 0 }
}
