import Elementary

/// The way of the weights of Σ w_i^d x_i, d > 1, on one data point, over the one number s of
/// `HomogeneousPointFlow`.
///
/// Signs are such that f grows to y. With κ = 2 − d and c_i = x_i w_i(0)^{−κ}
///
///     w_i(s) = w_i(0) φ_i^{1/κ},   φ_i = 1 + κ c_i s,   d = 2: w_i = w_i(0) e^{c_i s}
///
/// so that every term x_i w_i^d grows with s, and one root of f(s) = y at most ends the path: the state at
/// rest. Where it has none, all weights with x_i ≠ 0 fall to 0: at a finite s for d < 2, where they stay, and
/// never quite for d ≥ 2. No flow on one point grows without bound.
struct PointPath {
  let degree: Double
  private let power: Double
  private let target: Double
  private let point: [Double]
  /// ln w_i(0).
  private let logs: [Double]
  /// c_i.
  private let speeds: [Double]
  /// s at the end; infinite where the weights fall for ever.
  private let length: Double
  /// φ_i at the end.
  private let ends: [Double]
  /// The path ends where f = y, not where nothing is left to move.
  private let reachesTarget: Bool
  /// y − f at the start.
  let firstGap: Double

  /// - Precondition: positive weights, d > 1, and a number for each weight.
  init(start: [Double], degree: Double, point: [Double], target: Double) {
    let logs = start.map { log($0) }
    let power = 2 - degree
    let value = zip(logs, point).reduce(0) { $0 + exp(degree * $1.0) * $1.1 }
    let sign = value > target ? -1.0 : 1
    let (point, target) = (point.map { sign * $0 }, sign * target)
    let speeds = zip(logs, point).map { $1 * exp(-power * $0) }
    (self.degree, self.power, self.target, self.point) = (degree, power, target, point)
    (self.logs, self.speeds) = (logs, speeds)
    firstGap = target - sign * value
    let excess = { (logs: [Double]) in
      zip(logs, point).reduce(-target) { $0 + exp(degree * $1.0) * $1.1 }
    }
    reachesTarget = target < 0 || speeds.contains { $0 > 0 }
    guard reachesTarget else {
      // Every weight with x_i < 0 falls to 0, the last of them at this s if d < 2.
      let fall = { (speed: Double) in speed < 0 ? -1 / (power * speed) : 0 }
      let length = power > 0 ? speeds.map(fall).max() ?? 0 : .infinity
      self.length = length
      ends = speeds.map { fall($0) == length ? 0 : 1 + power * $0 * length }
      return
    }
    // The weight whose φ would be the first at 0 leads, by μ = −ln φ: e^{−μ} keeps the digits that 1 + κ c s
    // loses.
    let leader = speeds.indices.min { power * speeds[$0] < power * speeds[$1] } ?? 0
    let shares = speeds.map { $0 / speeds[leader] }
    let led = { (way: Double) in
      zip(logs, shares).map { log, share in log + logFraction(share, way) / power }
    }
    if power * speeds[leader] < 0 && (power < 0 || excess(led(.infinity)) >= 0) {
      let way = firstDouble(from: 0, to: .greatestFiniteMagnitude) { excess(led($0)) >= 0 }
      length = expm1(-way) / (power * speeds[leader])
      ends = shares.map { fraction($0, way) }
    } else {
      let length = firstDouble(from: 0, to: .greatestFiniteMagnitude) { s in
        excess(
          zip(logs, speeds).map { $0 + (power == 0 ? $1 * s : log1p(max(-1, power * $1 * s)) / power) }) >= 0
      }
      self.length = length
      ends = speeds.map { max(0, 1 + power * $0 * length) }
    }
  }

  /// s and what is left of it at the place ℓ = ln(s/(end − s)), or ln s where there is no end.
  private func distances(at place: Double) -> (gone: Double, left: Double) {
    length.isFinite
      ? (length / (1 + exp(-place)), length / (1 + exp(place))) : (exp(place), .infinity)
  }

  /// ds/dℓ divided by y − f.
  func pace(at place: Double) -> Double {
    let (gone, left) = distances(at: place)
    let step = length.isFinite ? gone * (left / length) : gone
    return step / gap(fractions(gone, left), left)
  }

  /// The weights and y − f at a place; beyond all places the end.
  func state(at place: Double) -> (weights: [Double], gap: Double) {
    let (gone, left) = distances(at: place)
    let fractions = fractions(gone, left)
    return (fractions.logs.map { exp($0) }, gap(fractions, left))
  }

  /// ln w_i and φ_i.
  private func fractions(_ gone: Double, _ left: Double) -> (logs: [Double], values: [Double]) {
    if power == 0 {
      return (zip(logs, speeds).map { $0 + $1 * gone }, [Double](repeating: 1, count: logs.count))
    }
    var (moved, values) = (logs, ends)
    for i in logs.indices {
      let change = power * speeds[i] * gone
      // Counted from the end where counting from the start would cancel.
      values[i] = change > -0.5 || left == .infinity ? 1 + change : ends[i] - power * speeds[i] * left
      values[i] = max(0, values[i])
      moved[i] += (change > -0.5 ? log1p(change) : log(values[i])) / power
    }
    return (moved, values)
  }

  /// y − f, a sum of terms that are all positive: x_i (w_i^d at rest − w_i^d) where the path ends at the
  /// target.
  private func gap(_ state: (logs: [Double], values: [Double]), _ left: Double) -> Double {
    var sum = reachesTarget ? 0 : target
    for (i, x) in point.enumerated() where speeds[i] != 0 && state.logs[i] > -.infinity {
      guard reachesTarget else {
        sum -= x * exp(degree * state.logs[i])
        continue
      }
      let ahead = power == 0 ? speeds[i] * left : power * speeds[i] * left / state.values[i]
      // ln(w_i at rest / w_i) times d.
      let growth =
        degree
        * (power == 0
          ? ahead : (ahead > -0.5 ? log1p(ahead) : log(ends[i] / state.values[i])) / power)
      let term = exp(degree * state.logs[i])
      sum += x * (growth > 1 ? exp(degree * state.logs[i] + growth) - term : term * expm1(growth))
    }
    return sum
  }
}

/// φ_i where the leader's is e^{−μ}: 1 − (1 − e^{−μ}) c_i/c_leader.
private func fraction(_ share: Double, _ way: Double) -> Double {
  share > 0 ? 1 - share + share * exp(-way) : 1 + share * expm1(-way)
}

private func logFraction(_ share: Double, _ way: Double) -> Double {
  if share == 1 { return -way }
  let moved = share * expm1(-way)
  return moved > -0.5 ? log1p(moved) : log(fraction(share, way))
}
