import Elementary

/// An ordinary differential equation of few unknowns, followed by the method of Dormand and Prince (J. Comp. Appl. Math. 6,
/// 1980), of order 5 with steps chosen for a relative error of 1e-13.
struct DormandPrince {
  /// dy/dt.
  let slope: ([Double]) -> [Double]
  /// Nothing moves any more: the state stays as it is for all later times.
  let isAtRest: ([Double]) -> Bool

  private static let tolerance = 1e-13
  private static let coefficients: [[Double]] = [
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ]
  /// The weights of order 5 less those of order 4.
  private static let errors: [Double] = [
    71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40,
  ]

  /// The states at the given times, from `start` at time 0; the times may stand in any order.
  /// - Throws: `unreachable` after a million steps or where numbers overflow.
  func states(from start: [Double], at times: [Double]) throws(TheoryError) -> [[Double]] {
    var result = [[Double]](repeating: start, count: times.count)
    var (time, state, step) = (0.0, start, firstStep(start))
    var budget = 1_000_000
    for place in times.indices.sorted(by: { times[$0] < times[$1] }) {
      let goal = times[place]
      while time < goal && !isAtRest(state) {
        budget -= 1
        let length = min(step, goal - time)
        let (next, error) = advance(state, length)
        guard budget > 0, next.allSatisfy(\.isFinite) || length > 1e-290 else {
          throw .unreachable(time: goal)
        }
        if error <= 1 {
          (time, state) = (length < goal - time ? time + length : goal, next)
        }
        let factor = error > 0 ? 0.9 * power(error) : 5
        let proposed = length * min(5, max(0.2, factor.isNaN ? 0.2 : factor))
        // A step cut short by a wanted time does not shorten the ones after it.
        step = error <= 1 && length < step ? max(step, proposed) : proposed
      }
      result[place] = state
    }
    return result
  }

  private func firstStep(_ state: [Double]) -> Double {
    let speed = slope(state).map(abs).max() ?? 0
    let size = max(state.map(abs).max() ?? 0, 1e-3)
    return speed > 0 ? 1e-4 * size / speed : 1
  }

  /// The state one step later and its error in units of the tolerance.
  private func advance(_ state: [Double], _ length: Double) -> (state: [Double], error: Double) {
    var slopes = [slope(state)]
    var point = state
    for row in Self.coefficients {
      for i in state.indices {
        var sum = 0.0
        for (k, weight) in row.enumerated() { sum += weight * slopes[k][i] }
        point[i] = state[i] + length * sum
      }
      slopes.append(slope(point))
    }
    var worst = 0.0
    for i in state.indices {
      var sum = 0.0
      for (k, weight) in Self.errors.enumerated() { sum += weight * slopes[k][i] }
      let scale = Self.tolerance * (max(abs(state[i]), abs(point[i])) + 1e-12)
      let error = abs(length * sum) / scale
      worst = error.isNaN ? .infinity : max(worst, error)
    }
    return (point, worst)
  }

  /// error^(−1/5)
  private func power(_ error: Double) -> Double { pow(error, -0.2) }
}
