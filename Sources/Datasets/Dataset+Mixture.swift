import Random
import Tensor

extension Dataset {
  /// Draws a mixture of Gaussians: vectors [1, 1, d] around one centre a class.
  ///
  /// The centres are the corners of a regular simplex around 0 whose edges have the length `separation`, so
  /// every two classes are equally far apart; each coordinate of a sample adds a normal number of standard
  /// deviation `noise`. Samples stand class by class. Drawn from the stream `data`: a larger `perClass` keeps
  /// the samples of a smaller one, and the splits are drawn apart.
  ///
  /// - Parameter object: the name under which numbers are drawn, so that two mixtures can differ.
  /// - Throws: `invalidOption` for fewer than 2 classes, no samples, fewer than classes − 1 dimensions, a
  ///   separation or noise that is negative or not finite, or more than 2^28 numbers.
  public static func mixture(
    classes: Int, perClass: Int, dimensions: Int, separation: Double, noise: Double, seed: Seed,
    split: Split = .train, object: String = "mixture"
  ) throws(DatasetError) -> Dataset {
    try check(classes, perClass, dimensions, separation, noise)
    var scalars: [Float] = []
    scalars.reserveCapacity(classes * perClass * dimensions)
    for label in 0..<classes {
      let centre = simplexCorner(label, of: classes, edge: separation)
      let stream = RandomStream(seed, .data, object: "\(object) \(split.rawValue) \(label)")
      let draws = stream.normals(0..<UInt64(perClass * dimensions))
      for (place, draw) in draws.enumerated() {
        let axis = place % dimensions
        scalars.append(Float((axis < centre.count ? centre[axis] : 0) + noise * draw))
      }
    }
    let count = classes * perClass
    return Dataset(
      name: object, samples: Tensor([count, 1, 1, dimensions], scalars: scalars),
      labels: (0..<count).map { $0 / perClass }, classNames: (0..<classes).map(String.init),
      indices: Array(0..<count), split: split.rawValue, digest: sha256(littleEndianBytes(scalars)),
      preparation: [])
  }

  private static func check(
    _ classes: Int, _ perClass: Int, _ dimensions: Int, _ separation: Double, _ noise: Double
  ) throws(DatasetError) {
    func refuse(_ name: String, _ value: some CustomStringConvertible, _ reason: String) -> DatasetError {
      .invalidOption(name: name, value: value.description, reason: reason)
    }
    guard classes >= 2 else { throw refuse("classes", classes, "a mixture has at least 2 classes") }
    guard perClass >= 1 else { throw refuse("per_class", perClass, "draw at least one sample of each class") }
    guard dimensions >= classes - 1 else {
      let reason = "\(classes) classes that are equally far apart need at least \(classes - 1) dimensions"
      throw refuse("dimensions", dimensions, reason)
    }
    guard separation >= 0, separation.isFinite else {
      throw refuse("separation", separation, "a distance is a finite number, not below 0")
    }
    guard noise >= 0, noise.isFinite else {
      throw refuse("noise", noise, "a standard deviation is a finite number, not below 0")
    }
    let (perAxis, first) = classes.multipliedReportingOverflow(by: perClass)
    let (total, second) = perAxis.multipliedReportingOverflow(by: dimensions)
    guard !first, !second, total <= 1 << 28 else {
      throw refuse(
        "per_class", perClass, "\(classes) x \(perClass) x \(dimensions) numbers are more than 2^28")
    }
  }

  /// A corner of the regular simplex with n corners around 0, in n − 1 dimensions.
  ///
  /// Axis j parts corner j from those after it: a simplex of m = n − j corners with edge a has the height
  /// a sqrt(m / (2 (m − 1))) over the side opposite a corner, and its centre lies 1 / m of the way up.
  private static func simplexCorner(_ corner: Int, of corners: Int, edge: Double) -> [Double] {
    (0..<corners - 1).map { axis in
      let left = Double(corners - axis)
      let height = edge * (left / (2 * (left - 1))).squareRoot()
      if corner < axis { return 0 }
      return corner == axis ? height * (left - 1) / left : -height / left
    }
  }
}

/// The IEEE bytes of the numbers, least significant first.
func littleEndianBytes(_ values: [Float]) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(4 * values.count)
  for value in values { appendLittleEndian(value.bitPattern, to: &bytes) }
  return bytes
}

func appendLittleEndian(_ bits: some FixedWidthInteger, to bytes: inout [UInt8]) {
  for byte in 0..<bits.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * byte))) }
}
