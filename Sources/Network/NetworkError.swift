import Autodiff
import Tensor

/// What can be wrong with a network, its weights or its data.
public enum NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  case wrongChannels(model: String, needs: Int, has: Int)
  case inputTooSmall(model: String, needs: Int, input: SampleShape)
  case notPositive(model: String, what: String, value: Int)
  case missingWeight(name: String, shape: Shape)
  case unexpectedWeights(names: [String], known: [String])
  case wrongWeightShape(name: String, expected: Shape, found: Shape)
  case notFiniteWeight(name: String)

  public var description: String {
    switch self {
    case .wrongChannels(let model, let needs, let has):
      "\(model) takes images of \(needs) channels, these have \(has): load them with channels=\(needs)"
    case .inputTooSmall(let model, _, let input) where input.height * input.width == 1:
      "\(model) takes images, these are vectors of \(input.channels): use linear or mlp"
    case .inputTooSmall(let model, let needs, let input):
      "\(model) takes images of at least \(needs)x\(needs), these are \(input): load them with pad=\(max(needs, 32))"
    case .notPositive(let model, let what, let value):
      "\(model): \(what) must be at least 1, not \(value)"
    case .missingWeight(let name, let shape):
      "the file has no weight '\(name)' (\(shape)): it was saved from another network"
    case .unexpectedWeights(let names, let known):
      "the file has weights that this network does not: \(names.prefix(5).joined(separator: ", "))"
        + (names.count > 5 ? " and \(names.count - 5) more" : "")
        + "; the network has \(known.prefix(3).joined(separator: ", ")), …"
    case .wrongWeightShape(let name, let expected, let found):
      "weight '\(name)' is \(found) in the file and \(expected) in the network"
    case .notFiniteWeight(let name):
      "weight '\(name)' holds NaN or infinity: the network had diverged when it was saved; take an earlier file"
    }
  }
}
