import Network
import Random
import Tensor

/// Standard normal scalars, the same in every call.
func draw(_ shape: Shape, seed: UInt64 = 11) -> Tensor {
  let stream = RandomStream(Seed(seed), .data)
  return Tensor(shape, scalars: stream.normals(0..<UInt64(shape.count)).map { Float($0) })
}

extension Network {
  /// The weights with every scalar that cannot influence an output replaced.
  func withDeadTaps(of weights: [Tensor], setTo value: Float) -> [Tensor] {
    zip(weights, tape.liveRanges).map { weight, ranges in
      var result = Tensor(weight.shape, repeating: value)
      for range in ranges { for i in range { result[flat: i] = weight[flat: i] } }
      return result
    }
  }
}

extension [Tensor] {
  var joinedScalars: [Float] { flatMap(\.scalars) }
}
