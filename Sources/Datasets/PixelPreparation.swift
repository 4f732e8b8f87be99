import Tensor

/// Turns byte images into numbers: divided by 255, padded with black, grey ones copied to channels, normalized,
/// in this order, so that the padding has the normalized value of black.
struct PixelPreparation {
  let height: Int
  let width: Int
  let paddedHeight: Int
  let paddedWidth: Int
  let channels: Int
  /// The number that each byte becomes, for each channel.
  let values: [[Float]]
  /// What is done, in words.
  let description: [String]

  /// The largest side that `pad` gives and the largest number of channels: beyond them is a slip of the pen.
  private static let largestSide = 4096
  private static let mostChannels = 1024
  /// The most numbers that are held: 1 GiB of them.
  private static let mostNumbers = 1 << 28

  /// - Throws: `invalidOption` for a pad below the image's size, channels that do not fit, a mean or sd that is none.
  init(_ file: ImageFile, options: LoadOptions, source: DatasetSource) throws(DatasetError) {
    (height, width) = (file.height, file.width)
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

    channels = options.channels ?? file.channels
    if let channels = options.channels {
      guard (1...Self.mostChannels).contains(channels) else {
        let reason = "a grey image can be copied to 1 ... \(Self.mostChannels) channels"
        throw .invalidOption(name: "channels", value: "\(channels)", reason: reason)
      }
      guard file.channels == 1 || file.channels == channels else {
        let reason = "the images have \(file.channels) channels; only grey ones can be copied to more"
        throw .invalidOption(name: "channels", value: "\(channels)", reason: reason)
      }
      if channels > file.channels { description.append("1 channel copied to \(channels)") }
    }

    let plain = (0...255).map { Float($0) / 255 }
    var values = [[Float]](repeating: plain, count: channels)
    if let normalization = options.normalization {
      let (means, deviations) = normalization.values(for: source, file)
      description.append(try Self.checked(means, deviations, channels: channels))
      for channel in 0..<channels {
        let mean = Float(means[channel % means.count])
        let deviation = Float(deviations[channel % deviations.count])
        values[channel] = plain.map { ($0 - mean) / deviation }
      }
    }
    self.values = values
    self.description = description
  }

  /// What is subtracted and divided by, in words.
  ///
  /// - Throws: `invalidOption` for numbers that are not finite, an sd of 0, or as many as fit no channels.
  static func checked(_ means: [Double], _ deviations: [Double], channels: Int) throws(DatasetError) -> String
  {
    let value = "(mean=\(text(means)), sd=\(text(deviations)))"
    func refuse(_ reason: String) -> DatasetError {
      .invalidOption(name: "normalize", value: value, reason: reason)
    }
    guard (means + deviations).allSatisfy(\.isFinite), deviations.allSatisfy({ Float($0) > 0 }) else {
      throw refuse("the sd has to be above 0, both finite")
    }
    guard [means.count, deviations.count].allSatisfy({ $0 == 1 || $0 == channels }) else {
      throw refuse("give one number, or one for each of the \(channels) channels")
    }
    return "normalized with mean \(text(means)), sd \(text(deviations))"
  }

  private static func text(_ numbers: [Double]) -> String {
    numbers.count == 1 ? "\(numbers[0])" : "[\(numbers.map { "\($0)" }.joined(separator: ", "))]"
  }

  /// What black becomes, for each channel.
  var black: [Float] { values.map { $0[0] } }

  /// The images at `rows` of `file` as samples [rows, paddedHeight, paddedWidth, channels].
  ///
  /// - Throws: `invalidOption` or `tooLarge` in place of more numbers than can be held.
  func samples(_ rows: [Int], of file: ImageFile) throws(DatasetError) -> Tensor {
    let size = paddedHeight * paddedWidth * channels
    let (total, overflow) = size.multipliedReportingOverflow(by: rows.count)
    guard !overflow, total <= Self.mostNumbers else {
      let reason =
        "\(rows.count) images of \(paddedHeight)x\(paddedWidth)x\(channels) are more than 2^28 numbers"
      if paddedHeight * paddedWidth > height * width {
        throw .invalidOption(name: "pad", value: "\(paddedHeight)", reason: reason)
      }
      if channels > file.channels {
        throw .invalidOption(name: "channels", value: "\(channels)", reason: reason)
      }
      throw .tooLarge(path: file.imagesPath, bytes: total, limit: Self.mostNumbers)
    }
    let top = (paddedHeight - height) / 2
    let left = (paddedWidth - width) / 2
    let layout = file.layout
    var scalars = [Float](repeating: values[0][0], count: total)
    if values.contains(where: { $0[0] != values[0][0] }) {
      for place in scalars.indices { scalars[place] = values[place % channels][0] }
    }
    for channel in 0..<channels {
      let table = values[channel]
      let plane = layout.offset + (file.channels == 1 ? 0 : channel) * layout.channel
      for (place, row) in rows.enumerated() {
        for y in 0..<height {
          let from = plane + row * layout.image + y * layout.line
          let to = ((place * paddedHeight + y + top) * paddedWidth + left) * channels + channel
          for x in 0..<width {
            scalars[to + x * channels] = table[Int(file.bytes[from + x * layout.pixel])]
          }
        }
      }
    }
    return Tensor([rows.count, paddedHeight, paddedWidth, channels], scalars: scalars)
  }
}

extension Normalization {
  /// The numbers known for the source, else those of the whole file.
  fileprivate func values(for source: DatasetSource, _ file: ImageFile) -> (
    means: [Double], deviations: [Double]
  ) {
    switch self {
    case .dataset where source.means.isEmpty: file.moments
    case .dataset: (source.means, source.standardDeviations)
    case .explicit(let means, let deviations): (means, deviations)
    }
  }
}
