/// A predictor under gradient flow whose weights are known at every time.
public protocol GradientFlow: Sendable {
  /// The names of the weights, in their order.
  var weightNames: [String] { get }

  /// How many numbers a sample has.
  var inputCount: Int { get }

  /// Weights and loss at the given times.
  /// - Throws: `TheoryError` for a time that is negative or not finite, or that the form does not reach.
  func states(at times: [Double]) throws(TheoryError) -> [FlowState]

  /// The change of the prediction at the source and at the probe by a small step at the source, up to one common factor.
  func response(_ weights: [Double], source: LabelledPoint, probe: LabelledPoint) -> Response

  /// The same for many pairs in one state: what depends on the weights alone is computed once.
  func responses(_ weights: [Double]) -> (_ source: LabelledPoint, _ probe: LabelledPoint) -> Response
}

extension GradientFlow {
  public func responses(_ weights: [Double]) -> (LabelledPoint, LabelledPoint) -> Response {
    { response(weights, source: $0, probe: $1) }
  }
}

/// Where a flow is at one time.
public struct FlowState: Hashable, Sendable {
  public var time: Double
  public var weights: [Double]
  public var loss: Double

  public init(time: Double, weights: [Double], loss: Double) {
    (self.time, self.weights, self.loss) = (time, weights, loss)
  }
}

/// A sample: its numbers and, for classification, its class.
public struct LabelledPoint: Hashable, Sendable {
  public var x: [Double]
  public var label: Int

  public init(_ x: [Double], label: Int = 0) { (self.x, self.label) = (x, label) }
}

/// D(x) and D(x') of one step, of which S = D(x') / D(x).
public struct Response: Hashable, Sendable {
  /// D at the source, not negative.
  public var source: Double
  /// D at the probe, with the direction of the change where the prediction is one number.
  public var probe: Double
  /// The size of the terms that make up `source`, to tell 0 from rounding.
  public var scale: Double

  public init(source: Double, probe: Double, scale: Double) {
    (self.source, self.probe, self.scale) = (source, probe, scale)
  }

  /// S = |D(x')| / D(x); nil where D(x) is 0 or lost in rounding.
  public var value: Double? {
    source > 1e-14 * scale && source.isFinite && probe.isFinite ? abs(probe) / source : nil
  }
}

extension GradientFlow {
  /// S of each pair in one state, nil where it is not defined.
  public func elasticities(
    _ state: FlowState, pairs: [(source: LabelledPoint, probe: LabelledPoint)]
  ) -> [Double?] {
    let response = responses(state.weights)
    return pairs.map { response($0.source, $0.probe).value }
  }
}

/// - Throws: for a time that no flow has.
func check(times: [Double]) throws(TheoryError) {
  for time in times where !(time >= 0 && time.isFinite) {
    throw .invalid(what: "a time", value: time, reason: "times are finite numbers, 0 or more")
  }
}

/// The states, all of whose numbers a `Double` holds.
/// - Throws: `overflow` at the first time where one is larger.
func representable(_ states: [FlowState]) throws(TheoryError) -> [FlowState] {
  for state in states where !(state.loss.isFinite && state.weights.allSatisfy(\.isFinite)) {
    throw .overflow(time: state.time)
  }
  return states
}

func check(_ what: String, _ numbers: [Double]) throws(TheoryError) {
  if !numbers.allSatisfy(\.isFinite) { throw .notFinite(what) }
}

func check(_ what: String, _ numbers: [Double], count: Int) throws(TheoryError) {
  if numbers.count != count { throw .otherSize(what: what, expected: count, found: numbers.count) }
  try check(what, numbers)
}

func checkPositive(_ what: String, _ value: Double) throws(TheoryError) {
  if !(value > 0 && value.isFinite) {
    throw .invalid(what: what, value: value, reason: "a finite number above 0 is needed")
  }
}
