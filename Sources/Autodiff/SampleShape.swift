import Tensor

/// The shape of one sample's activation; a plain vector is 1 × 1 × channels.
public struct SampleShape: Hashable, Sendable, CustomStringConvertible {
  public var height: Int
  public var width: Int
  public var channels: Int

  public init(height: Int = 1, width: Int = 1, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  public var count: Int { height * width * channels }

  /// The shape of a batch in the engine's layout, `[height, width, sample, channel]`.
  public func batch(of samples: Int) -> Shape { Shape(height, width, samples, channels) }

  /// As people write images: channels × height × width, or the length of a vector.
  public var description: String { height * width == 1 ? "\(channels)" : "\(channels)x\(height)x\(width)" }
}
