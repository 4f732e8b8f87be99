import Tables

/// p the old and q the new probabilities, z the logits, f the outputs, Δ new less old, C classes, y the label.
extension Distance: Defined {
  private static let moved = "the prediction moved far"
  private static let squared =
    "the prediction moved far; S is about the square of that by l2 or logits where steps are small"

  public var meaning: Meaning {
    switch self {
    case .output:
      Meaning(
        "D = |Δf| of one output (its sign stands in the column sign), ‖Δf‖₂ of several", high: Self.moved,
        unit: "that of the outputs", source: "relative similarity of He & Su, arXiv 1910.06943")
    case .loss:
      Meaning(
        "D = |Δℓ| of the loss ℓ at the sample; the column sign is -1 where it fell",
        high: "the loss changed much, for better or worse",
        unit: "nats (cross_entropy), squared outputs (mse)",
        source: "the size of one step of TracIn, Pruthi et al., arXiv 2002.08484")
    case .margin:
      Meaning(
        "D = |Δm|, m = z_y - max of the other z; the column sign is -1 where it fell",
        high: "the margin changed much, for better or worse", unit: "logits",
        source: "srel-repl: the same ratio as He & Su's, of the margin")
    case .logits:
      Meaning(
        "D = ‖Δz‖₂", high: Self.moved + "; 1 in every pair of a step that moves the output bias alone",
        unit: "logits", source: "He & Su, arXiv 1910.06943, for several outputs")
    case .l2:
      Meaning(
        "D = ‖q - p‖₂", high: Self.moved, unit: "probability, 0 to √2",
        source: "He & Su, arXiv 1910.06943, for probabilities")
    case .l1:
      Meaning(
        "D = ‖q - p‖₁ = Σ_c |q_c - p_c|, twice the total variation", high: Self.moved,
        unit: "probability, 0 to 2", source: "commented lines in the code of Dan et al., arXiv 2111.01166")
    case .kl:
      Meaning(
        "D = KL(new ‖ old) = Σ_c q_c ln(q_c / p_c)", high: Self.squared, unit: "nats",
        source:
          "what the comments in the code of Dan et al., arXiv 2111.01166, say; published_kl is what it does")
    case .klReverse:
      Meaning(
        "D = KL(old ‖ new) = Σ_c p_c ln(p_c / q_c)", high: Self.squared, unit: "nats",
        source: "Kullback & Leibler 1951")
    case .jeffreys:
      Meaning(
        "D = KL(new ‖ old) + KL(old ‖ new)", high: Self.squared, unit: "nats", source: "Jeffreys 1946")
    case .js:
      Meaning(
        "D = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q)/2", high: Self.squared, unit: "nats, 0 to ln 2",
        source: "Lin 1991")
    case .sqrtKL:
      Meaning(
        "D = √KL(new ‖ old)", high: Self.moved + "; S can be compared with that by l2", unit: "√nats",
        source: "the root of kl, Dan et al., arXiv 2111.01166")
    case .publishedKL:
      Meaning(
        "D = |(1/C) Σ_c p_c (ln p_c - q_c)|, 1e-8 taken from D(x): entropy and overlap, no divergence",
        high:
          "the prediction stayed: S is 1 where nothing moves and falls where probability leaves the old class",
        unit: "nats", source: "the code behind the KL figures of Dan et al., arXiv 2111.01166")
    case .publishedL2:
      Meaning(
        "D(x') = ‖q - p‖₁/C over D(x) = ‖q - p‖₂/√C + 1e-8: two norms, so S(x → x) is not 1",
        high: Self.moved, unit: "probability",
        source: "the code behind the SuHe figures of Dan et al., arXiv 2111.01166")
    case .publishedL1:
      Meaning(
        "D = ‖q - p‖₁/C, 1e-8 added to D(x)", high: Self.moved, unit: "probability",
        source: "commented lines in the code of Dan et al., arXiv 2111.01166")
    }
  }
}
