import Foundation
import Tables

/// Averages like those of a measured training: three classes, measured every nine batches for three epochs.
func measured(
  distances: [String] = ["logits", "l2", "kl", "published_kl"], updates: [(String, Double)] = [("sgd", 1e-3)],
  seeds: Int = 1, intervals: Bool = true, averages: [String] = ["median"]
) throws -> Table {
  let classes = ["sandal", "sneaker", "ankle boot"]
  var table = Table(columns: Table.Schema.averages)
  for seed in 1...seeds {
    for step in stride(from: 9, through: 180, by: 9) {
      let progress = Double(step) / 180
      for (update, rate) in updates {
        for (d, distance) in distances.enumerated() {
          for average in averages {
            for source in 0..<3 {
              for probe in 0..<3 {
                let wave = 0.04 * sin(Double(step * (source + 2) + 31 * probe + 17 * d + 7 * seed))
                let fall = source == probe ? 0.3 : 0.75 + 0.08 * Double(source)
                let scale = update == "sgd" ? 1 : distance == "kl" && source != probe ? 9 : 1.2
                let value =
                  distance == "published_kl"
                  ? 1 - 0.003 * progress + wave / 50 : scale * (0.85 - fall * progress * 0.9 + wave)
                try table.append([
                  "run", .number(Double(seed)), .number(Double(step) / 60), .number(Double(step)),
                  .number(1.2 - progress), .number(0.3 + 0.6 * progress), .text(update), .number(rate),
                  "none", .missing,
                  .text(distance), .text(average), .text(classes[source]), .text(classes[probe]),
                  .flag(source == probe), .number(source == probe ? 380 : 400), 20, 20, 0, 0,
                  .number(max(value, 0.01)),
                  intervals ? .number(max(value, 0.01) * 0.85) : .missing,
                  intervals ? .number(max(value, 0.01) * 1.2) : .missing,
                  intervals ? .missing : "no interval: 4 samples a class are too few",
                ])
              }
            }
          }
        }
      }
    }
  }
  return table
}

/// Runs the body with a new folder that is removed afterwards.
func inFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "charts-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

/// Whether every element is closed in its turn and no text holds a bare `<`.
func isWellFormed(_ xml: String) -> Bool {
  var open: [Substring] = []
  for tag in xml.matches(of: /<([^>]*)>/).map(\.1) {
    if tag.contains("<") { return false }
    if tag.hasPrefix("?") || tag.hasPrefix("!") || tag.hasSuffix("/") { continue }
    if tag.hasPrefix("/") {
      if open.popLast() != tag.dropFirst() { return false }
    } else {
      open.append(tag.prefix { !$0.isWhitespace })
    }
  }
  return open.isEmpty && !open.contains("") && xml.contains("<svg")
}
