import Charts
import Foundation
import Tables

/// Pairs of samples as a measurement keeps them: two classes of three samples, S a function of both ids.
func pairs(
  distances: [String] = ["logits"], steps: [Double] = [9], seeds: Int = 1,
  names: [String] = ["sandal", "ankle boot"],
  value: (_ source: Int, _ probe: Int) -> Double? = { 0.1 * Double($0) + Double($1) }
) throws -> Table {
  var table = Table(columns: Table.Schema.pairs)
  for seed in 1...seeds {
    for step in steps {
      for distance in distances {
        for source in 0..<6 {
          for probe in 0..<6 where probe != source {
            let classes = [source, probe].map { names[$0 % 2] }
            try table.append([
              "run", .number(Double(seed)), .number(step / 9), .number(step), 1, 0.5, "sgd", 0.001, "none",
              .missing,
              .text(distance), .text(classes[0]), .text(classes[1]), .flag(classes[0] == classes[1]),
              .number(Double(source)), .number(Double(probe)), 1, 1, 1,
              value(source, probe).map { .number($0 + Double(seed - 1)) } ?? .missing,
            ])
          }
        }
      }
    }
  }
  return table
}

/// A prediction before and after a step, as `predict … source=` gives it.
func prediction(inputs: Int = 1, states: [String] = ["before", "after", "source"]) throws -> Table {
  var columns: [(String, ColumnRole)] = [
    ("run", .replicate), ("seed", .replicate), ("state", .key), ("id", .note),
  ]
  for place in 0..<inputs { columns.append(("x\(place)", .axis)) }
  var table = Table(columns: columns + [("target", .value), ("value", .value)])
  for state in states {
    // Not in the order of x, as samples are not.
    for id in state == "source" ? [3] : [4, 1, 3, 0, 2] {
      let x = Double(id) / 4
      try table.append(
        ["run", 1, .text(state), .number(Double(id))] + Array(repeating: .number(x), count: inputs) + [
          .number(sin(6 * x)), .number(state == "before" ? x : x + 0.5),
        ])
    }
  }
  return table
}

/// The plane of a gate, as `solve gate … keep=plane` gives it.
func plane(times: [Double] = [0]) throws -> Table {
  var table = Table(columns: [
    ("model", .key), ("part", .key), ("time", .key), ("x0", .axis), ("x1", .value), ("value", .value),
  ])
  for time in times {
    for (part, x, y) in [
      ("moves", 1.0, 2.0), ("moves", 0.5, -1), ("stays", -3, 0.2), ("hyperplane", 0, -3),
      ("hyperplane", 0, 3),
      ("w", 0.8, 0), ("source", 1, 0.5),
    ] {
      try table.append(["gate", .text(part), .number(time), .number(x), .number(y), .missing])
    }
  }
  return table
}

/// A picture of 2 x 2 pixels in one colour.
func image(_ shade: Int) throws(ChartError) -> Figure.Image {
  try Figure.Image(pixels: [UInt8](repeating: UInt8(shade), count: 12), height: 2, width: 2)
}

/// One figure of each kind that is no line and no point.
func figuresOfEachKind() throws -> [Figure] {
  [
    try Figure(histogramOf: try pairs(), x: "value", by: ["same"], title: "histogram"),
    try Figure(matrixOf: try pairs(distances: ["logits", "kl"]), facet: ["distance"], title: "matrix"),
    try Figure(functionOf: try prediction(), title: "function"),
    try Figure(planeOf: try plane(times: [0, 1]), facet: ["time"], title: "plane"),
    try Figure(imagesOf: try pairs(), count: 3, title: "images") { (id, _) throws(ChartError) in
      try image(40 * id)
    },
  ]
}
