import Tensor
import Testing

/// Expects two tensors to have the same shape and to agree to `tolerance` of the largest expected magnitude.
public func expectClose(
  _ found: Tensor, _ expected: [Double], shape: Shape, tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.shape == shape, sourceLocation: sourceLocation)
  guard found.count == expected.count else {
    Issue.record("\(found.count) scalars, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let scale = max(expected.map(abs).max() ?? 0, 1e-30)
  for (i, pair) in zip(found.scalars, expected).enumerated() {
    let error = abs(Double(pair.0) - pair.1) / scale
    if !(error <= tolerance) {
      Issue.record(
        "scalar \(i): \(pair.0), expected \(pair.1) (error \(error))", sourceLocation: sourceLocation)
      return
    }
  }
}

/// Expects two numbers to agree to a relative tolerance.
public func expectClose(
  _ found: Double, _ expected: Double, tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = abs(found - expected) / max(abs(expected), 1e-300)
  #expect(
    found == expected || error <= tolerance, "\(found), expected \(expected)", sourceLocation: sourceLocation)
}
