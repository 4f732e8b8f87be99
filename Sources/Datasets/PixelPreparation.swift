import Tensor

/// Turns grey byte images into numbers: divided by 255, padded with black, copied to channels, normalized,
/// in this order, so that the padding has the normalized value of black.
struct PixelPreparation {
  let height: Int
  let width: Int
  let paddedHeight: Int
  let paddedWidth: Int
  let channels: Int
  /// The number that each byte becomes.
  let values: [Float]
  /// What is done, in words.
  let description: [String]

  /// The largest side that `pad` gives and the largest number of channels: beyond them is a slip of the pen.
  private static let largestSide = 4096
  private static let mostChannels = 1024
  /// The most numbers that are held: 1 GiB of them.
  private static let mostNumbers = 1 << 28

  /// - Throws: `invalidOption` for a pad below the image's size, channels below 1, a mean or sd that is none.
  init(height: Int, width: Int, options: LoadOptions, source: DatasetSource) throws(DatasetError) {
    self.height = height
    self.width = width
    var values = (0...255).map { Float($0) / 255 }
    var description = ["pixels divided by 255"]

    paddedHeight = options.pad ?? height
    paddedWidth = options.pad ?? width
    if let pad = options.pad {
      guard pad >= max(height, width), pad <= Self.largestSide else {
        let reason =
          "images of \(height)x\(width) can be padded to \(max(height, width)) ... \(Self.largestSide)"
        throw .invalidOption(name: "pad", value: "\(pad)", reason: reason)
      }
      description.append("padded \(height)x\(width) -> \(pad)x\(pad) with black, centred")
    }

    channels = options.channels ?? 1
    if let channels = options.channels {
      guard (1...Self.mostChannels).contains(channels) else {
        let reason = "a grey image can be copied to 1 ... \(Self.mostChannels) channels"
        throw .invalidOption(name: "channels", value: "\(channels)", reason: reason)
      }
      if channels > 1 { description.append("1 channel copied to \(channels)") }
    }

    if let normalization = options.normalization {
      let (mean, deviation) = normalization.values(for: source)
      guard mean.isFinite, deviation.isFinite, Float(deviation) > 0 else {
        let value = "(mean=\(mean), sd=\(deviation))"
        throw .invalidOption(name: "normalize", value: value, reason: "the sd has to be above 0, both finite")
      }
      values = values.map { ($0 - Float(mean)) / Float(deviation) }
      description.append("normalized with mean \(mean), sd \(deviation)")
    }
    self.values = values
    self.description = description
  }

  /// The images at `rows` of `bytes` as samples [rows, paddedHeight, paddedWidth, channels].
  ///
  /// - Throws: `invalidOption` or `tooLarge` in place of more numbers than can be held.
  func samples(_ rows: [Int], of bytes: [UInt8], path: String) throws(DatasetError) -> Tensor {
    let size = paddedHeight * paddedWidth * channels
    let (total, overflow) = size.multipliedReportingOverflow(by: rows.count)
    guard !overflow, total <= Self.mostNumbers else {
      let reason =
        "\(rows.count) images of \(paddedHeight)x\(paddedWidth)x\(channels) are more than 2^28 numbers"
      if paddedHeight * paddedWidth > height * width {
        throw .invalidOption(name: "pad", value: "\(paddedHeight)", reason: reason)
      }
      if channels > 1 { throw .invalidOption(name: "channels", value: "\(channels)", reason: reason) }
      throw .tooLarge(path: path, bytes: total, limit: Self.mostNumbers)
    }
    let top = (paddedHeight - height) / 2
    let left = (paddedWidth - width) / 2
    var scalars = [Float](repeating: values[0], count: total)
    for (place, row) in rows.enumerated() {
      for y in 0..<height {
        let from = (row * height + y) * width
        let to = ((place * paddedHeight + y + top) * paddedWidth + left) * channels
        for x in 0..<width {
          let value = values[Int(bytes[from + x])]
          for channel in 0..<channels { scalars[to + x * channels + channel] = value }
        }
      }
    }
    return Tensor([rows.count, paddedHeight, paddedWidth, channels], scalars: scalars)
  }
}

extension Normalization {
  fileprivate func values(for source: DatasetSource) -> (mean: Double, deviation: Double) {
    switch self {
    case .dataset: (source.mean, source.standardDeviation)
    case .explicit(let mean, let deviation): (mean, deviation)
    }
  }
}
