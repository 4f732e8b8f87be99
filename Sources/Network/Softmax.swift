import Elementary

/// Class probabilities from logits, in `Double`.
public enum Softmax {
  /// p_c = e^{z_c} / Σ_b e^{z_b}, shifted by the largest logit.
  public static func probabilities(_ z: [Double]) -> [Double] {
    let top = z.max() ?? 0
    let powers = z.map { exp($0 - top) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }
}
