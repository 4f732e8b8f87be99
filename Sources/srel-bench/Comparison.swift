/// Our times beside another program's: medians of the ratios of pairs, each pair from one run.
struct Comparison {
  var ours: [Results]
  var others: [Results]

  /// What is asked of the engine: the table at the end of the design's page on it.
  private struct Target {
    enum Kind {
      /// So many times faster than the other program's entry.
      case times(Double, than: String)
      /// At most so much, whatever others need.
      case atMost(Double, unit: String)
    }
    var name: String
    var key: String
    var kind: Kind
  }

  private static let targets = [
    Target(
      name: "measurement, one update a source", key: "measurement_shared_s",
      kind: .times(4.5, than: "measurement_shared_s")),
    Target(
      name: "measurement, as published", key: "measurement_shared_s",
      kind: .times(25, than: "measurement_published_s")),
    Target(
      name: "training step, batch 25", key: "resnet18_train_step_b25_s",
      kind: .times(2, than: "resnet18_train_step_b25_s")),
    Target(
      name: "training step, batch 256", key: "resnet18_train_step_b256_s",
      kind: .times(1.5, than: "resnet18_train_step_b256_s")),
    Target(
      name: "training step, MLP", key: "mlp100_train_step_s", kind: .times(10, than: "mlp100_train_step_s")),
    Target(
      name: "one source, MLP, 50 probes", key: "mlp100_source_50_probes_s",
      kind: .times(10, than: "mlp100_source_50_probes_s")),
    Target(
      name: "each of 50 sources, MLP, 50 probes", key: "mlp100_each_of_50_sources_s",
      kind: .times(10, than: "mlp100_source_50_probes_s")),
    Target(name: "ridge notebook, p = 100", key: "ridge_p100_s", kind: .atMost(2, unit: "s")),
    Target(name: "start-up", key: "start_up_s", kind: .atMost(0.05, unit: "s")),
    Target(name: "memory of start-up", key: "start_up_mb", kind: .atMost(60, unit: "MB")),
    Target(name: "memory of a measurement", key: "measurement_process_mb", kind: .atMost(500, unit: "MB")),
  ]

  var text: String {
    let header =
      "\(left("work", 36))  \(right("target", 10))  \(right("measured", 10))  \(right("ours", 10))  \(right("other", 10))"
    let count = min(ours.count, others.count)
    let note = "medians of \(count) pair\(count == 1 ? "" : "s"); names without a target follow"
    let named = Comparison.targets.compactMap(row)
    let rest = Set(ours.flatMap(\.numbers.keys)).intersection(others.flatMap(\.numbers.keys))
      .filter { key in key.hasSuffix("_s") && !Comparison.targets.contains { $0.key == key } }
      .sorted().compactMap { key in
        ratio(key, than: key).map { line(key, "", "\(fixed($0.ratio, 2))x", $0.ours, $0.other) }
      }
    return ([header] + named + rest + [note]).joined(separator: "\n")
  }

  private func row(_ target: Target) -> String? {
    switch target.kind {
    case .times(let factor, let key):
      return ratio(target.key, than: key).map {
        line(
          target.name, "≥ \(fixed(factor, 1))x", "\(fixed($0.ratio, 2))x", $0.ours, $0.other,
          isMissed: $0.ratio < factor)
      }
    case .atMost(let limit, let unit):
      let found = ours.compactMap { $0.numbers[target.key] }
      guard !found.isEmpty else { return nil }
      let value = median(found)
      return line(
        target.name, "≤ \(limit < 1 ? fixed(limit, 2) : fixed(limit, 0)) \(unit)",
        "\(fixed(value, unit == "MB" ? 0 : 3)) \(unit)", nil, nil, isMissed: value > limit)
    }
  }

  private func ratio(_ key: String, than other: String) -> (ratio: Double, ours: Double, other: Double)? {
    let pairs = zip(ours, others).compactMap { ours, others in
      ours.numbers[key].flatMap { a in others.numbers[other].map { (a, $0) } }
    }
    guard !pairs.isEmpty else { return nil }
    return (median(pairs.map { $1 / $0 }), median(pairs.map(\.0)), median(pairs.map(\.1)))
  }

  private func line(
    _ name: String, _ target: String, _ measured: String, _ ours: Double?, _ other: Double?,
    isMissed: Bool = false
  ) -> String {
    "\(left(name, 36))  \(right(target, 10))  \(right(measured, 10))  \(right(ours.map(duration) ?? "", 10))  "
      + "\(right(other.map(duration) ?? "", 10))\(isMissed ? "  missed" : "")"
  }
}
