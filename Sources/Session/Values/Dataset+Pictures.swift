import Charts
import Datasets
import Tensor

extension Dataset {
  /// Small pictures of up to twelve samples: all of them where there are so few, else the first of each class. Nil for
  /// vectors.
  var pictures: Drawing? {
    let (height, width, _) = sampleShape
    guard height > 1, width > 1, count > 0 else { return nil }
    let rows =
      count <= Self.mostPictures
      ? Array(0..<count) : classNames.indices.compactMap { labels.firstIndex(of: $0) }
    let pictures = rows.prefix(Self.mostPictures).compactMap { picture(of: $0) }
    let columns = pictures.count == 1 ? 32 : 18
    return Drawing { TerminalPicture.row(pictures, $0, mostColumns: columns) }
  }

  private static let mostPictures = 12

  /// The sample with the name of its class and its index under it.
  private func picture(of row: Int) -> TerminalPicture? {
    let (height, width, channels) = sampleShape
    let length = height * width * channels
    let values = samples.withSpan { values in (row * length..<(row + 1) * length).map { values[$0] } }
    return try? TerminalPicture(
      values: values, height: height, width: width, channels: channels,
      caption: [classNames[labels[row]], "[\(row)]"])
  }

  /// The image of a sample by its index in the file: each channel between the least and the greatest number that it has
  /// in the whole set, so that images of one set can be compared; large images are made smaller.
  ///
  /// - Throws: `SessionError.wrongKind` for vectors.
  func smallImages(_ call: Call) throws -> (Int) throws(ChartError) -> Figure.Image {
    let (height, width, channels) = sampleShape
    guard height > 1, width > 1 else {
      throw SessionError.wrongKind(
        what: "points", expected: "images", found: "samples of \(height * width * channels) numbers",
        hint: nil
      ).diagnostic(at: call.range(of: "points"))
    }
    let rows = Dictionary(zip(indices, 0...), uniquingKeysWith: { first, _ in first })
    let ranges = channelRanges
    let step = max(1, (max(height, width) + Self.mostPixels - 1) / Self.mostPixels)
    return { (id) throws(ChartError) in
      guard let row = rows[id] else { throw .noImage(id) }
      return try self.smallImage(of: row, ranges: ranges, step: step)
    }
  }

  /// The most pixels along a side of a small image.
  private static let mostPixels = 96

  private var channelRanges: [ClosedRange<Float>] {
    let channels = sampleShape.channels
    return samples.withSpan { values in
      (0..<channels).map { channel in
        var (low, high) = (Float.infinity, -Float.infinity)
        for place in stride(from: channel, to: values.count, by: channels) where values[place].isFinite {
          (low, high) = (min(low, values[place]), max(high, values[place]))
        }
        return low <= high ? low...high : 0...1
      }
    }
  }

  private func smallImage(of row: Int, ranges: [ClosedRange<Float>], step: Int) throws(ChartError)
    -> Figure.Image
  {
    let (height, width, channels) = sampleShape
    let (down, across) = ((height + step - 1) / step, (width + step - 1) / step)
    let pixels = samples.withSpan { values in
      (0..<down * across).flatMap { place -> [UInt8] in
        let (top, left) = (place / across * step, place % across * step)
        let shades = (0..<channels).map { channel -> Float in
          var (sum, count) = (Float(0), Float(0))
          for y in top..<min(top + step, height) {
            for x in left..<min(left + step, width) {
              sum += values[((row * height + y) * width + x) * channels + channel]
              count += 1
            }
          }
          let (low, high) = (ranges[channel].lowerBound, ranges[channel].upperBound)
          let shade = (sum / count - low) / max(high - low, .leastNormalMagnitude)
          return shade.isFinite ? min(1, max(0, shade)) : 0.5
        }
        let bytes = shades.map { UInt8(($0 * 255).rounded()) }
        if channels == 3 { return bytes }
        let mean = bytes.map(Int.init).reduce(0, +) / max(1, channels)
        return [UInt8](repeating: UInt8(mean), count: 3)
      }
    }
    return try Figure.Image(pixels: pixels, height: down, width: across)
  }
}
