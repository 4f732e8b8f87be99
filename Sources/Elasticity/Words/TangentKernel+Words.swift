import Tables

extension TangentKernel {
  /// The ways to hold a kernel against the labels of its points.
  public enum Alignment: String, CaseIterable, Hashable, Sendable {
    /// One-hot labels less 1/C: for two classes labels ±1.
    case labels = "alignment"
    /// One-hot labels as they are.
    case plain = "alignment_plain"
    /// Kernel and labels both centered over the points.
    case centered = "alignment_centered"
  }

  /// The columns that a measurement adds for the tangent kernel.
  public enum Column: Hashable, Sendable {
    case drift
    case alignment(Alignment)
  }
}

extension TangentKernel.Column: Defined {
  public static let allCases = [.drift] + TangentKernel.Alignment.allCases.map(Self.alignment)

  public init?(rawValue: String) {
    guard let found = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = found
  }

  public var rawValue: String {
    switch self {
    case .drift: "kernel_drift"
    case .alignment(let alignment): alignment.rawValue
    }
  }

  private static let kernel = "K the tangent kernel at the sources, traced over outputs"
  private static let apart = "the kernel tells the classes of the sources apart"

  public var meaning: Meaning {
    switch self {
    case .drift:
      Meaning(
        "‖K - K₀‖ / ‖K₀‖ in the norm of Frobenius, \(Self.kernel), K₀ that of the first weights",
        high: "the features have moved; 0 in lazy training", unit: "none, a ratio",
        source: "the change of the tangent kernel in training, as in Chizat et al., arXiv 1812.07956")
    case .alignment(.labels):
      Meaning(
        "⟨K, YYᵀ⟩ / (‖K‖ ‖YYᵀ‖), \(Self.kernel) and not centered, Y = one-hot labels less 1/C (a regression: its targets); once called kernel_alignment",
        high: Self.apart + "; 0 for a constant kernel on classes of one size", unit: "none, -1 to 1",
        source:
          "⟨K, yyᵀ⟩ / (‖K‖ ‖yyᵀ‖) with labels ±1 of Cristianini et al., NIPS 2001, for several classes")
    case .alignment(.plain):
      Meaning(
        "⟨K, YYᵀ⟩ / (‖K‖ ‖YYᵀ‖), \(Self.kernel) and not centered, Y = one-hot labels (a regression: its targets)",
        high: Self.apart + "; not 0 for a constant kernel: 1/√C on classes of one size",
        unit: "none, 0 to 1 for a K without negative entries",
        source: "Cristianini et al., NIPS 2001, with one-hot labels")
    case .alignment(.centered):
      Meaning(
        "⟨HKH, HYYᵀH⟩ / (‖HKH‖ ‖HYYᵀH‖), \(Self.kernel), H = I - 11ᵀ/n, Y = one-hot labels (a regression: its targets)",
        high: Self.apart + "; 0 is what a constant adds", unit: "none, 0 to 1",
        source:
          "Cortes, Mohri & Rostamizadeh, JMLR 13 (2012); the linear CKA of Kornblith et al., arXiv 1905.00414"
      )
    }
  }
}
