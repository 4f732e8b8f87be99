import Random
import Tensor

/// Random views of pictures: a crop out of the picture with a black border, and a mirror image.
public struct Augmentation: Hashable, Sendable, Codable {
  /// Black pixels on each side out of which a picture of the old size is cut; 0 leaves it in place.
  public var border: Int
  /// Whether half of the pictures are mirrored, left for right.
  public var flips: Bool

  public init(border: Int, flips: Bool) {
    self.border = border
    self.flips = flips
  }

  /// The paper's: four pixels of border, and mirrored.
  public static let cropAndFlip = Augmentation(border: 4, flips: true)

  /// `random crop out of a border of 4, random flip`
  var words: String {
    var parts: [String] = []
    if border > 0 { parts.append("random crop out of a border of \(border)") }
    if flips { parts.append("random flip") }
    return parts.joined(separator: ", ")
  }

  /// How one picture is seen.
  struct View: Hashable, Sendable {
    /// The first line and column of the cut, from −border to border.
    var top: Int
    var left: Int
    var isMirrored: Bool
  }

  /// The view that a generator draws: line, column, mirror.
  func view(_ generator: inout CounterGenerator) -> View {
    let top = generator.integer(below: 2 * border + 1) - border
    let left = generator.integer(below: 2 * border + 1) - border
    return View(top: top, left: left, isMirrored: flips && generator.integer(below: 2) == 1)
  }
}

extension Dataset {
  /// Views that are drawn anew in every epoch.
  public struct Redrawing: Hashable, Sendable, Codable {
    var augmentation: Augmentation
    /// What black has become, for each channel.
    var black: [Float]
  }

  /// The pictures, each seen in one view that is drawn now and stays (stream `augment`, by the place in the file).
  ///
  /// A sample has the same view whatever other samples are chosen beside it.
  /// - Parameter black: what black has become, for each channel.
  func frozen(_ augmentation: Augmentation, black: [Float], seed: Seed) -> Dataset {
    let stream = RandomStream(seed, .augment, object: "\(name) \(split)")
    var result = self
    let (height, width, channels) = sampleShape
    let size = height * width * channels
    result.samples.withMutableSpan { target in
      samples.withSpan { source in
        for row in 0..<count {
          var generator = stream.generator(UInt64(indices[row]))
          let view = augmentation.view(&generator)
          for y in 0..<height {
            for x in 0..<width {
              let to = row * size + (y * width + x) * channels
              let from = view.place(y, x, height: height, width: width).map { row * size + $0 * channels }
              for channel in 0..<channels {
                target[to + channel] = from.map { source[$0 + channel] } ?? black[channel]
              }
            }
          }
        }
      }
    }
    result.preparation.append("\(augmentation.words), drawn once (seed \(seed.root(for: .augment)))")
    return result
  }

  /// The samples at `rows` as training sees them in an epoch: like `batch(rows:)`, but in new views where the data set
  /// asks for them (stream `augment`, by epoch and the place in the file).
  ///
  /// - Precondition: every row is below `count`.
  public func batch(rows: [Int], epoch: Int, seed: Seed) -> Tensor {
    guard let redrawing else { return batch(rows: rows) }
    let stream = RandomStream(seed, .augment, object: "\(name) \(split) epoch \(epoch)")
    let (height, width, channels) = sampleShape
    let size = height * width * channels
    var batch = Tensor(zeros: [height, width, rows.count, channels])
    samples.withSpan { source in
      batch.withMutableSpan { target in
        for (place, row) in rows.enumerated() {
          var generator = stream.generator(UInt64(indices[row]))
          let view = redrawing.augmentation.view(&generator)
          for y in 0..<height {
            for x in 0..<width {
              let to = ((y * width + x) * rows.count + place) * channels
              let from = view.place(y, x, height: height, width: width).map { row * size + $0 * channels }
              for channel in 0..<channels {
                target[to + channel] = from.map { source[$0 + channel] } ?? redrawing.black[channel]
              }
            }
          }
        }
      }
    }
    return batch
  }
}

extension Augmentation.View {
  /// The pixel that stands at (y, x) in this view, counted line by line; nil in the border.
  func place(_ y: Int, _ x: Int, height: Int, width: Int) -> Int? {
    let line = y + top
    // A mirrored view is cut first, then mirrored.
    let column = (isMirrored ? width - 1 - x : x) + left
    guard (0..<height).contains(line), (0..<width).contains(column) else { return nil }
    return line * width + column
  }
}
