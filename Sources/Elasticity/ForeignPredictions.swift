import Datasets
import Kernels
import Network
import Random
import Tensor

/// Predictions that were computed elsewhere: before any update, and after an update at each source.
public struct ForeignPredictions: Sendable {
  /// Old logits, [probe][class].
  public let before: [[Double]]
  /// New logits, [source][probe][class].
  public let after: [[[Double]]]
  /// The class of each probe.
  public let labels: [Int]
  /// The probe that each source is.
  public let sources: [Int]
  /// The bits to which the predictions were rounded, which bound what a difference can show.
  public let bits: Int

  /// - Throws: `ElasticityError.misshapen` where the parts do not fit together, `notInRange` for numbers that name no
  ///   class or probe, `notFinitePrediction`.
  ///
  /// - Parameter file: the name of the file of an option, for messages.
  public init(
    before: NPYArray, after: NPYArray, labels: NPYArray, sources: NPYArray?,
    file: (_ option: String) -> String = { "the file of \($0)=" }
  ) throws(ElasticityError) {
    guard before.dimensions.count == 2, before.dimensions[0] > 0, before.dimensions[1] > 1 else {
      throw .misshapen(
        what: "before", expected: "[probe, class] with two classes or more", found: before.dimensions)
    }
    let (probes, classes) = (before.dimensions[0], before.dimensions[1])
    guard after.dimensions.count == 3, after.dimensions[0] > 0,
      Array(after.dimensions.dropFirst()) == before.dimensions
    else {
      throw .misshapen(
        what: "after", expected: "[source, \(probes), \(classes)] after before's shape",
        found: after.dimensions)
    }
    guard labels.dimensions == [probes] else {
      throw .misshapen(
        what: "labels", expected: "[\(probes)] of classes 0 to \(classes - 1)", found: labels.dimensions)
    }
    let names = try labels.numbers(below: classes, option: "labels", file: file, of: "class")
    let count = after.dimensions[0]
    let rows: [Int]
    if let sources {
      guard sources.dimensions == [count] else {
        throw .misshapen(
          what: "sources", expected: "[\(count)] of probes 0 to \(probes - 1)", found: sources.dimensions)
      }
      rows = try sources.numbers(below: probes, option: "sources", file: file, of: "probe")
    } else {
      guard count == probes else {
        throw .misshapen(
          what: "after",
          expected: "as many sources as probes (\(probes)), or sources= that says which they are",
          found: after.dimensions)
      }
      rows = Array(0..<probes)
    }
    let (old, new) = (before.doubles, after.doubles)
    if let place = old.firstIndex(where: { !$0.isFinite }) {
      throw .notFinitePrediction(
        option: "before", file: file("before"), source: nil, probe: place / classes, output: place % classes)
    }
    if let place = new.firstIndex(where: { !$0.isFinite }) {
      throw .notFinitePrediction(
        option: "after", file: file("after"), source: place / (probes * classes),
        probe: place / classes % probes, output: place % classes)
    }
    self.before = (0..<probes).map { Array(old[$0 * classes..<($0 + 1) * classes]) }
    self.after = (0..<count).map { source in
      (0..<probes).map { Array(new[(source * probes + $0) * classes..<(source * probes + $0 + 1) * classes]) }
    }
    bits = min(Precision.bits(of: before), Precision.bits(of: after))
    self.labels = names
    self.sources = rows
  }

  /// What each source changes, as the engine would have found it.
  func responses(_ distances: [Distance]) -> [SourceResponse] {
    after.enumerated().map { place, predictions in
      let changes = before.indices.map { probe in
        PredictionChange(
          z: before[probe], delta: zip(predictions[probe], before[probe]).map { $0 - $1 },
          target: .label(labels[probe]))
      }
      let own = changes[sources[place]]
      var response = SourceResponse(
        source: place, selfRow: sources[place], own: own, probes: changes, finding: .nothing, isFitted: false,
        isStill: false, noise: .ofPredictions(bits: bits))
      response.rows = distances.map { ($0, response.newRow($0, response.noise)) }
      return response
    }
  }

  /// The probes as a data set without pictures.
  var probes: Dataset {
    Dataset(
      name: "predictions", samples: Tensor(zeros: [labels.count, 1, 1, 1]), labels: labels,
      classNames: before[0].indices.map(String.init), indices: Array(labels.indices), split: "test",
      digest: "", preparation: [])
  }
}

extension NPYArray {
  /// Whole numbers from 0 that name something.
  fileprivate func numbers(
    below count: Int, option: String, file: (String) -> String, of what: String
  ) throws(ElasticityError) -> [Int] {
    let found = doubles.map { Int(exactly: $0).flatMap { (0..<count).contains($0) ? $0 : nil } }
    if let row = found.firstIndex(of: nil) {
      throw .notInRange(
        option: option, file: file(option), row: row, found: doubles[row],
        expected: "a \(what) from 0 to \(count - 1)")
    }
    return found.compactMap(\.self)
  }
}

/// To how many bits the numbers of a file were rounded, which may be fewer than its number type holds.
enum Precision {
  /// The significant bits of half precision, of bfloat16 and of float32.
  private static let (half, brain, single, double) = (11, 8, 24, 53)

  /// - Returns: 53, 24, 11 or 8. Numbers of a narrower type inside a wider one are known by their trailing zeros: that
  ///   float64 has none below bit 24 by chance does not happen where some need more than 16 bits. Round numbers such as
  ///   0.5 or 130 fit every type and say nothing.
  static func bits(of array: NPYArray) -> Int {
    let declared = if case .float32 = array.elements { single } else { double }
    let needed = array.doubles.filter { $0 != 0 }.map(significantBits)
    guard let most = needed.max() else { return declared }
    for narrow in [brain, half] where most == narrow {
      // Of rounded numbers every other one uses the last bit.
      let full = needed.count { $0 == narrow }
      if needed.count >= 8, full * 20 >= needed.count * 7 { return narrow }
    }
    return most > 16 && most <= single ? single : declared
  }

  private static func significantBits(_ number: Double) -> Int {
    double - min(number.significandBitPattern.trailingZeroBitCount, double - 1)
  }
}
