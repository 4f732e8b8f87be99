import Tables

/// The step taken at the source (`elasticity.md` §2).
public enum UpdateRule: Hashable, Sendable, Codable {
  /// w − lr·g (He & Su).
  case sgd(learningRate: Double)
  /// The first step of a new Adam: w − lr·g/(|g| + ε), no weight decay; the paper's update.
  case adamFresh(learningRate: Double)
  /// `adamFresh` on the output bias alone: the control without any dependence on the input.
  case biasOnly(learningRate: Double)
  /// One step of the run's own optimiser with its moments and weight decay; changes are taken against the same step with
  /// gradient 0.
  case trainer(learningRate: Double)
  /// The derivative along −g, lr → 0: S by the empirical tangent kernel.
  case firstOrder
  /// A step taken elsewhere, of which only the predictions are known.
  case given
  /// Another rule on the weights alone whose names fit a pattern with * and ?, as in "fc.*".
  indirect case restricted(UpdateRule, only: String)

  /// Adam's ε, as in PyTorch.
  public static let adamEpsilon = 1e-8

  public var name: String {
    if case .restricted(let rule, let pattern) = self { "\(rule.name) on \(pattern)" } else { kind.rawValue }
  }

  public var learningRate: Double {
    switch self {
    case .sgd(let learningRate), .adamFresh(let learningRate), .biasOnly(let learningRate),
      .trainer(let learningRate):
      learningRate
    case .firstOrder, .given: 0
    case .restricted(let rule, _): rule.learningRate
    }
  }
}

extension UpdateRule {
  /// The rule without a restriction to some weights.
  public var plain: UpdateRule { if case .restricted(let rule, _) = self { rule.plain } else { self } }

  /// The patterns of all restrictions around the rule.
  var patterns: [String] {
    if case .restricted(let rule, let pattern) = self { rule.patterns + [pattern] } else { [] }
  }

  /// The run's own lr for `trainer`, which has none of its own.
  func withRate(ofTrainer rate: Double) -> UpdateRule {
    switch self {
    case .trainer: .trainer(learningRate: rate)
    case .restricted(let rule, let pattern): .restricted(rule.withRate(ofTrainer: rate), only: pattern)
    default: self
    }
  }

  var isFirstOrder: Bool { plain == .firstOrder }
  var isTrainer: Bool { if case .trainer = plain { true } else { false } }

  /// `sgd(lr=0.001)`, `first_order`, `sgd(lr=0.001, only="fc.*")`
  public var text: String {
    let rate = isFirstOrder || self == .given ? [] : ["lr=\(learningRate.shortest)"]
    let parts = rate + patterns.map { "only=\"\($0)\"" }
    return plain.name + (parts.isEmpty ? "" : "(\(parts.joined(separator: ", ")))")
  }
}

/// Whether a name fits a pattern in which * stands for any letters and ? for one.
public func fits(_ name: String, pattern: String) -> Bool {
  var reachable: Set<Int> = [0]
  let letters = Array(pattern)
  func withStars(_ places: Set<Int>) -> Set<Int> {
    var result = places
    for place in letters.indices where result.contains(place) && letters[place] == "*" {
      result.insert(place + 1)
    }
    return result
  }
  reachable = withStars(reachable)
  for letter in name {
    var next: Set<Int> = []
    for place in reachable where place < letters.count {
      if letters[place] == "*" { next.insert(place) }
      if letters[place] == "?" || (letters[place] == letter && letter != "*") { next.insert(place + 1) }
    }
    reachable = withStars(next)
  }
  return reachable.contains(letters.count)
}

/// How the change of the predictions is computed.
public enum Method: String, CaseIterable, Hashable, Sendable {
  /// Differences for `sgd` and for small networks, subtraction for `adam_fresh` on large ones.
  case automatic = "auto"
  /// Carry the difference through the network beside the base predictions: right for steps of any size.
  case difference
  /// Predict with the updated network and subtract: faster where the step is large and dense.
  case subtraction
}
