extension Double {
  /// The shortest decimal that reads back as exactly this number; whole numbers without a point.
  public var shortest: String {
    if isNaN { return "nan" }
    if isInfinite { return self < 0 ? "-inf" : "inf" }
    if abs(self) < 9_007_199_254_740_992, self == rounded(), !(self == 0 && sign == .minus) {
      return String(Int(self))
    }
    return description
  }

  /// The number with `digits` significant digits at most, for people: `0.0412`, `1200`, `3.2e-07`.
  ///
  /// Rounded half up on its shortest decimal. Whole numbers below 10⁹ are given in full.
  public func significant(_ digits: Int) -> String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : shortest }
    if self == rounded(), abs(self) < 1e9 { return String(Int(self)) }
    let (figures, exponent) = decimal(digits: max(1, digits))
    let minus = self < 0 ? "-" : ""
    if exponent < -4 || exponent >= 9 {
      let tail = figures.dropFirst()
      let size = Swift.abs(exponent)
      let power = (exponent < 0 ? "-" : "+") + (size < 10 ? "0" : "") + String(size)
      return minus + figures.prefix(1) + (tail.isEmpty ? "" : "." + tail) + "e" + power
    }
    if exponent < 0 { return minus + "0." + String(repeating: "0", count: -exponent - 1) + figures }
    let whole = figures.prefix(exponent + 1)
    let zeros = String(repeating: "0", count: Swift.max(0, exponent + 1 - figures.count))
    let fraction = figures.dropFirst(exponent + 1)
    return minus + whole + zeros + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// The first significant figures without trailing zeros, and the power of ten of the first one.
  private func decimal(digits: Int) -> (figures: String, exponent: Int) {
    let parts = magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count - 1
    var figures = mantissa.joined().compactMap(\.wholeNumberValue)
    while figures.count > 1, figures[0] == 0 {
      figures.removeFirst()
      exponent -= 1
    }
    if figures.count > digits {
      let roundsUp = figures[digits] >= 5
      figures.removeLast(figures.count - digits)
      if roundsUp {
        var place = digits - 1
        while place >= 0, figures[place] == 9 {
          figures[place] = 0
          place -= 1
        }
        if place >= 0 {
          figures[place] += 1
        } else {
          figures.insert(1, at: 0)
          exponent += 1
        }
      }
    }
    while figures.count > 1, figures.last == 0 { figures.removeLast() }
    return (figures.map(String.init).joined(), exponent)
  }
}
