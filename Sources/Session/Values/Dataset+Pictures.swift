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
}
