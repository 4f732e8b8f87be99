extension Figure {
  /// How a curve looks.
  public struct Style: Sendable, Equatable {
    /// `#rrggbb`.
    public var color: String
    /// Lengths of dashes and gaps in turn; empty for an unbroken line.
    public var dashes: [Int]
    public var width: Double
    /// Which shape single points have: 0 a circle, further ones where colours come again.
    public var mark: Int

    public init(color: String, dashes: [Int] = [], width: Double = 1.8, mark: Int = 0) {
      (self.color, self.dashes, self.width, self.mark) = (color, dashes, width, mark)
    }
  }
}

/// Colours that people with any colour vision can tell apart (Okabe and Ito, 2008), without black and yellow, which
/// vanish on a dark or a white page. Dashes repeat the distinction for print without colour.
enum Palette {
  private static let vermilion = "#D55E00"
  private static let orange = "#E69F00"
  private static let purple = "#CC79A7"
  private static let blue = "#0072B2"
  private static let sky = "#56B4E9"
  private static let green = "#009E73"
  private static let grey = "#7F7F7F"

  /// Styles for curves that differ in whether source and probe are of one class: warm and unbroken for the
  /// same class, cold and dashed for another, so that the two families are told apart at a glance.
  static func styles(sameClass: [Bool]) -> [Figure.Style] {
    let warm = [vermilion, orange, purple]
    let cold = [blue, sky, green]
    let unbroken: [[Int]] = [[], [14, 4], [10, 3, 2, 3]]
    let broken: [[Int]] = [[8, 4], [2, 4], [10, 4, 2, 4]]
    var (same, other) = (0, 0)
    return sameClass.map { isSame in
      let place = isSame ? same : other
      if isSame { same += 1 } else { other += 1 }
      let dashes = isSame ? unbroken : broken
      return Figure.Style(
        color: (isSame ? warm : cold)[place % 3], dashes: dashes[place / 3 % 3], width: isSame ? 2.4 : 2,
        mark: place / 3)
    }
  }

  /// A curve or points as they were, as a step has made them, and what is there for comparison.
  static let before = Figure.Style(color: blue, dashes: [8, 4], width: 2)
  static let after = Figure.Style(color: vermilion, width: 2.2)
  static let neutral = Figure.Style(color: grey, width: 1.6)

  /// Styles for any other curves.
  static func styles(count: Int) -> [Figure.Style] {
    let colors = [blue, vermilion, green, orange, purple, sky, grey]
    let dashes: [[Int]] = [[], [7, 3], [2, 2], [9, 3, 2, 3]]
    return (0..<count).map {
      Figure.Style(color: colors[$0 % 7], dashes: dashes[$0 % 4], width: 2, mark: $0 / 7)
    }
  }
}
