import Foundation
import Random

/// What has to hold of the share of curves with an outcome.
enum Asked {
  case atMost(Double)
  case atLeast(Double)
  /// Printed only: what cannot be held, or is not promised.
  case nothing

  /// Whether so many of `count` are right. A share fails only where its 99 % interval lies wholly on the
  /// wrong side.
  func allows(_ found: Int, of count: Int) -> Bool {
    switch self {
    case .atMost(let share): Self.tail(atLeast: found, of: count, share) >= 0.005
    case .atLeast(let share): Self.tail(atLeast: count - found, of: count, 1 - share) >= 0.005
    case .nothing: true
    }
  }

  var text: String {
    switch self {
    case .atMost(let share): "≤ \(share)"
    case .atLeast(let share): "≥ \(share)"
    case .nothing: "–"
    }
  }

  /// P(X ≥ k) of a binomial number, term by term.
  static func tail(atLeast k: Int, of n: Int, _ share: Double) -> Double {
    var (term, sum) = (pow(1 - share, Double(n)), 0.0)
    for i in 0...n {
      if i >= k { sum += term }
      term *= share / (1 - share) * Double(n - i) / Double(i + 1)
    }
    return sum
  }
}

/// A truth, and the noise that lies over it.
struct PhaseScenario: Sendable {
  var name: String
  /// ln S at log₁₀ t.
  var truth: @Sendable (Double) -> Double = { _ in 0 }
  var noise = Noise()
  /// The share that may settle, or that has to.
  var asked: Asked
  /// log₁₀ of the true onset.
  var onset: Double?

  struct Noise: Sendable {
    /// The standard deviation of ln S, as a function of the place from 0 to 1.
    var deviation: @Sendable (Double) -> Double = { _ in 0 }
    /// 1 is a random walk whose last deviation is the given one.
    var correlation = 0.0
    /// Student's t with two degrees of freedom in place of normal numbers.
    var isHeavy = false

    init() {}
    init(_ deviation: Double, rho: Double = 0, isHeavy: Bool = false) {
      self.init({ _ in deviation }, rho: rho, isHeavy: isHeavy)
    }
    init(_ deviation: @escaping @Sendable (Double) -> Double, rho: Double = 0, isHeavy: Bool = false) {
      (self.deviation, correlation, self.isHeavy) = (deviation, rho, isHeavy)
    }

    /// Noise at so many places; `draw` tells one curve from the others.
    func values(_ count: Int, _ stream: RandomStream, draw: Int) -> [Double] {
      var generator = stream.generator(UInt64(draw))
      func number() -> Double {
        let normal = generator.normal()
        // √(χ²/2) with two degrees of freedom is √(−ln u).
        return isHeavy ? normal / (-log(1 - generator.uniform())).squareRoot() : normal
      }
      var (last, values) = (0.0, [Double]())
      for i in 0..<count {
        let step =
          correlation < 1 ? (1 - correlation * correlation).squareRoot() : 1 / Double(count).squareRoot()
        last = i == 0 && correlation < 1 ? number() : correlation * last + step * number()
        values.append(last * deviation(Double(i) / Double(count)))
      }
      return values
    }
  }

  /// S at log₁₀ t for one curve.
  func values(_ x: [Double], _ stream: RandomStream, draw: Int) -> [Double] {
    let noise = noise.values(x.count, stream, draw: draw)
    return x.indices.map { exp(truth(x[$0]) + noise[$0]) }
  }

  /// ln S that falls by the factor `drop` over so many decades up to `onset` and then stays; before, where it
  /// waits, it is flat too.
  static func drop(
    by drop: Double = 3, over decades: Double = 2, to onset: Double, waits: Bool = false
  ) -> @Sendable (Double) -> Double {
    { x in
      let fall = -log(drop) / decades * min(x - onset, 0)
      return waits ? min(fall, log(drop)) : fall
    }
  }
}

extension PhaseScenario {
  /// The table of `uncertainty.md` §2.2, for so many measurements over four decades.
  static func falseOnsets(_ count: Int) -> [PhaseScenario] {
    let quiet = Asked.atMost(count >= 41 ? 0.03 : 0.05)
    var all: [PhaseScenario] = []
    for rho in [0, 0.3, 0.6, 0.8] {
      for deviation in [0.05, 0.15, 0.3] {
        all.append(
          PhaseScenario(
            name: "AR(1) ρ \(rho), sd \(deviation)", noise: Noise(deviation, rho: rho), asked: quiet))
      }
    }
    for deviation in [0.25, 0.5, 1] {
      all.append(
        PhaseScenario(
          name: "random walk, sd \(deviation) at the end", noise: Noise(deviation, rho: 1), asked: quiet))
    }
    for rho in [0, 0.3, 0.6] {
      all.append(
        PhaseScenario(
          name: "loud early .5 to .05, ρ \(rho)", noise: Noise({ $0 < 0.29 ? 0.5 : 0.05 }, rho: rho),
          asked: .atMost(0.05)))
    }
    all.append(
      PhaseScenario(
        name: "smoothly quieter .5 to .05", noise: Noise { 0.5 * pow(10, -$0) }, asked: .atMost(0.05)))
    all.append(PhaseScenario(name: "t with 2 degrees · .15", noise: Noise(0.15, isHeavy: true), asked: quiet))
    let growing: @Sendable (Double) -> Double = { log(0.1 + 0.1 * $0) }
    for (deviation, rho) in [(0.005, 0), (0.05, 0), (0.1, 0), (0.2, 0), (0.1, 0.6)] {
      all.append(
        PhaseScenario(
          name: "S = .1 + .1 log₁₀ t, noise \(deviation), ρ \(rho)", truth: growing,
          noise: Noise(deviation, rho: rho), asked: quiet))
    }
    for (deviation, rho) in [(0.005, 0), (0.05, 0), (0.2, 0), (0.2, 0.6)] {
      all.append(
        PhaseScenario(
          name: "power t^.25, noise \(deviation), ρ \(rho)", truth: { 0.25 * log(10) * $0 },
          noise: Noise(deviation, rho: rho), asked: quiet))
    }
    all.append(
      PhaseScenario(
        name: "accelerating, noise .05", truth: { 0.12 * log(10) * $0 + 0.02 * pow(log(10) * $0, 2) },
        noise: Noise(0.05), asked: quiet))
    return all
  }

  /// The table of §2.3.
  static func power(_ count: Int) -> [PhaseScenario] {
    var all: [PhaseScenario] = []
    for rho in [0, 0.3] {
      for deviation in [0.01, 0.02, 0.05, 0.1, 0.2] {
        all.append(
          PhaseScenario(
            name: "falls by 3, noise \(deviation), ρ \(rho)", truth: drop(to: 2),
            noise: Noise(deviation, rho: rho),
            asked: deviation <= 0.05 ? .atLeast(0.95) : .nothing, onset: 2))
      }
    }
    for deviation in [0.01, 0.05, 0.1] {
      all.append(
        PhaseScenario(
          name: "waits, falls by 3 in one decade, noise \(deviation)",
          truth: drop(over: 1, to: 2.5, waits: true), noise: Noise(deviation),
          asked: deviation <= 0.05 ? .atLeast(count < 41 ? 0.9 : 0.95) : .nothing, onset: 2.5))
    }
    all.append(
      PhaseScenario(
        name: "exponential, τ = 10, noise .05", truth: { log(0.1 + 0.3 * exp(-pow(10, $0) / 10)) },
        noise: Noise(0.05), asked: .nothing))
    all.append(
      PhaseScenario(
        name: ".1 + .3/(1 + t/30), noise .05", truth: { log(0.1 + 0.3 / (1 + pow(10, $0) / 30)) },
        noise: Noise(0.05), asked: .nothing))
    return all
  }

  /// Other spacings of the times.
  static let spacings: [(name: String, times: [Double])] = [
    ("1, 2, …, 200", (1...200).map(Double.init)),
    ("every 9 of 420 steps", stride(from: 9.0, to: 421, by: 9).map { $0 }),
    ("13 over 3 decades", (0..<13).map { pow(10, 3 * Double($0) / 12) }),
    ("9 over 4 decades", (0..<9).map { pow(10, 4 * Double($0) / 8) }),
    (
      "dense late",
      (0..<9).map { pow(10, 2 * Double($0) / 8) } + (0..<60).map { 110 + 9890 * Double($0) / 59 }
    ),
  ]
}
