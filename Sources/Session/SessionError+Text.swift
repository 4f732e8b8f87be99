import Language

extension SessionError: CustomStringConvertible {
  public var description: String { sentences.title + (sentences.hint.map { ": " + $0 } ?? "") }

  var sentences: (title: String, hint: String?, why: String?) {
    namingSentences ?? valueSentences ?? runningSentences
  }

  /// Names, options and things.
  private var namingSentences: (title: String, hint: String?, why: String?)? {
    switch self {
    case .unknownName(let name, let hint): ("there is no variable '\(name)'", hint, nil)
    case .unknownOption(let owner, let option, let hint): ("\(owner) has no option '\(option)'", hint, nil)
    case .missingOption(let owner, let option, let kind):
      ("\(owner) needs \(option)=", "\(option)= takes \(kind)", nil)
    case .missingThing(let owner, let thing, let kind):
      ("\(owner) needs \(thing)", "it takes \(kind)", nil)
    case .surplusThing(let owner): ("\(owner) takes no further thing", nil, nil)
    case .unknownWord(let what, let word, let hint): ("\(what) has no value '\(word)'", hint, nil)
    case .noBlock(let owner): ("\(owner) takes no block", nil, nil)
    case .wrongRecipe(let name, let role): ("\(name) is not \(role.article)", nil, nil)
    case .updateOption(let name, let option):
      ("\(name) as an update takes no \(option)", nil, "An update is one step from a fresh start.")
    case .optimizerOption(let name, let option):
      ("\(name) as an optimiser takes no \(option)", nil, "Training moves all weights.")
    case .notCallable(let what): ("\(what) cannot be called", nil, nil)
    case .argumentCount(let owner, let usage): ("\(owner) does not take these values", "write \(usage)", nil)
    case .unknownArgument(let owner, let name, let hint): ("\(owner) has no option '\(name)'", hint, nil)
    case .noField(let kind, let field, let hint): ("\(kind) has no '\(field)'", hint, nil)
    case .noColumn(let name, let names):
      (
        "the table has no column '\(name)'",
        Speller.suggestion(for: name, in: names) ?? "it has \(names.joined(separator: ", "))", nil
      )
    case .unknownParameter(let name, let hint): ("there is no parameter '\(name)' to set with -p", hint, nil)
    case .parameterType(let name, let expected, let found):
      ("-p \(name) takes \(expected), not \(found)", nil, nil)
    case .conflictingOptions(let one, let other):
      ("\(one)= and \(other)= cannot both be given", nil, nil)
    case .repeatedElement(let what, let element): ("\(what) has \(element) twice", "name each once", nil)
    case .noFileName(let path):
      (path.isEmpty ? "to= is empty" : "'\(path)' is a folder", "give the name of a file", nil)
    case .sharedLog(let path, let runs):
      (
        "'\(path)' already holds the log of \(runs[0]), so that of \(runs[1]) cannot go there",
        "tell them apart, as in log=\"run_{seed}.jsonl\"", nil
      )
    case .unknownEnding(let ending, let known):
      (
        "unknown ending '.\(ending)'",
        "known are \(known.map { "." + $0 }.joined(separator: " and ")), or none", nil
      )
    default: nil
    }
  }

  /// Kinds and sizes of values.
  private var valueSentences: (title: String, hint: String?, why: String?)? {
    switch self {
    case .wrongKind(let what, let expected, let found, let hint):
      ("\(what) takes \(expected), not \(found)", hint, nil)
    case .operands(let sign, let left, let right, let hint):
      ("'\(sign)' does not work with \(left) and \(right)", hint, nil)
    case .indexOutOfRange(let index, let count):
      ("there is no element \(index)", count == 0 ? "it is empty" : "indices run from 0 to \(count - 1)", nil)
    case .notAnIndex(let kind): ("\(kind) is no index", "a whole number or a range such as 0..9", nil)
    case .rangeBounds: ("a range runs between whole numbers", nil, nil)
    case .rangeTooLong: ("the range is too long", nil, "At most a million values are made.")
    case .emptyStatistic(let name):
      ("\(name) of no values", nil, "The list or the filtered table is empty or too short.")
    case .noGeometricMean(let low, let all):
      (
        "geomean needs values above 0: \(low) of \(all) \(low == 1 ? "is" : "are") 0 or below",
        "leave them out by a filter, as in geomean(t[value > 0], value), or take the median", nil
      )
    case .notRepeatable(let kind): ("repeat goes over a list or a range, not over \(kind)", nil, nil)
    case .repeatColumn(let name):
      ("the tables already have a column '\(name)' with other entries", "give the repeat another name", nil)
    case .mergedRuns(let text):
      (text, "merge series of the same repeat with other values, or their tables (.srel, .history)", nil)
    default: nil
    }
  }

  /// What happens while a script runs.
  private var runningSentences: (title: String, hint: String?, why: String?) {
    switch self {
    case .identicalRuns(let name, let first, let second):
      (
        "the runs for \(name) = \(first) and \(name) = \(second) are identical to the bit",
        "did you mean \(name)=\(name)?", "Nothing in them depends on \(name)."
      )
    case .scheduleOutside(let word): ("'\(word)' stands only inside the block of train or step", nil, nil)
    case .unscheduled:
      (
        "a block of train or step says when",
        "every 9 batches { … }, at end { … } or when (loss < 0.1) { … }", nil
      )
    case .badSchedule(let text): (text, nil, nil)
    case .alreadyTraining(let verb): ("\(verb) cannot run inside a block of train or step", nil, nil)
    case .nothingToResume:
      ("there is no stopped training to resume", "'step run epochs=1' takes a run further", nil)
    case .runMoved(let name, let step):
      (
        "'\(name)' no longer stands at step \(step), where it was stopped",
        "'step \(name) epochs=1' takes a run further", nil
      )
    case .noScript(let name, let hint):
      ("there is no script '\(name)' here or among those that ship", hint, nil)
    case .scriptsTooDeep:
      ("the scripts run each other too deeply", nil, "At most 16 scripts run inside one another.")
    case .writingRefused(let path, let folder):
      (
        "--safe refuses to write '\(path)'",
        folder.map { "name a file below \($0)" } ?? "start with --out FOLDER to have files written there", nil
      )
    case .downloadRefused: ("--safe refuses to download", "start without --safe to fetch data", nil)
    case .recursion:
      ("the definitions call each other too deeply", nil, "At most 100 calls stand inside one another.")
    case .languageVersion(let version):
      ("this program reads version 1 of the language, not \(version)", nil, nil)
    case .tooManyWeights(let count):
      (
        "the network would have \(count.grouped) weights", "make it smaller",
        "At most 268,435,456 are held in memory."
      )
    case .lateParameter(let name):
      ("param '\(name)' stands inside a block", nil, "Parameters are set before anything runs.")
    case .noError(let cell):
      ("the cell '\(cell)' did not fail", "without expect=error it may succeed", "It says expect=error.")
    case .file(let text), .engine(let text): (text, nil, nil)
    case .assertionFailed(let message, _): ("assertion failed: \(message)", nil, nil)
    default: ("the command failed", nil, nil)
    }
  }
}
