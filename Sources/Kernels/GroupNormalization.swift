import Tensor

/// Group normalisation (Wu & He 2018, arXiv 1803.08494): each sample's channels in groups, each group shifted and scaled
/// to mean 0 and variance 1 over its channels and pixels.
///
/// A group is a function of its own sample only, so that training and measuring are the same function.
public struct GroupNormalization: Hashable, Sendable {
  public let groups: Int
  public let channels: Int

  /// - Precondition: `groups` divides `channels`.
  public init(groups: Int, channels: Int) {
    precondition(groups > 0 && channels % groups == 0, "\(groups) groups of \(channels) channels")
    self.groups = groups
    self.channels = channels
  }

  /// y = (x − μ)·r, r = 1/√(v + ε).
  public func value(_ x: Tensor, into out: inout Tensor) {
    forEachGroup(of: x.shape) { place in
      let (mean, root) = moments(x, place)
      x.withPointer { x in
        out.withMutablePointer { out in
          place.forEach { out[$0] = Float((Double(x[$0]) - mean) * root) }
        }
      }
    }
  }

  /// The gradient at the input: (d − mean(d) − y·mean(d·y))·r, y the output.
  public func inputGradient(_ d: Tensor, input x: Tensor, output y: Tensor, into out: inout Tensor) {
    forEachGroup(of: x.shape) { place in
      let (_, root) = moments(x, place)
      d.withPointer { d in
        y.withPointer { y in
          var (sum, projection) = (0.0, 0.0)
          place.forEach { i in
            sum += Double(d[i])
            projection += Double(d[i]) * Double(y[i])
          }
          let count = Double(place.count)
          out.withMutablePointer { out in
            place.forEach { i in
              out[i] = Float((Double(d[i]) - sum / count - Double(y[i]) * projection / count) * root)
            }
          }
        }
      }
    }
  }

  /// The change of y for a change δ of x, without subtracting nearly equal numbers.
  ///
  /// With c = x − μ and γ = δ − mean(δ): the variance changes by mean(γ(2c + γ)), the root by
  /// r' − r = −Δv·r²r'²/(r + r'), and y by γ·r' + c·(r' − r).
  public func difference(_ delta: Tensor, input x: Tensor, into out: inout Tensor) {
    forEachGroup(of: x.shape) { place in
      let (mean, root) = moments(x, place)
      x.withPointer { x in
        delta.withPointer { delta in
          let count = Double(place.count)
          var shift = 0.0
          place.forEach { shift += Double(delta[$0]) }
          shift /= count
          var (spread, variance) = (0.0, 0.0)
          place.forEach { i in
            let centred = Double(x[i]) - mean
            let change = Double(delta[i]) - shift
            variance += centred * centred
            spread += change * (2 * centred + change)
          }
          variance /= count
          spread /= count
          let stepped = 1 / (max(variance + spread, 0) + Normalization.epsilon).squareRoot()
          let rootChange = -spread * root * root * stepped * stepped / (root + stepped)
          out.withMutablePointer { out in
            place.forEach { i in
              out[i] = Float((Double(delta[i]) - shift) * stepped + (Double(x[i]) - mean) * rootChange)
            }
          }
        }
      }
    }
  }

  /// Where the elements of one group of one sample stand.
  private struct Place {
    let pixels: Int
    /// From one pixel to the next.
    let step: Int
    let first: Int
    let width: Int

    var count: Int { pixels * width }

    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
      for pixel in 0..<pixels {
        let start = pixel * step + first
        for c in 0..<width { body(start + c) }
      }
    }
  }

  private func forEachGroup(of shape: Shape, _ body: (Place) -> Void) {
    precondition(shape.rank == 4 && shape[3] == channels, "group norm of \(channels) channels on \(shape)")
    let width = channels / groups
    for sample in 0..<shape[2] {
      for group in 0..<groups {
        body(
          Place(
            pixels: shape[0] * shape[1], step: shape[2] * channels,
            first: sample * channels + group * width, width: width))
      }
    }
  }

  private func moments(_ x: Tensor, _ place: Place) -> (mean: Double, root: Double) {
    x.withPointer { x in
      var (sum, squares) = (0.0, 0.0)
      place.forEach { sum += Double(x[$0]) }
      let mean = sum / Double(place.count)
      place.forEach { i in
        let deviation = Double(x[i]) - mean
        squares += deviation * deviation
      }
      return (mean, 1 / (squares / Double(place.count) + Normalization.epsilon).squareRoot())
    }
  }
}
