import Elementary

/// When a flow of one unknown is where, t(ℓ) = ∫ (dt/dℓ) dℓ, for a place ℓ on its path that grows from −∞ at
/// the start.
///
/// Time is an integral over the path, not a differential equation to be followed: nothing is stiff, no step
/// is too short, and a flow that has come to rest takes no work. The integral is a sum over panels of 16
/// Gauss–Legendre nodes, each as wide as its two halves agree with it to 10⁻¹⁴ of the time until then.
struct FlowClock {
  /// dt/dℓ, positive, and proportional to e^ℓ where ℓ → −∞.
  let pace: (Double) -> Double

  /// Places from here to there are told apart: e^±700 is all that a `Double` holds.
  private static let range = (first: -700.0, last: 700.0)
  /// Panels are cut down to this; after so many that only rounding can be the cause, no further than to the other.
  private static let narrowest = (usually: 1e-11, atLast: 0.25)
  private static let plenty = 50_000

  /// A piece of the path and how long it takes.
  private struct Panel {
    var start: Double
    var width: Double
    var duration: Double
  }

  /// The places at the given times, which may stand in any order; −∞ at time 0, and 700 at most.
  ///
  /// Cost: some hundred panels of 48 evaluations for all times, and about 100 evaluations for each time.
  func places(at times: [Double]) -> [Double] {
    var places = [Double](repeating: -.infinity, count: times.count)
    var time = pace(Self.range.first)
    var panel = Panel(start: Self.range.first, width: 0, duration: 0)
    var (width, count) = (8.0, 0)
    for index in times.indices.sorted(by: { times[$0] < times[$1] }) where times[index] > 0 {
      if times[index] <= time && panel.width == 0 {
        places[index] = Self.range.first + log(times[index] / time)
        continue
      }
      while !(time + panel.duration > times[index]) && panel.start + panel.width < Self.range.last {
        time += panel.duration
        let start = panel.start + panel.width
        let narrowest = count < Self.plenty ? Self.narrowest.usually : Self.narrowest.atLast
        count += 1
        panel = next(
          from: start, width: min(width, Self.range.last - start), after: time, narrowest: narrowest)
        width = 2 * panel.width
      }
      places[index] =
        time + panel.duration > times[index]
        ? place(in: panel, after: times[index] - time) : Self.range.last
    }
    return places
  }

  /// The panel from a place on, at most so wide.
  private func next(from start: Double, width: Double, after time: Double, narrowest: Double) -> Panel {
    var (width, last) = (width, Double.infinity)
    var whole = integral(start, width)
    while true {
      let (left, right) = (integral(start, width / 2), integral(start + width / 2, width / 2))
      let duration = left + right
      let error = abs(duration - whole) / (time + duration)
      // What no longer falls with the width is the rounding of the pace.
      let isNoise = error <= 1e-8 && error > last / 4
      if error <= 1e-14 || duration == 0 || isNoise {
        return Panel(start: start, width: width, duration: duration)
      }
      // An endless duration is cut until the end of time lies in a narrow panel.
      if width < narrowest {
        return Panel(start: start, width: width, duration: duration.isNaN ? .infinity : duration)
      }
      (width, whole, last) = (width / 2, left, error)
    }
  }

  /// Where in a panel a time after its start is reached: Newton's method, held in the interval that is left.
  private func place(in panel: Panel, after wait: Double) -> Double {
    var (low, high) = (panel.start, panel.start + panel.width)
    var place = low + panel.width * (wait / panel.duration)
    for _ in 0..<200 {
      let excess = integral(panel.start, place - panel.start) - wait
      if excess <= 0 { low = place } else { high = place }
      var better = place - excess / pace(place)
      if !(better >= low && better <= high) { better = low + (high - low) / 2 }
      let step = abs(better - place)
      place = better
      if step <= 1e-15 * max(1, abs(place)) { break }
    }
    return place
  }

  /// ∫ (dt/dℓ) dℓ over an interval.
  private func integral(_ start: Double, _ width: Double) -> Double {
    let (middle, half) = (start + width / 2, width / 2)
    var sum = 0.0
    for (node, weight) in Self.nodes {
      sum += weight * (pace(middle - half * node) + pace(middle + half * node))
    }
    return half * sum
  }

  /// The positive roots of the Legendre polynomial P₁₆ and their weights 2/((1 − x²) P₁₆'(x)²).
  private static let nodes: [(Double, Double)] = [
    (0.095012509837637440, 0.189450610455068496),
    (0.281603550779258913, 0.182603415044923589),
    (0.458016777657227386, 0.169156519395002538),
    (0.617876244402643748, 0.149595988816576732),
    (0.755404408355003034, 0.124628971255533872),
    (0.865631202387831744, 0.095158511682492785),
    (0.944575023073232576, 0.062253523938647893),
    (0.989400934991649933, 0.027152459411754095),
  ]
}

/// The least double from `low` to `high`, both 0 or more, from which on a condition holds; `high` if it never
/// does.
///
/// Halving runs over the bit patterns, so that 64 steps find numbers of any size to their last bit.
func firstDouble(from low: Double, to high: Double, where holds: (Double) -> Bool) -> Double {
  var (low, high) = (low.bitPattern, high.bitPattern)
  while low < high {
    let middle = low + (high - low) / 2
    if holds(Double(bitPattern: middle)) { high = middle } else { low = middle + 1 }
  }
  return Double(bitPattern: high)
}

/// ln(1 + eˣ).
func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }
