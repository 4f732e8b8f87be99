import Elementary
import Tables

/// The marks of an axis and the range they stand in.
struct Ticks: Equatable {
  struct Mark: Equatable {
    let value: Double
    let label: String
  }

  let range: ClosedRange<Double>
  let marks: [Mark]

  /// The width of the longest number in pixels.
  var width: Double { marks.map { Layout.textWidth($0.label) }.max() ?? 0 }

  /// Marks at multiples of 1, 2 or 5 times a power of ten, about `count` of them.
  ///
  /// - Parameter isWhole: the axis counts something, so that only whole numbers are marked.
  static func linear(_ range: ClosedRange<Double>, count: Int, isWhole: Bool = false) -> Ticks {
    let span = range.upperBound - range.lowerBound
    let rough = span / Double(max(count, 1))
    // The logarithm of a smaller number may be infinite; such points are drawn as one.
    guard rough >= .leastNormalMagnitude else {
      return linear(range.lowerBound...(range.lowerBound + 1e-6), count: count)
    }
    if isWhole, rough < 1 {
      let whole = Int((range.lowerBound - 1e-6).rounded(.up))...Int((range.upperBound + 1e-6).rounded(.down))
      return Ticks(range: range, marks: whole.map { Mark(value: Double($0), label: String($0)) })
    }
    let power = log10(rough).rounded(.down)
    let base = pow(10, power)
    let factor = [(1.0, 1.5), (2, 3.2), (5, 7)].first { rough / base < $0.1 }?.0 ?? 10
    let step = factor * base
    // The least numbers that a Double holds cannot be divided any further.
    guard step.isNormal else { return Ticks(range: range, marks: []) }
    let decimals = max(0, -Int(power) - (factor == 10 ? 1 : 0))
    let first = Int((range.lowerBound / step - 1e-6).rounded(.up))
    let last = max(first, Int((range.upperBound / step + 1e-6).rounded(.down)))
    let marks = (first...last).map { place in
      let value = Double(place) * step
      return Mark(value: value, label: label(place: place, step: step, decimals: decimals))
    }
    return Ticks(range: range, marks: marks)
  }

  private static func label(place: Int, step: Double, decimals: Int) -> String {
    let value = Double(place) * step
    if decimals > 4 || abs(value) >= 1e6 {
      // As many digits as tell neighbouring marks apart, but no noise of rounding.
      let digits = Int(log10(max(abs(value), step)).rounded(.down) - log10(step).rounded(.down)) + 1
      return value.significant(min(15, digits))
    }
    if decimals == 0 { return value.significant(7) }
    // `place * step` in units of the last decimal is a whole number, so no rounding error is shown.
    let units = Int((value * pow(10, Double(decimals))).rounded())
    let digits = String(abs(units))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (units < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// Marks at powers of ten, with those between them where the range would show fewer than three marks.
  static func logarithmic(_ range: ClosedRange<Double>, count: Int, isWhole: Bool = false) -> Ticks {
    let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
    let decades = high - low
    let stride = max(1, Int((decades / Double(max(count, 1))).rounded(.up)))
    let sparse: [[Double]] = [[1], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]]
    for factors in sparse.dropFirst(decades < 1.3 ? 2 : decades < 2.6 ? 1 : 0) {
      var marks: [Mark] = []
      for power in Int(low.rounded(.down))...Int(high.rounded(.up)) where decades < 2.6 || power % stride == 0
      {
        for factor in factors {
          let value = factor * pow(10, Double(power))
          if isWhole, value != value.rounded() { continue }
          if value >= range.lowerBound * 0.9999, value <= range.upperBound * 1.0001 {
            marks.append(Mark(value: value, label: value.significant(2)))
          }
        }
      }
      if marks.count >= 3 { return Ticks(range: range, marks: marks) }
    }
    return Ticks(range: range, marks: linear(range, count: count, isWhole: isWhole).marks)
  }

  /// The range with its ends moved to the next round number where that is near: a curve from epoch 0.02 to 2.9 stands
  /// over an axis from 0 to 3.
  static func rounded(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let marks = linear(range, count: 6).marks
    guard marks.count > 1 else { return range }
    let step = marks[1].value - marks[0].value
    let near = 0.06 * (range.upperBound - range.lowerBound)
    let low = (range.lowerBound / step).rounded(.down) * step
    let high = (range.upperBound / step).rounded(.up) * step
    return
      (range.lowerBound - low <= near ? low : range.lowerBound)...(high - range.upperBound <= near
      ? high : range.upperBound)
  }
}

extension Figure {
  /// The x range of all panels: from the first point to the last or a round number near them, with a little room around
  /// single points.
  var sharedXRange: ClosedRange<Double> {
    if kind == .plane { return squareRange }
    let values = panels.flatMap(\.series).flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
      .map { min(max($0.x, log.x ? 1e-300 : -1e300), 1e300) }
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    if kind == .histogram, high > low { return low...high }
    if high > low, kind != .points { return log.x ? low...high : Ticks.rounded(low...high) }
    if log.x { return (low / 1.2)...(high * 1.2) }
    let room = high > low ? (high - low) * 0.04 : max(abs(low) * 0.1, 0.5)
    return (low - room)...(high + room)
  }

  /// The range of both axes of a plane, around 0.
  var squareRange: ClosedRange<Double> {
    let points = panels.flatMap(\.series).flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let reach = points.map { min(max(abs($0.x), abs($0.y)), 1e300) }.max() ?? 1
    return reach > 0 ? (-1.04 * reach)...(1.04 * reach) : -1...1
  }

  /// Whether the x axis counts something, as steps are: then a mark between two whole numbers means nothing.
  var countsAlongX: Bool {
    var places: Set<Double> = []
    for point in panels.lazy.flatMap(\.series).flatMap(\.points) where point.x.isFinite {
      if point.x != point.x.rounded() || abs(point.x) > 1e9 { return false }
      if places.count < 2 { places.insert(point.x) }
    }
    return places.count > 1 && kind != .plane && kind != .histogram
  }
}

extension Figure.Panel {
  /// The x range of the panel with as many marks as fit this many pixels.
  func xTicks(of figure: Figure, width: Double, shared: ClosedRange<Double>) -> Ticks {
    let usual = xTicks(of: figure, count: max(3, Int(width / 75)), shared: shared)
    let most = Int(width / (usual.width + 14))
    return usual.marks.count <= most ? usual : xTicks(of: figure, count: max(1, most - 1), shared: shared)
  }

  /// The x range and marks of the panel.
  func xTicks(of figure: Figure, count: Int, shared: ClosedRange<Double>) -> Ticks {
    let isWhole = figure.countsAlongX
    return figure.log.x
      ? .logarithmic(shared, count: count, isWhole: isWhole) : .linear(shared, count: count, isWhole: isWhole)
  }

  /// The y range of the panel with a little room above and below, and its marks.
  func yTicks(of figure: Figure, count: Int) -> Ticks {
    if figure.kind == .plane { return .linear(figure.squareRange, count: count) }
    let log = figure.log.y
    let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    // Clipped so far inside what a Double holds that no span or ratio of two overflows.
    var values = points.flatMap { [$0.y, $0.low ?? $0.y, $0.high ?? $0.y] }.map {
      min(max($0, -1e300), 1e300)
    }
    if log { values = values.filter { $0 > 0 }.map { max($0, 1e-300) } }
    if figure.leavesOutOutliers { values = Self.withoutOutliers(values, log: log) }
    guard let low = values.min(), let high = values.max() else {
      return log ? .logarithmic(1...10, count: count) : .linear(0...1, count: count)
    }
    if log {
      let room = high == low ? 1.5 : pow(10, min(6, 0.06 * (log10(high) - log10(low))))
      return .logarithmic((low / room)...(high * room), count: count)
    }
    if high - low < figure.leastSpan {
      let middle = low / 2 + high / 2
      let bottom = low >= 0 ? max(0, middle - figure.leastSpan / 2) : middle - figure.leastSpan / 2
      return .linear(bottom...(bottom + figure.leastSpan), count: count)
    }
    let span = high - low
    let room = span > abs(high) * 1e-9 ? span * 0.06 : high == 0 ? 0.5 : abs(high) * 0.05
    // A curve that touches zero from above needs no room below it.
    let bottom = low >= 0 && low < span * 0.06 ? min(0, low) : low - room
    let isWhole = figure.kind == .histogram && high >= 1 && values.allSatisfy { $0 == $0.rounded() }
    return .linear(bottom...(high + room), count: count, isWhole: isWhole)
  }

  /// The values within four quartile ranges of the quartiles.
  static func withoutOutliers(_ values: [Double], log isLog: Bool = false) -> [Double] {
    let scale = isLog ? values.map { log($0) } : values
    guard let lower = Statistics.quantile(scale, 0.25), let upper = Statistics.quantile(scale, 0.75) else {
      return values
    }
    let reach = 4 * (upper - lower)
    return zip(values, scale).filter { $0.1 >= lower - reach && $0.1 <= upper + reach }.map(\.0)
  }
}
