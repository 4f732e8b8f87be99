import Random

/// The published ridge experiment: random ReLU features of two Gaussian clouds, classified by Theorem 3.2's flow from random
/// starts, S between samples of the two classes.
///
/// Every number is drawn from NumPy's legacy random state in the order of the published notebooks: W [p, dim], the data vector
/// of each sample (class 0, around 1 with deviation 2, before class 1, around 9 with deviation 1), then w_0 and w_1 for each
/// pair and start. h = max(0, W x).
public struct RidgeExperiment: Sendable {
  public struct Size: Hashable, Sendable {
    /// p.
    public var features = 10
    public var dimensions = 100
    public var samplesPerClass = 1000
    public var pairs = 20
    public var starts = 10
    /// λ.
    public var penalty = 1.0
    /// θ.
    public var timeScale = 1e-3

    public init() {}
  }

  /// Which samples are paired.
  public enum Pairing: String, CaseIterable, Hashable, Sendable {
    /// Source in class 1, probe in class 0: also what the notebooks called "intraclass" do.
    case between
    /// Both in class 1.
    case within
  }

  public let size: Size
  /// h of each sample, class 0 first.
  public let features: DoubleMatrix
  public let labels: [Int]
  /// The starts of each pair, [2, p] each.
  public let starts: [[DoubleMatrix]]

  /// Draws an experiment; a second one continues the same stream, as the published one with p = 100 does.
  ///
  /// - Throws: `tooFew` for sizes below 1 or fewer than two samples of a class for each pair, `invalid`.
  public init(_ size: Size, state: inout NumPyRandomState) throws(TheoryError) {
    for (what, value) in [
      ("features", size.features), ("dimensions", size.dimensions), ("pairs", size.pairs),
      ("starts", size.starts),
    ] where value < 1 { throw .tooFew(what: what, least: 1, found: value) }
    if size.samplesPerClass < 2 * size.pairs {
      throw .tooFew(what: "samples of a class", least: 2 * size.pairs, found: size.samplesPerClass)
    }
    self.size = size
    let (p, dim, n) = (size.features, size.dimensions, size.samplesPerClass)
    let projection = DoubleMatrix(rows: p, columns: dim, scalars: state.normals(p * dim))
    var clouds: [Double] = []
    clouds.reserveCapacity(2 * n * dim)
    for _ in 0..<n * dim { clouds.append(1 + 2 * state.normal()) }
    for _ in 0..<n * dim { clouds.append(9 + state.normal()) }
    var features = DoubleMatrix.product(
      DoubleMatrix(rows: 2 * n, columns: dim, scalars: clouds), projection, transposingSecond: true)
    for i in features.scalars.indices { features.scalars[i] = max(features.scalars[i], 0) }
    self.features = features
    labels = (0..<2 * n).map { $0 / n }
    starts = (0..<size.pairs).map { _ in
      (0..<size.starts).map { _ in DoubleMatrix(rows: 2, columns: p, scalars: state.normals(2 * p)) }
    }
  }

  /// The flow's problem in one of the two formulas.
  public func problem(as formula: FeatureFormula) throws(TheoryError) -> FeatureClassification {
    try FeatureClassification(
      features: features, labels: labels, classes: 2, penalty: size.penalty, timeScale: size.timeScale,
      as: formula)
  }

  /// The pairs: the first samples of each class in their order, which are as random as any.
  public func pairs(_ pairing: Pairing) -> [(source: LabelledPoint, probe: LabelledPoint)] {
    let n = size.samplesPerClass
    return (0..<size.pairs).map { i in
      let probe = pairing == .between ? i : n + size.pairs + i
      return (
        LabelledPoint(features.row(n + i), label: 1),
        LabelledPoint(features.row(probe), label: pairing == .between ? 0 : 1)
      )
    }
  }

  /// The loss along every flow, [pair][start][time]; `loss` may be another formula than that of the flow.
  public func losses(
    _ problem: FeatureClassification, times: [Double], as formula: FeatureFormula
  ) throws(TheoryError) -> [[[Double]]] {
    var result: [[[Double]]] = []
    for starts in starts {
      var ofPair: [[Double]] = []
      for start in starts {
        let flow = try FeatureFlow(problem, start: start)
        ofPair.append(times.map { problem.loss(rotated: flow.rotated(at: $0), as: formula) })
      }
      result.append(ofPair)
    }
    return result
  }
}
