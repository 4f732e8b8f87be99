/// Why a closed form has no answer for what it was given.
public enum TheoryError: Error, Equatable, Sendable {
  /// A number that must be positive (or at least so large) is not.
  case invalid(what: String, value: Double, reason: String)
  case notFinite(String)
  case otherSize(what: String, expected: Int, found: Int)
  case tooFew(what: String, least: Int, found: Int)
  case noEigenvalues
  /// The scalar equation could not be followed to that time.
  case unreachable(time: Double)
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
    case .unreachable(let time):
      "the flow cannot be followed to time \(shortText(time)): its numbers grow too large; take smaller times or weights"
    }
  }

  private func shortText(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}
