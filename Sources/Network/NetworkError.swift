import Autodiff
import Tensor

/// What can be wrong with a network, its weights or its data.
public enum NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  case wrongChannels(model: String, needs: Int, has: Int)
  case inputTooSmall(model: String, needs: Int, input: SampleShape)
  case notPositive(model: String, what: String, value: Int)
  case degree(Double)
  case weightsDiffer(WeightMismatch)
  case notFiniteWeight(name: String)
  case badRenaming(String)

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
    case .degree(let degree): "homogeneous: the degree must be 1 to 100, not \(degree)"
    case .weightsDiffer(let mismatch):
      "the weights in the file are those of another network: \(mismatch)"
        + (mismatch.rule.map { "; rename=\"\($0)\" would fit" } ?? "")
    case .badRenaming(let text):
      "'\(text)' does not say what becomes of which name: write it as in \"module.* -> *\", with no more * on the right than on the left"
    case .notFiniteWeight(let name):
      "weight '\(name)' holds NaN or infinity: the network had diverged when it was saved; take an earlier file"
    }
  }
}
