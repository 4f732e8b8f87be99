import Tables

extension UpdateRule {
  /// The rules by name, without their learning rates.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    case sgd
    case adamFresh = "adam_fresh"
    case biasOnly = "bias_only"
    case trainer
    case firstOrder = "first_order"
    case given
  }

  /// What the rule is, whatever weights it is restricted to.
  public var kind: Kind {
    switch self {
    case .sgd: .sgd
    case .adamFresh: .adamFresh
    case .biasOnly: .biasOnly
    case .trainer: .trainer
    case .firstOrder: .firstOrder
    case .given: .given
    case .restricted(let rule, _): rule.kind
    }
  }
}

/// w the weights, w⁺ those after the step, g the gradient of the loss at the source alone.
extension UpdateRule.Kind: Defined {
  private static let unit = "that of the weights"

  public var meaning: Meaning {
    switch self {
    case .sgd:
      Meaning("w⁺ = w - lr g", unit: Self.unit, source: "He & Su, arXiv 1910.06943")
    case .adamFresh:
      Meaning(
        "w⁺ = w - lr g/(|g| + 1e-8): the first step of a new Adam, nearly lr sign(g), without weight decay",
        unit: Self.unit, source: "the code of Dan et al., arXiv 2111.01166")
    case .biasOnly:
      Meaning(
        "the step of adam_fresh on the output bias alone: it cannot see the input, so S of logits is 1 everywhere",
        unit: Self.unit, source: "srel-repl: a control")
    case .trainer:
      Meaning(
        "w⁺ by one step of the run's own optimizer with its moments and decay, D taken against the same step with g = 0",
        unit: Self.unit, source: "srel-repl; Adam as in Kingma & Ba, arXiv 1412.6980")
    case .firstOrder:
      Meaning(
        "the limit of sgd for lr → 0: Δf(x') ~ -K(x', x) ∂ℓ/∂f(x), K the tangent kernel; D to its leading order",
        unit: Self.unit, source: "kernelized similarity of He & Su, arXiv 1910.06943")
    case .given:
      Meaning("a step taken elsewhere, of which before= and after= hold the predictions")
    }
  }
}

extension Control: Defined {
  public var meaning: Meaning {
    switch self {
    case .none: Meaning("the update as it is")
    case .biasOnly:
      Meaning(
        "each update is replaced by bias_only with its lr; the column controls says which",
        high: "what is seen here too is no locality: S of logits is 1", source: "srel-repl")
    case .shuffle:
      Meaning(
        "the classes of the probes are permuted at random, S stays",
        high: "what same and other still differ by is chance", source: "a permutation control")
    }
  }
}
