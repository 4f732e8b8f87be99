/// Why a closed form has no answer for what it was given.
public enum TheoryError: Error, Equatable, Sendable {
  /// A number that must be positive (or at least so large) is not.
  case invalid(what: String, value: Double, reason: String)
  case notFinite(String)
  case otherSize(what: String, expected: Int, found: Int)
  case tooFew(what: String, least: Int, found: Int)
  case noEigenvalues
  /// A weight or the loss at that time is larger than the largest `Double`.
  case overflow(time: Double)
}

extension TheoryError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalid(let what, let value, let reason): "\(what) is \(shortText(value)): \(reason)"
    case .notFinite(let what): "\(what) has a number that is not finite: remove or rescale it"
    case .otherSize(let what, let expected, let found):
      "\(what) has \(found) number\(found == 1 ? "" : "s") where \(expected) are needed"
    case .tooFew(let what, let least, let found): "\(what): \(found) given, at least \(least) needed"
    case .noEigenvalues: "the eigenvalues of the second moments do not converge: rescale the features"
    case .overflow(let time):
      "at time \(shortText(time)) a number of the flow is larger than 1.8e308: take smaller weights, samples or targets"
    }
  }

  private func shortText(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}
