import Autodiff
import Kernels
import Network
import Tables
import Tensor
import Training

extension Network {
  /// The network layer by layer: shapes, weights, weights that can act, multiply-adds of one sample.
  var layerText: String {
    var rows = [["layer", "", "output", "weights", "live", "multiply-adds"]]
    for node in tape.nodes {
      guard let operand = node.first else { continue }
      let kind = node.primitive.layerName
      // A bias belongs to the layer before it.
      if case .bias = node.primitive, let parameter = node.parameter, rows.count > 1 {
        let count = tape.parameterShapes[parameter].count
        rows[rows.count - 1][3] += " + \(count.grouped)"
        rows[rows.count - 1][4] += " + \(live(parameter).grouped)"
        continue
      }
      let multiplyAdds = node.primitive.multiplyAdds(tape.nodes[operand].shape)
      rows.append([
        node.parameter.map { layerName($0) } ?? "", kind, "\(node.shape)",
        node.parameter.map { tape.parameterShapes[$0].count.grouped } ?? "",
        node.parameter.map { live($0).grouped } ?? "", multiplyAdds > 0 ? multiplyAdds.grouped : "",
      ])
    }
    rows.append([
      "all", "", "", weightCount.grouped, liveWeightCount.grouped, tape.multiplyAdds.grouped,
    ])
    return "  \(model.sourceText) on input \(input)\n" + Self.aligned(rows)
  }

  private func live(_ parameter: Int) -> Int { tape.liveRanges[parameter].reduce(0) { $0 + $1.count } }

  /// `layer1.0.conv1` for the parameter `layer1.0.conv1.weight`.
  private func layerName(_ parameter: Int) -> String {
    let name = parameters[parameter].name
    return name.hasSuffix(".weight") ? String(name.dropLast(7)) : name
  }

  /// Columns side by side: words at the left, numbers at the right.
  private static func aligned(_ rows: [[String]]) -> String {
    let widths = (0..<6).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let blanks = String(repeating: " ", count: widths[column] - row[column].count)
        return column < 3 ? row[column] + blanks : blanks + row[column]
      }
      let line = "  " + cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

extension Primitive {
  fileprivate var layerName: String {
    switch self {
    case .input: "input"
    case .linear: "linear"
    case .power(_, _, let degree): "linear in weights to the power \(degree.significant(4))"
    case .convolution(let convolution):
      "convolution \(convolution.geometry.kernelHeight)x\(convolution.geometry.kernelWidth), stride "
        + "\(convolution.geometry.stride)"
    case .bias: "bias"
    case .relu: "relu"
    case .tanh: "tanh"
    case .multiply(let factor): "times \(Double(factor).significant(4))"
    case .maxPool: "max pool"
    case .averagePool: "average pool"
    case .add: "add"
    case .standardize: "batch norm"
    case .scale: "scale"
    case .groupNormalize(let normalization): "group norm, \(normalization.groups) groups"
    case .flatten: "flatten"
    }
  }
}

extension Optimizer {
  /// The optimiser as it is typed.
  var sourceText: String {
    switch self {
    case .sgd(let rate, let momentum, let decay):
      "sgd(lr=\(rate.shortest)" + (momentum == 0 ? "" : ", momentum=\(momentum.shortest)")
        + (decay == 0 ? ")" : ", weight_decay=\(decay.shortest))")
    case .adam(let rate, _, _, _, let decay):
      "adam(lr=\(rate.shortest)" + (decay == 0 ? ")" : ", weight_decay=\(decay.shortest))")
    }
  }
}
