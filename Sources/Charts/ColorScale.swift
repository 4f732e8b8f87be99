import Tables

/// Colours for numbers that people with any colour vision can order, in the light and in the dark.
struct ColorScale {
  let range: ClosedRange<Double>
  /// Colours at equal distances from the lower to the upper end.
  let stops: [TerminalColor]

  /// One hue after the other from dark to light (viridis) where all numbers lie above 0; from blue over white to red
  /// around 0 where they lie on both sides.
  init(_ range: ClosedRange<Double>) {
    self.range = range
    stops = (range.lowerBound < 0 ? Self.diverging : Self.sequential).compactMap(TerminalColor.init(hex:))
  }

  /// Viridis (van der Walt and Smith, 2015) at nine places.
  private static let sequential = [
    "#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962", "#ADDC30", "#FDE725",
  ]
  /// RdBu of ColorBrewer (Harrower and Brewer, 2003), turned round.
  private static let diverging = [
    "#2166AC", "#4393C3", "#92C5DE", "#D1E5F0", "#F7F7F7", "#FDDBC7", "#F4A582", "#D6604D", "#B2182B",
  ]

  /// What gnuplot calls a palette.
  var gnuplotPalette: String {
    let colors = stops.enumerated().map { "\($0) '\($1.hex)'" }
    return "set palette defined (\(colors.joined(separator: ", ")))"
  }

  /// Where a number stands in the range, from 0 to 1.
  func fraction(_ value: Double) -> Double {
    let span = range.upperBound - range.lowerBound
    return span > 0 ? min(1, max(0, (value - range.lowerBound) / span)) : 0.5
  }

  func color(_ value: Double) -> TerminalColor {
    let place = fraction(value) * Double(stops.count - 1)
    let first = min(Int(place), stops.count - 2)
    return stops[first].mixed(with: stops[first + 1], part: place - Double(first))
  }
}
