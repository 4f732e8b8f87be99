/// The step taken at the source (`elasticity.md` §2).
public enum UpdateRule: Hashable, Sendable {
  /// w − lr·g (He & Su).
  case sgd(learningRate: Double)
  /// The first step of a new Adam: w − lr·g/(|g| + ε), no weight decay; the paper's update.
  case adamFresh(learningRate: Double)
  /// `adamFresh` on the output bias alone: the control without any dependence on the input.
  case biasOnly(learningRate: Double)

  /// Adam's ε, as in PyTorch.
  public static let adamEpsilon = 1e-8

  public var name: String {
    switch self {
    case .sgd: "sgd"
    case .adamFresh: "adam_fresh"
    case .biasOnly: "bias_only"
    }
  }

  public var learningRate: Double {
    switch self {
    case .sgd(let learningRate), .adamFresh(let learningRate), .biasOnly(let learningRate): learningRate
    }
  }
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
