import Elementary
import Tables

/// S of one run over time: ln S at each time, ascending, each time once.
struct RunCurve: Sendable {
  var times: [Double] = []
  var y: [Double] = []
  /// How many measurements have no logarithm: times at 0 and below, values that are not positive or not
  /// finite.
  var leftOut = 0

  /// Values of one time are averaged in the logarithm.
  init(times: [Double], values: [Double]) {
    var points: [(time: Double, y: Double)] = []
    for (time, value) in zip(times, values) where time > 0 && value > 0 && time.isFinite && value.isFinite {
      points.append((time, log(value)))
    }
    leftOut = min(times.count, values.count) - points.count
    points.sort { $0.time < $1.time }
    var start = 0
    for end in points.indices where end + 1 == points.count || points[end + 1].time > points[start].time {
      self.times.append(points[start].time)
      y.append(Statistics.mean(points[start...end].map(\.y)) ?? 0)
      start = end + 1
    }
  }

  /// The run at these of its times alone.
  func restricted(to shared: Set<Double>) -> RunCurve {
    let kept = times.indices.filter { shared.contains(times[$0]) }
    var run = self
    (run.times, run.y) = (kept.map { times[$0] }, kept.map { y[$0] })
    return run
  }
}
