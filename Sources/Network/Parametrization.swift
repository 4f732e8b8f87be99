/// What stands between two linear layers.
public enum Activation: String, CaseIterable, Hashable, Sendable, Codable {
  case relu, tanh
  /// Nothing: a deep linear network.
  case none
}

/// How the layers of a network are scaled with their widths.
///
/// Outside `standard` a layer is multiplier · W x with normal W, and biases start at 0; the multiplier is part of the network,
/// so that gradients, and every S_rel, see it.
public enum Parametrization: String, CaseIterable, Hashable, Sendable, Codable {
  /// PyTorch's: no multiplier, uniform in ±1/√fanIn.
  case standard
  /// W ~ N(0, 1), multiplier 1/√fanIn: at great width the tangent kernel stays as it is (Jacot et al., arXiv 1806.07572).
  case ntk
  /// Maximal update (Yang and Hu, arXiv 2011.14522, table 1): W ~ N(0, 1/n) for a width n, multiplier √(n/inputs) in the
  /// first layer, 1 between, 1/√n in the last: features move at any width.
  case mup

  /// Multiplier and deviation of one layer of several.
  func scaling(fanIn: Int, fanOut: Int, isFirst: Bool, isLast: Bool) -> (
    multiplier: Double, deviation: Double
  ) {
    let (inputs, width) = (Double(max(fanIn, 1)), Double(max(isLast ? fanIn : fanOut, 1)))
    switch self {
    case .standard: return (1, 1 / inputs.squareRoot())
    case .ntk: return (1 / inputs.squareRoot(), 1)
    case .mup:
      if isFirst && !isLast { return ((width / inputs).squareRoot(), 1 / width.squareRoot()) }
      return isLast
        ? (1 / inputs.squareRoot(), 1 / inputs.squareRoot()) : (1, 1 / inputs.squareRoot())
    }
  }
}

extension Model {
  /// Linear layers of the widths with the activation between them.
  func denseLayers(_ widths: [Int], inputs: Int, outputs: Int) -> [Layer] {
    let sizes = widths + [outputs]
    return sizes.enumerated().flatMap { place, size -> [Layer] in
      let isLast = place == widths.count
      let layer: Layer
      if parametrization == .standard {
        layer = .linear(outputs: size, bias: bias)
      } else {
        let scaling = parametrization.scaling(
          fanIn: place == 0 ? inputs : sizes[place - 1], fanOut: size, isFirst: place == 0, isLast: isLast)
        layer = .scaledLinear(
          outputs: size, bias: bias, multiplier: scaling.multiplier, deviation: scaling.deviation)
      }
      if isLast { return [layer] }
      switch activation {
      case .relu: return [layer, .relu]
      case .tanh: return [layer, .tanh]
      case .none: return [layer]
      }
    }
  }
}
