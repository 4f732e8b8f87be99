import Elementary
import Tensor

/// Powers of weights w^d, their derivative and their change, element by element; computed in `Double`.
///
/// A weight below 0 has powers of whole degrees only: others are NaN.
public enum Power {
  /// out = w^d
  public static func value(_ w: Tensor, degree: Double, into out: inout Tensor) {
    for i in 0..<w.count { out[flat: i] = Float(pow(Double(w[flat: i]), degree)) }
  }

  /// out = factor · d w^{d−1}, `factor` of the same shape.
  public static func derivative(_ w: Tensor, degree: Double, times factor: Tensor, into out: inout Tensor) {
    for i in 0..<w.count {
      out[flat: i] = Float(degree * pow(Double(w[flat: i]), degree - 1) * Double(factor[flat: i]))
    }
  }

  /// out = (w + δ)^d − w^d without subtracting nearly equal numbers: w^d ((1 + δ/w)^d − 1) by log1p and expm1.
  public static func difference(_ w: Tensor, _ delta: Tensor, degree: Double, into out: inout Tensor) {
    for i in 0..<w.count {
      let (weight, change) = (Double(w[flat: i]), Double(delta[flat: i]))
      let ratio = change / weight
      // A large step, or one from 0: the two powers are far apart.
      let isLarge = !(ratio > -0.5 && ratio < 1)
      out[flat: i] = Float(
        isLarge
          ? pow(weight + change, degree) - pow(weight, degree)
          : pow(weight, degree) * expm1(degree * log1p(ratio)))
    }
  }
}
