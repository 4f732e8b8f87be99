import Elementary

/// The words over a panel: names of shaded stretches and of upright lines, in rows so that none covers another. They
/// stand outside the axes, where no curve runs.
struct Strip {
  struct Label: Equatable {
    let text: String
    /// The left end of the text from the left edge of the panel.
    let left: Double
    /// 0 is the row next to the panel.
    let row: Int
  }

  private(set) var labels: [Label] = []
  /// How many rows are used.
  var rows: Int { (labels.map(\.row).max() ?? -1) + 1 }

  private static let mostRows = 5

  /// - Parameters:
  ///   - width: that of the panel, in the unit of `textWidth`.
  ///   - gap: the least distance of two texts.
  init(
    of panel: Figure.Panel, range: ClosedRange<Double>, log isLog: Bool, width: Double, gap: Double,
    textWidth: (String) -> Double
  ) {
    let axis = AxisScale(range: range, isLog: isLog)
    var wanted: [(text: String, middle: Double)] = []
    for shade in panel.shades {
      let (from, to) = (max(shade.from, range.lowerBound), min(shade.to, range.upperBound))
      if from < to { wanted.append((shade.label, (axis.fraction(from) + axis.fraction(to)) / 2 * width)) }
    }
    for mark in panel.marks where range.contains(mark.x) {
      wanted.append((mark.label, axis.fraction(mark.x) * width))
    }
    var taken = [[ClosedRange<Double>]](repeating: [], count: Self.mostRows)
    for (text, middle) in wanted where !text.isEmpty {
      let length = textWidth(text)
      let left = max(0, min(middle - length / 2, width - length))
      let span = (left - gap)...(left + length + gap)
      guard let row = taken.indices.first(where: { !taken[$0].contains { $0.overlaps(span) } }) else {
        continue
      }
      taken[row].append(left...(left + length))
      labels.append(Label(text: text, left: left, row: row))
    }
  }
}

/// Where values stand on an axis.
struct AxisScale {
  let range: ClosedRange<Double>
  let isLog: Bool

  /// 0 at the lower end, 1 at the upper one; clipped so far inside what a Double holds that nothing overflows.
  func fraction(_ value: Double) -> Double {
    let (low, high) = (place(range.lowerBound), place(range.upperBound))
    if high <= low { return 0.5 }
    return min(max((place(value) - low) / (high - low), -1e6), 1e6)
  }

  private func place(_ value: Double) -> Double {
    isLog ? log10(max(value, 1e-300)) : min(max(value, -1e300), 1e300)
  }
}
