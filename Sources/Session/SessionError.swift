import Language

/// What can be wrong with a command or an expression when it is run; the sentences for it stand here.
public enum SessionError: Error, Equatable, Sendable {
  case unknownName(String, hint: String?)
  case unknownOption(owner: String, option: String, hint: String?)
  case missingOption(owner: String, option: String, kind: String)
  case missingThing(owner: String, thing: String, kind: String)
  case surplusThing(owner: String)
  case wrongKind(what: String, expected: String, found: String, hint: String?)
  case unknownWord(what: String, word: String, hint: String?)
  case noBlock(owner: String)
  case wrongRecipe(String, role: RecipeRole)
  case updateOption(String, option: String)
  case optimizerOption(String, option: String)
  case notCallable(String)
  case argumentCount(owner: String, usage: String)
  case unknownArgument(owner: String, name: String, hint: String?)
  case noField(kind: String, field: String, hint: String?)
  case noColumn(String, among: [String])
  case operands(String, left: String, right: String, hint: String?)
  case indexOutOfRange(index: String, count: Int)
  case notAnIndex(kind: String)
  case rangeBounds
  case rangeTooLong
  case emptyStatistic(String)
  /// So many values of all are 0 or below.
  case noGeometricMean(low: Int, of: Int)
  case notRepeatable(kind: String)
  case identicalRuns(name: String, first: String, second: String)
  case repeatColumn(String)
  case mergedRuns(String)
  case scheduleOutside(String)
  case unscheduled
  case badSchedule(String)
  case alreadyTraining(String)
  case nothingToResume
  case runMoved(String, step: Int)
  case noScript(String, hint: String?)
  case scriptsTooDeep
  case writingRefused(String, folder: String?)
  case downloadRefused
  case recursion
  case languageVersion(String)
  case unknownParameter(String, hint: String?)
  case parameterType(String, expected: String, found: String)
  case lateParameter(String)
  case file(String)
  case engine(String)
  case tooManyWeights(Int)
  case conflictingOptions(String, String)
  case repeatedElement(what: String, String)
  case noFileName(String)
  case unknownEnding(String, known: [String])
  case noError(cell: String)
  case sharedLog(String, runs: [String])
  case assertionFailed(String, sides: [String])

  /// The error at a place.
  public func diagnostic(at range: ByteRange?) -> Diagnostic {
    let (title, hint, why) = sentences
    var result = Diagnostic(title, at: range, why: why, hint: hint)
    if case .assertionFailed(_, let sides) = self { result.notes = sides }
    return result
  }
}
