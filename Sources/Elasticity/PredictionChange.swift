import Elementary
import Network

/// One sample's prediction before an update and its change by it, in `Double` and free of cancellation.
///
/// Everything follows from the old outputs z and their *change* Δ, never from the difference of two predictions: at
/// |Δ| = 1e-7 the naive Σ q log(q/p) returns a negative number (background: elasticity-maths §6.5).
public struct PredictionChange: Sendable {
  /// What the sample should be predicted as.
  public enum Target: Sendable {
    case label(Int)
    case values([Double])
  }

  /// The numbers of many samples, row after row: a measurement keeps a change for every pair, and one array for each of
  /// their quantities would cost more than the arithmetic of a small network.
  private let table: [Double]
  private let row: Int
  /// Outputs of the sample.
  public let classes: Int
  /// Nil for a regression.
  private let label: Int?
  /// Whether Δ is a derivative: then every quantity is its leading term, linear or quadratic in Δ, whatever the size of Δ.
  public let isFirstOrder: Bool

  /// The quantities of a row, `classes` numbers each; a regression has its values in the place of probabilities, and no
  /// more.
  private enum Field: Int {
    case z, delta, old, logOld, logRatio, change
    static let values = Field.old
  }

  public init(z: [Double], delta: [Double], target: Target, isFirstOrder: Bool = false) {
    let targets: PredictionTargets =
      switch target {
      case .label(let label): .labels([label])
      case .values(let values): .values(values, count: 1)
      }
    self = PredictionChange.all(z: z, delta: delta, targets: targets, isFirstOrder: isFirstOrder)[0]
  }

  private init(table: [Double], row: Int, classes: Int, label: Int?, isFirstOrder: Bool) {
    (self.table, self.row, self.classes) = (table, row, classes)
    (self.label, self.isFirstOrder) = (label, isFirstOrder)
  }

  /// The changes of several samples, whose numbers stand sample after sample.
  ///
  /// - Precondition: as many old outputs as changes, the same number for each target.
  static func all(
    z: [Double], delta: [Double], targets: PredictionTargets, isFirstOrder: Bool
  ) -> [PredictionChange] {
    let samples = targets.count
    let classes = z.count / max(samples, 1)
    precondition(
      z.count == samples * classes && delta.count == z.count,
      "\(z.count) outputs and \(delta.count) changes of \(samples) samples")
    var (labels, values): ([Int]?, [Double]) = (nil, [])
    switch targets {
    case .labels(let classes): labels = classes
    case .values(let numbers, _): values = numbers
    }
    var table: [Double] = []
    table.reserveCapacity(z.count * fields(isClassification: labels != nil))
    for start in stride(from: 0, to: z.count, by: max(classes, 1)) {
      let (row, places) = (table.count, start..<start + classes)
      // Place by place: a slice would count references, two for each sample.
      for place in places { table.append(z[place]) }
      for place in places { table.append(delta[place]) }
      if labels == nil {
        for place in places { table.append(values[place]) }
      } else {
        appendProbabilities(to: &table, from: row, classes: classes, isFirstOrder: isFirstOrder)
      }
    }
    return (0..<samples).map {
      PredictionChange(
        table: table, row: $0, classes: classes, label: labels?[$0], isFirstOrder: isFirstOrder)
    }
  }

  private static func fields(isClassification: Bool) -> Int { isClassification ? 6 : 3 }

  private subscript(field: Field) -> OutputRow {
    let fields = PredictionChange.fields(isClassification: label != nil)
    return OutputRow(table, row: row * fields + field.rawValue, width: classes)
  }

  /// Old outputs.
  public var z: OutputRow { self[.z] }
  /// New − old outputs.
  public var delta: OutputRow { self[.delta] }
  /// What a regression should have given.
  var targetValues: OutputRow { self[.values] }
  /// max |Δ|
  var largestChange: Double { PredictionChange.largest(delta) }
  /// max |z|
  var largestOutput: Double { PredictionChange.largest(z) }

  private static func largest(_ row: OutputRow) -> Double {
    var largest = 0.0
    for place in row.indices { largest = max(largest, abs(row[place])) }
    return largest
  }

  public var target: Target { label.map { .label($0) } ?? .values(Array(self[.values])) }

  /// Old probabilities p; these and the next two are there for classifications only.
  public var old: OutputRow { probability(.old) }
  /// log p, finite where p itself is too small for a `Double`.
  private var logOld: OutputRow { probability(.logOld) }
  /// log q − log p of each class.
  public var logRatio: OutputRow { probability(.logRatio) }
  /// q − p.
  public var probabilityChange: OutputRow { probability(.change) }

  private func probability(_ field: Field) -> OutputRow {
    precondition(label != nil, "a regression has no probabilities")
    return self[field]
  }

  /// Appends p, log p, log q − log p and q − p to a row that holds old outputs and changes from `z` on.
  private static func appendProbabilities(
    to table: inout [Double], from z: Int, classes: Int, isFirstOrder: Bool
  ) {
    let (delta, old, logOld) = (z + classes, z + 2 * classes, z + 3 * classes)
    var likeliest = 0
    for c in 1..<max(classes, 1) where table[z + c] > table[z + likeliest] { likeliest = c }
    let top = table[z + likeliest]
    table += Softmax.probabilities(Array(table[z..<delta]))
    // p of the likeliest class is 1/Σ e^{z − top}.
    let logTotal = -log(table[old + likeliest])
    for c in 0..<classes { table.append(table[z + c] - top - logTotal) }
    // Changes are taken relative to that of the likeliest class, so that sums leave its p out: with p = 1 − 1e-9 the plain
    // form would lose nine digits.
    let shift = table[delta + likeliest]
    for c in 0..<classes { table.append(table[delta + c] - shift) }
    let logRatio = logOld + classes
    let mean = logMean(
      table[logOld..<logRatio], table[logRatio..<logRatio + classes], isFirstOrder: isFirstOrder)
    for c in 0..<classes {
      table[logRatio + c] -= mean
      let (logP, ratio) = (table[logOld + c], table[logRatio + c])
      table.append(isFirstOrder ? table[old + c] * ratio : moved(logP: logP, by: ratio))
    }
  }

  /// ln Σ_b p_b e^{Δ_b} = ln(1 + Σ_b p_b (e^{Δ_b} − 1)) of changes of which that of the likeliest class is 0; to first
  /// order Σ_b p_b Δ_b.
  ///
  /// The sum is at least 1/C − 1. A p that underflows is taken together with its power: beside p = 1 even e^{−80} counts.
  private static func logMean(
    _ logP: ArraySlice<Double>, _ relative: ArraySlice<Double>, isFirstOrder: Bool
  ) -> Double {
    let pairs = zip(logP, relative)
    if isFirstOrder { return pairs.reduce(0) { $0 + exp($1.0) * $1.1 } }
    let top = pairs.reduce(-Double.infinity) { max($0, $1.0 + $1.1) }
    if top < 700 { return log1p(pairs.reduce(0) { $0 + moved(logP: $1.0, by: $1.1) }) }
    // Beyond the range of numbers 1 counts no more.
    return top + log(pairs.reduce(0) { $0 + exp($1.0 + $1.1 - top) })
  }

  /// p (e^δ − 1) from log p: by one power where e^δ may overflow while p underflows.
  private static func moved(logP: Double, by delta: Double) -> Double {
    delta < 1 ? exp(logP) * expm1(delta) : exp(logP + delta) - exp(logP)
  }

  /// Σ p δ²: twice the leading term of either divergence, ½ Δᵀ(diag p − ppᵀ)Δ.
  private var variance: Double { zip(old, logRatio).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } }

  enum Direction { case newFromOld, oldFromNew }

  /// KL(q ‖ p) or KL(p ‖ q), each term ≥ 0.
  func divergence(of direction: Direction) -> Double {
    if isFirstOrder { return variance / 2 }
    switch direction {
    // With δ = log q − log p, KL(p ‖ q) = Σ p (e^δ − 1 − δ).
    case .oldFromNew: return zip(logOld, logRatio).reduce(0) { $0 + excess(logP: $1.0, $1.1) }
    // Roles swapped: δ → −δ, log p → log q = log p + δ.
    case .newFromOld: return zip(logOld, logRatio).reduce(0) { $0 + excess(logP: $1.0 + $1.1, -$1.1) }
    }
  }

  /// ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q)/2.
  var jensenShannon: Double {
    if isFirstOrder { return variance / 8 }
    return zip(logOld, logRatio).reduce(0) { sum, entry in
      let (logP, delta) = entry
      let middle = PredictionChange.middle(delta)
      return sum + 0.5 * excess(logP: logP, middle) + 0.5 * excess(logP: logP + delta, middle - delta)
    }
  }

  /// log m − log p = log((1 + e^δ)/2) of a class whose log q − log p is δ.
  private static func middle(_ delta: Double) -> Double {
    delta < 1 ? log1p(expm1(delta) / 2) : delta + log1p(exp(-delta)) - log(2)
  }

  /// log q − log m of a class: the derivative of twice the Jensen–Shannon divergence by q.
  func middleRatio(_ c: Int) -> Double {
    let delta = logRatio[c]
    return isFirstOrder ? delta / 2 : -PredictionChange.middle(-delta)
  }

  /// Change of the sample's loss: of −log p_y, or of the mean of (f − y)².
  var lossChange: Double {
    if let label { return -logRatio[label] }
    let (z, delta, y) = (self.z, self.delta, self[.values])
    let sum = z.indices.reduce(0) {
      $0 + delta[$1] * (2 * (z[$1] - y[$1]) + (isFirstOrder ? 0 : delta[$1]))
    }
    return sum / Double(classes)
  }

  /// Change of z_y − max over the other classes.
  var marginChange: Double {
    guard let y = label, classes > 1 else { return 0 }
    let (z, delta) = (self.z, self.delta)
    let others = z.indices.filter { $0 != y }
    let top = others.map { z[$0] }.max() ?? 0
    if isFirstOrder { return delta[y] - (others.first { z[$0] == top }.map { delta[$0] } ?? 0) }
    // max(z + Δ) − max z as max(Δ − (max z − z)): no difference of nearly equal numbers.
    return delta[y] - (others.map { delta[$0] - (top - z[$0]) }.max() ?? 0)
  }

  /// Σ p_c (log p_c − q_c), as the published code computes it.
  var publishedScore: Double {
    zip(old, probabilityChange).reduce(0) { sum, entry in
      let (p, change) = entry
      return p == 0 ? sum : sum + p * (log(p) - (p + change))
    }
  }
}

/// p (e^x − 1 − x) ≥ 0 from log p: by its series where the difference cancels, as one power where e^x would overflow.
private func excess(logP: Double, _ x: Double) -> Double {
  let p = exp(logP)
  if abs(x) < 1e-2 {
    // x²/2 + x³/6 + … to the eighth power: below rounding for |x| < 0.01.
    return p * x * x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7 * (1 + x / 8))))))
  }
  return x < 1 ? p * (expm1(x) - x) : exp(logP + x) - p - p * x
}
