import Datasets
import Elementary
import Language
import Random
import Tensor
import Theory

/// The closed forms that `solve` knows.
enum ClosedForm: String, CaseIterable {
  case features, gate, population, homogeneous, point, chain, kernel, ridge

  /// One line each, for help.
  var doc: String {
    switch self {
    case .features: "classification by features: penalised linear regression to one-hot targets (Theorem 3.2)"
    case .gate: "one ReLU gate on one data point (Lemma 4.3)"
    case .population: "one ReLU gate on Gaussian data with a teacher gate"
    case .homogeneous: "f = sum w^degree x on an orthogonal design (Theorems 5.1 to 5.3)"
    case .point: "f = sum w^degree x on one data point"
    case .chain: "f = a_1 ... a_L (v.x) on one data point"
    case .kernel: "kernel regression with the tangent kernel of a wide two-layer ReLU network"
    case .ridge: "the published ridge experiment, drawn as NumPy drew it"
    }
  }

  /// The forms that an option belongs to; nil for an option of all.
  static func owners(of option: String) -> [ClosedForm]? {
    switch option {
    case "on": [.features, .kernel]
    case "penalty", "time_scale", "as": [.features, .ridge]
    case "step_penalty": [.features]
    case "degree": [.homogeneous, .point]
    case "optimum": [.homogeneous, .population]
    case "moments": [.homogeneous]
    case "point", "target": [.gate, .point, .chain]
    case "factors": [.chain]
    case "start": [.features, .gate, .population, .homogeneous, .point, .chain]
    case "rate": [.gate, .population, .homogeneous, .point, .chain, .kernel]
    case "dimensions": [.gate, .population, .homogeneous, .point, .chain, .ridge]
    case "features", "per_class", "pairs", "starts", "pairing": [.ridge]
    case "points", "source", "probe", "average", "keep": allCases.filter { $0 != .ridge }
    default: nil
    }
  }
}

/// The numbers of a `solve`, read from its options and, where none are given, drawn.
struct ClosedFormInput {
  let session: Session
  let call: Call
  let form: ClosedForm
  let seed: Seed

  init(_ session: Session, _ call: Call, _ form: ClosedForm) throws {
    (self.session, self.call, self.form) = (session, call, form)
    seed = try session.seed(call)
    for option in call.ranges.keys.sorted() {
      guard let owners = ClosedForm.owners(of: option), !owners.contains(form) else { continue }
      let names = owners.map(\.rawValue)
      let hint = "\(names.joined(separator: " and ")) \(names.count == 1 ? "has" : "have") it"
      throw SessionError.unknownOption(owner: "solve \(form.rawValue)", option: option, hint: hint)
        .diagnostic(at: call.range(of: option))
    }
  }

  func numbers(_ name: String) throws -> [Double]? {
    guard let value = call.options[name] else { return nil }
    if let number = value.number { return [number] }
    return value.elements?.compactMap(\.number)
  }

  func required(_ name: String, _ kind: String) throws -> [Double] {
    guard let numbers = try numbers(name) else {
      throw SessionError.missingOption(owner: "solve \(form.rawValue)", option: name, kind: kind)
        .diagnostic(at: call.command.range)
    }
    return numbers
  }

  /// The numbers of `name`, filled up with zeros to `dimensions=`.
  func padded(_ name: String, _ kind: String) throws -> [Double] {
    let given = try required(name, kind)
    guard let dimensions = call.whole("dimensions") else { return given }
    guard given.count <= dimensions else {
      throw SessionError.wrongKind(
        what: "dimensions", expected: "at least the \(given.count) numbers of \(name)",
        found: String(dimensions),
        hint: nil
      ).diagnostic(at: call.range(of: "dimensions"))
    }
    return given + [Double](repeating: 0, count: dimensions - given.count)
  }

  /// The start: a list, one number for all weights, or normal numbers from the stream init.
  func start(_ count: Int, otherwise fallback: Double? = nil) throws -> [Double] {
    if let value = call.options["start"] {
      if let number = value.number { return [Double](repeating: number, count: count) }
      return value.elements?.compactMap(\.number) ?? []
    }
    if let fallback { return [Double](repeating: fallback, count: count) }
    return RandomStream(seed, .initialization, object: "solve \(form.rawValue)").normals(0..<UInt64(count))
  }

  var rate: Double { call.number("rate") ?? 1 }
  var formula: FeatureFormula { call.text("as").flatMap(FeatureFormula.init) ?? .corrected }

  var times: [Double] {
    if let value = call.options["times"] {
      return value.number.map { [$0] } ?? value.elements?.compactMap(\.number) ?? []
    }
    return form == .ridge ? (0...8000).map(Double.init) : [0] + (-20...20).map { pow(10, Double($0) / 10) }
  }

  /// The flow of every form but `ridge`.
  func flow() throws -> any GradientFlow {
    switch form {
    case .features: return try featureFlow()
    case .gate:
      let point = try padded("point", "the data point, such as [1, 0.5]")
      return try ReLUGateFlow(
        start: start(point.count), point: point, target: target, rate: rate)
    case .population:
      let teacher = try padded("optimum", "the weights of the teacher gate")
      return try ReLUGatePopulationFlow(start: start(teacher.count), teacher: teacher, rate: rate)
    case .homogeneous:
      let optimum = try padded("optimum", "the coefficients that the flow goes to, such as [2, 1, 0]")
      let moments = try numbers("moments")
      return try HomogeneousFlow(
        start: start(optimum.count, otherwise: 0.3), degree: call.number("degree") ?? 2, optimum: optimum,
        moments: moments, rate: rate)
    case .point:
      let point = try padded("point", "the data point, such as [1, 0.5]")
      return try HomogeneousPointFlow(
        start: start(point.count, otherwise: 0.3), degree: call.number("degree") ?? 2, point: point,
        target: target, rate: rate)
    case .chain:
      let point = try padded("point", "the data point, such as [1, 0.5]")
      let factors = try required("factors", "the first factors of the chain, such as [0.5, 0.5]")
      return try ChainFlow(
        factors: factors, start: start(point.count), point: point, target: target, rate: rate)
    case .kernel:
      let data = try data()
      guard let targets = data.targets, targets.shape[1] == 1 else {
        throw SessionError.engine(
          "\(data.name) has no column of targets: the kernel regresses on one number a sample"
        ).diagnostic(at: call.range(of: "on"))
      }
      return try ReLUKernelFlow(
        points: data.vectors, targets: targets.scalars.map(Double.init), rate: rate)
    case .ridge: preconditionFailure("the ridge experiment is many flows")
    }
  }

  private var target: Double { call.number("target") ?? 1 }

  func data() throws -> Dataset {
    guard case .dataset(let data)? = call.options["on"] else {
      throw SessionError.missingOption(owner: "solve \(form.rawValue)", option: "on", kind: "a data set")
        .diagnostic(at: call.command.range)
    }
    return data
  }

  private func featureFlow() throws -> FeatureFlow {
    let data = try data()
    let features = DoubleMatrix(rows: data.vectors)
    let classes = data.classNames.count
    if features.columns > 5000 {
      throw SessionError.engine(
        "samples of \(features.columns) numbers: the closed form decomposes a matrix of that size, at most 5000"
      ).diagnostic(at: call.range(of: "on"))
    }
    let problem = try FeatureClassification(
      features: features, labels: data.labels, classes: classes, penalty: call.number("penalty") ?? 0,
      timeScale: call.number("time_scale") ?? 1, as: formula)
    let start = try start(classes * features.columns)
    guard start.count == classes * features.columns else {
      throw TheoryError.otherSize(
        what: "start", expected: classes * features.columns, found: start.count)
    }
    return try FeatureFlow(
      problem, start: DoubleMatrix(rows: classes, columns: features.columns, scalars: start),
      stepPenalty: call.number("step_penalty"))
  }
}

extension Dataset {
  /// Each sample as one vector, in the order of memory.
  var vectors: [[Double]] {
    let length = samples.count / max(count, 1)
    let scalars = samples.scalars
    return (0..<count).map { row in scalars[row * length..<(row + 1) * length].map(Double.init) }
  }
}
