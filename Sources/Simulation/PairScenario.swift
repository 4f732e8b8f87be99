import Elasticity
import Elementary
import Random

/// A law from which tables of S are drawn whose averages are known:
///
///     ln S_ij = μ_same|other + a_i + b_j + e_ij + k u_i v_j
///
/// a belongs to a source and b to a probe; for one sample in both roles they are correlated, as are u and v, and e_ij with
/// e_ji. Classes are fixed, samples are drawn anew (`elasticity.md` §4.1).
public struct PairScenario: Sendable {
  public var name: String
  /// The standard deviations of a, b and e.
  public var source: Double
  public var probe: Double
  public var pair: Double
  /// corr(a_i, b_i), and corr(e_ij, e_ji).
  public var roles: Double
  public var reciprocal: Double
  /// The factor k of what is of rank one.
  public var interaction: Double
  /// Whether e has an excess kurtosis of about 7: one in ten 2.345 times as wide, the others .707 times.
  public var isHeavy: Bool
  /// How a and b are spread; all but normal ones are there to show what an interval of a mean cannot hold.
  public var tail: Tail
  /// ln of the geometric means of same-class pairs and of the others.
  public var same: Double
  public var other: Double

  public enum Tail: String, CaseIterable, Sendable {
    case normal
    /// An exponential number less 1, and its mirror image.
    case right
    case left
    /// One in ten 3.3 times as far as the others.
    case contaminated
  }

  public init(
    name: String, source: Double, probe: Double, pair: Double, roles: Double = 0, reciprocal: Double = 0,
    interaction: Double = 0, isHeavy: Bool = false, tail: Tail = .normal, same: Double = log(0.6),
    other: Double = log(0.3)
  ) {
    (self.name, self.source, self.probe, self.pair) = (name, source, probe, pair)
    (self.roles, self.reciprocal, self.interaction) = (roles, reciprocal, interaction)
    (self.isHeavy, self.tail, self.same, self.other) = (isHeavy, tail, same, other)
  }

  /// The scenarios that intervals are held against. `logits` and `kl` are as the matrices of a trained CNN.
  public static let all: [PairScenario] = [
    PairScenario(name: "none", source: 0, probe: 0, pair: 0.3),
    PairScenario(name: "source", source: 0.5, probe: 0, pair: 0.3),
    PairScenario(name: "probe", source: 0, probe: 0.5, pair: 0.3),
    PairScenario(name: "both", source: 0.5, probe: 0.5, pair: 0.3),
    PairScenario(name: "both-", source: 0.5, probe: 0.5, pair: 0.3, roles: -0.9),
    PairScenario(name: "inter", source: 0.3, probe: 0.3, pair: 0.2, interaction: 0.3),
    PairScenario(
      name: "logits", source: 0.116, probe: 0.102, pair: 0.08, roles: -0.62, reciprocal: 0.6,
      interaction: 0.06, isHeavy: true, same: -0.10, other: -0.245),
    PairScenario(name: "none H", source: 0, probe: 0, pair: 1.3),
    PairScenario(name: "source H", source: 1.2, probe: 0, pair: 0.6, isHeavy: true),
    PairScenario(name: "probe H", source: 0, probe: 1.2, pair: 0.6, isHeavy: true),
    PairScenario(name: "both H", source: 0.9, probe: 0.9, pair: 0.5, isHeavy: true),
    PairScenario(
      name: "kl", source: 1.17, probe: 1.09, pair: 0.45, roles: -0.91, reciprocal: 0.6, interaction: 0.35,
      isHeavy: true),
  ]

  /// Whether only single pairs differ.
  public var isPairNoiseAlone: Bool { source == 0 && probe == 0 && interaction == 0 }

  // MARK: - Tables

  /// What is left out of a table.
  public struct Gaps: Sendable {
    /// The share of sources that are dropped (they stay probes), and of single pairs.
    public var sources: Double
    public var pairs: Double

    public init(sources: Double = 0, pairs: Double = 0) { (self.sources, self.pairs) = (sources, pairs) }
  }

  /// Several runs at one table of samples: a level of the run, one of its same-class pairs of half that spread, and for each
  /// run and sample in each role an effect of sd .1, for each pair one of .1.
  public struct RunEffects: Sendable {
    public var sd: Double
    static let sample = 0.1
    static let pair = 0.1

    public init(sd: Double) { self.sd = sd }
  }

  /// A table with so many samples of each class, which are sources and probes or, apart, one of the two.
  public func table(
    _ sizes: [Int], isShared: Bool, gaps: Gaps = Gaps(), using generator: inout CounterGenerator
  ) -> PairMatrix {
    let labels = sizes.enumerated().flatMap { [Int](repeating: $0, count: $1) }
    let n = labels.count
    let a = (0..<n).map { _ in draw(&generator) }
    let u = (0..<n).map { _ in generator.normal() }
    let rest = (1 - roles * roles).squareRoot()
    let b = a.map { isShared ? roles * $0 + rest * draw(&generator) : draw(&generator) }
    let v = u.map { isShared ? 0.6 * $0 + 0.8 * generator.normal() : generator.normal() }
    let denominators = a.map { exp(-0.7 * source * $0 + 0.3 * generator.normal()) }
    let isReciprocal = reciprocal > 0 && isShared
    var e = (0..<n * n).map { _ in noise(&generator) }
    if isReciprocal {
      let (own, common) = ((1 - reciprocal).squareRoot(), reciprocal.squareRoot())
      for i in 0..<n {
        for j in 0..<i {
          let both = noise(&generator)
          e[i * n + j] = own * e[i * n + j] + common * both
          e[j * n + i] = own * e[j * n + i] + common * both
        }
      }
    }
    var values = e
    for i in 0..<n {
      let isDropped = gaps.sources > 0 && generator.uniform() < gaps.sources
      for j in 0..<n {
        let mean = labels[i] == labels[j] ? same : other
        let isGap = gaps.pairs > 0 && generator.uniform() < gaps.pairs
        values[i * n + j] =
          isDropped || isGap || (isShared && i == j)
          ? .nan
          : exp(mean + source * a[i] + probe * b[j] + pair * e[i * n + j] + interaction * u[i] * v[j])
      }
    }
    return PairMatrix(
      values: values, denominators: denominators, sourceClasses: labels, probeClasses: labels,
      ownColumns: labels.indices.map { isShared ? $0 : nil })
  }

  /// The same samples in another run.
  public static func run(
    _ table: PairMatrix, _ effects: RunEffects, using generator: inout CounterGenerator
  ) -> PairMatrix {
    let (level, gap) = (effects.sd * generator.normal(), effects.sd / 2 * generator.normal())
    let rows = table.sourceClasses.map { _ in RunEffects.sample * generator.normal() }
    let columns = table.probeClasses.map { _ in RunEffects.sample * generator.normal() }
    return table.mapValues { i, j, value in
      let isSame = table.sourceClasses[i] == table.probeClasses[j]
      return value
        * exp(level + (isSame ? gap : 0) + rows[i] + columns[j] + RunEffects.pair * generator.normal())
    }
  }

  private func draw(_ generator: inout CounterGenerator) -> Double {
    switch tail {
    case .normal: generator.normal()
    case .right: -log(1 - generator.uniform()) - 1
    case .left: 1 + log(1 - generator.uniform())
    case .contaminated: PairScenario.contaminated(&generator)
    }
  }

  private static func contaminated(_ generator: inout CounterGenerator) -> Double {
    let z = generator.normal()
    return z * (generator.uniform() < 0.1 ? 2.3452 : 0.7071)
  }

  private func noise(_ generator: inout CounterGenerator) -> Double {
    isHeavy ? PairScenario.contaminated(&generator) : generator.normal()
  }

  // MARK: - Truth

  /// The true number; nil where there is none in closed form.
  ///
  /// - Parameter isShared: whether samples are sources and probes, on which e depends.
  public func truth(_ statistic: PairStatistic, isShared: Bool, runs: RunEffects? = nil) -> Double? {
    let extra = runs.map {
      RunEffects.sample * RunEffects.sample + RunEffects.pair * RunEffects.pair / 2 + $0.sd * $0.sd / 2
    }
    let gap = runs.map { $0.sd * $0.sd / 8 } ?? 0
    guard let factor = meanFactor(isShared: isShared) else { return nil }
    let common = factor * exp(extra ?? 0)
    func mean(_ average: Average, isSame: Bool) -> Double? {
      let level = isSame ? same : other
      switch average {
      case .mean: return exp(level + (isSame ? gap : 0)) * common
      case .ratioOfMeans:
        return tail == .normal ? exp(level + (isSame ? gap : 0) - 0.7 * source * source) * common : nil
      case .geomean: return exp(level)
      case .median: return tail == .normal || tail == .contaminated ? exp(level) : nil
      }
    }
    switch statistic {
    case .average(let average, let group): return mean(average, isSame: group.isSame)
    case .locality(.geomeanRatio), .locality(.ratio): return exp(same - other)
    case .locality(.lantk): return 1 / (1 + exp(other - same))
    case .locality(.difference):
      return mean(.mean, isSame: true).flatMap { same in mean(.mean, isSame: false).map { same - $0 } }
    default: return nil
    }
  }

  /// The mean of S over its geometric mean.
  private func meanFactor(isShared: Bool) -> Double? {
    func contaminated(_ s: Double) -> Double {
      0.9 * exp(s * s * 0.7071 * 0.7071 / 2) + 0.1 * exp(s * s * 2.3452 * 2.3452 / 2)
    }
    func effect(_ s: Double) -> Double? {
      switch tail {
      case .normal: exp(s * s / 2)
      case .right: s < 1 ? exp(-s) / (1 - s) : nil
      case .left: exp(s) / (1 + s)
      case .contaminated: contaminated(s)
      }
    }
    guard let a = effect(source), let b = effect(probe) else { return nil }
    var e = exp(pair * pair / 2)
    if isHeavy {
      e =
        reciprocal > 0 && isShared
        ? contaminated(pair * (1 - reciprocal).squareRoot()) * contaminated(pair * reciprocal.squareRoot())
        : contaminated(pair)
    }
    return a * b * e / (1 - interaction * interaction).squareRoot()
  }

  /// The probability that a same-class pair has a larger S than another pair of its source, by so many draws.
  public func auc(isShared: Bool, runs: RunEffects? = nil, draws: Int = 1_000_000) -> Double {
    var generator = RandomStream(Seed(5), .data, object: "auc of \(name)").generator()
    let isReciprocal = reciprocal > 0 && isShared
    let (own, common) = ((1 - reciprocal).squareRoot(), reciprocal.squareRoot())
    let extra =
      runs == nil
      ? 0 : (2 * (RunEffects.sample * RunEffects.sample + RunEffects.pair * RunEffects.pair)).squareRoot()
    func e(_ generator: inout CounterGenerator) -> Double {
      isReciprocal ? own * noise(&generator) + common * noise(&generator) : noise(&generator)
    }
    var wins = 0
    for _ in 0..<draws {
      var d = same - other + pair * (e(&generator) - e(&generator))
      if probe > 0 { d += probe * (draw(&generator) - draw(&generator)) }
      if interaction > 0 { d += interaction * 2.0.squareRoot() * generator.normal() * generator.normal() }
      if extra > 0 { d += extra * generator.normal() }
      if d > 0 { wins += 1 }
    }
    return Double(wins) / Double(draws)
  }
}

/// A number made from a table of pairs.
public enum PairStatistic: Hashable, Sendable {
  public enum Group: Hashable, Sendable {
    /// All pairs of one class, of two, and those of the first class with itself and with the second.
    case same, other, ownPair, otherPair

    var isSame: Bool { self == .same || self == .ownPair }
  }
  case average(Average, Group)
  case locality(Locality)

  public static let all: [PairStatistic] =
    Average.allCases.flatMap { average in
      [.same, .other, .ownPair, .otherPair].map { .average(average, $0) }
    } + [
      .locality(.difference), .locality(.ratio), .locality(.lantk), .locality(.geomeanRatio), .locality(.auc),
    ]

  public var name: String {
    switch self {
    case .average(let average, .same): "\(average.rawValue) same"
    case .average(let average, .other): "\(average.rawValue) other"
    case .average(let average, .ownPair): "\(average.rawValue) a->a"
    case .average(let average, .otherPair): "\(average.rawValue) a->b"
    case .locality(let locality): locality.rawValue
    }
  }

  /// The estimates of these numbers from the runs of one table.
  public static func estimates(
    _ statistics: [PairStatistic], of matrices: [PairMatrix], runs: PairEstimates.Runs
  ) -> [Estimate] {
    let whole = PairEstimates(matrices, runs: runs)
    let own = PairEstimates(matrices.map { $0.block(0, 0) }, runs: runs)
    let others = PairEstimates(matrices.map { $0.block(0, 1) }, runs: runs)
    return statistics.map { statistic in
      switch statistic {
      case .average(let average, .same): whole.average(average, .same)
      case .average(let average, .other): whole.average(average, .other)
      case .average(let average, .ownPair): own.average(average)
      case .average(let average, .otherPair): others.average(average)
      case .locality(let locality): whole.locality(locality)
      }
    }
  }

  /// Whether more than 98 % may be covered: intervals of means are honest about tails that most tables do not show, and
  /// order statistics of few samples are coarse.
  public var mayCoverMore: Bool {
    switch self {
    case .average(.mean, _), .average(.ratioOfMeans, _), .average(.median, .ownPair),
      .average(.median, .otherPair), .locality(.difference):
      true
    default: false
    }
  }
}
