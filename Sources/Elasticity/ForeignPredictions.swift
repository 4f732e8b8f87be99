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
  /// Whether the predictions are float32, whose rounding bounds what a difference can show.
  let isSinglePrecision: Bool

  /// - Throws: `ElasticityError.misshapen` where the parts do not fit together, `notFinite`.
  public init(before: NPYArray, after: NPYArray, labels: NPYArray, sources: NPYArray?) throws(ElasticityError)
  {
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
    guard labels.dimensions == [probes], let names = labels.wholeNumbers,
      names.allSatisfy((0..<classes).contains)
    else {
      throw .misshapen(
        what: "labels", expected: "[\(probes)] of classes 0 to \(classes - 1)", found: labels.dimensions)
    }
    let count = after.dimensions[0]
    let rows: [Int]
    if let sources {
      guard sources.dimensions == [count], let given = sources.wholeNumbers,
        given.allSatisfy((0..<probes).contains)
      else {
        throw .misshapen(
          what: "sources", expected: "[\(count)] of probes 0 to \(probes - 1)", found: sources.dimensions)
      }
      rows = given
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
    if let place = old.firstIndex(where: { !$0.isFinite }) { throw .notFinite(sample: place / classes) }
    if let place = new.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(sample: place / classes % probes)
    }
    self.before = (0..<probes).map { Array(old[$0 * classes..<($0 + 1) * classes]) }
    self.after = (0..<count).map { source in
      (0..<probes).map { Array(new[(source * probes + $0) * classes..<(source * probes + $0 + 1) * classes]) }
    }
    if case .float64 = before.elements, case .float64 = after.elements {
      isSinglePrecision = false
    } else {
      isSinglePrecision = true
    }
    self.labels = names
    self.sources = rows
  }

  /// What each source changes, as the engine would have found it.
  var responses: [SourceResponse] {
    after.enumerated().map { place, predictions in
      let changes = before.indices.map { probe in
        PredictionChange(
          z: before[probe], delta: zip(predictions[probe], before[probe]).map { $0 - $1 },
          target: .label(labels[probe]))
      }
      return SourceResponse(
        source: place, own: changes[sources[place]], again: nil, probes: changes, smallGradients: nil,
        isFitted: false)
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
