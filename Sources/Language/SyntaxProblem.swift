/// What can be wrong with the form of a text; the sentences for it stand here and nowhere else.
enum SyntaxProblem: Equatable {
  case strayBackslash
  case unterminatedString
  case unknownEscape(String)
  case numberTooLarge
  case unknownCharacters(String)
  case unclosed(String)
  case unopened(String)
  case tooDeep
  case tooLong
  case expected(String, found: String, hint: String?)
  case unexpected(String, hint: String?)
  case unknownUnit(String, hint: String?)
  case unknownScheduleUnit(String, hint: String?)
  case unknownVerb(String, hint: String?)
  case reservedName(String)
  case chainedComparison
  case chainedRange
  case assignmentInCondition
  case computedItem
  case itemAfterOption
  case oneFieldRecord
  case namedListItem(String)
  case positionalAfterNamed
  case repeatedName(String, what: String)
  case missingValue(String)
  case misplacedUse
  case elseWithoutIf
  case blockOnNextLine
  case blockAfterCall(String)
  case assignToNonName
  case timeWithoutCommand
  case bareScheduleInCommand(String)

  func diagnostic(at range: ByteRange) -> Diagnostic {
    let (title, hint, why) = sentences
    return Diagnostic(title, at: range, why: why, hint: hint)
  }

  private var sentences: (title: String, hint: String?, why: String?) {
    switch self {
    case .strayBackslash:
      ("'\\' stands only at the end of a line", nil, "It joins the line with the next one.")
    case .unterminatedString:
      ("a string is not closed", "add a \" at its end", nil)
    case .unknownEscape(let text):
      ("unknown escape '\\\(text)' in a string", #"known are \n \t \" \\"#, nil)
    case .numberTooLarge:
      ("the number is too large", nil, "The largest is about 1.8e308.")
    case .unknownCharacters(let text):
      unknownCharacters(text)
    case .unclosed(let text):
      ("'\(text)' is never closed", nil, nil)
    case .unopened(let text):
      ("'\(text)' closes nothing", nil, nil)
    case .tooDeep:
      (
        "nested too deeply", "name a part of it and use the name",
        "At most \(Parser.maximumDepth) levels are read."
      )
    case .tooLong:
      (
        "the expression is too long", "name a part of it and use the name",
        "At most \(Parser.maximumHeight) operators are read in a row."
      )
    case .expected(let what, let found, let hint):
      ("expected \(what), found \(found)", hint, nil)
    case .unexpected(let found, let hint):
      ("unexpected \(found)", hint, nil)
    case .unknownUnit(let unit, let hint):
      (
        "unknown unit '\(unit)'",
        hint ?? "units are \(QuantityUnit.allCases.map(\.rawValue).joined(separator: " "))", nil
      )
    case .unknownScheduleUnit(let word, let hint):
      ("expected batches, steps or epochs, found \(word)", hint, nil)
    case .unknownVerb(let word, let hint):
      ("unknown command '\(word)'", hint ?? "'help' lists the commands", nil)
    case .reservedName(let word):
      ("'\(word)' cannot be a name", nil, "The words and, or, not, yes and no have a fixed meaning.")
    default:
      placement
    }
  }

  private var placement: (title: String, hint: String?, why: String?) {
    switch self {
    case .chainedComparison:
      ("comparisons do not chain", "write a < b and b < c", nil)
    case .chainedRange:
      ("ranges do not chain", nil, "A range has a first and a last value.")
    case .assignmentInCondition:
      ("'=' gives a name to a value", "compare with ==", nil)
    case .computedItem:
      ("a computed thing after a verb takes parentheses", "write it as (…)", nil)
    case .itemAfterOption:
      ("things come before options", nil, "After the verb stand its things, then name=value options.")
    case .oneFieldRecord:
      ("a record of one field ends with a comma", "write (name=value,)", nil)
    case .namedListItem(let name):
      ("a list has no names", "a record is written (\(name)=…, …)", nil)
    case .positionalAfterNamed:
      ("values without a name come first", nil, nil)
    case .repeatedName(let name, let what):
      ("\(what) '\(name)' is given twice", nil, nil)
    case .missingValue(let name):
      ("'\(name)=' has no value", nil, nil)
    case .misplacedUse:
      (
        "'use' belongs on the first line", nil,
        "It says which version of the language the file is written in."
      )
    case .elseWithoutIf:
      ("'else' without an 'if' before it", nil, nil)
    case .blockOnNextLine:
      ("the block opens on the line of its command", "put { at the end of the line above", nil)
    case .blockAfterCall(let verb):
      ("a call takes no block", "write \(verb) … { … } without parentheses", nil)
    case .assignToNonName:
      ("only a name can be given a value", nil, nil)
    case .timeWithoutCommand:
      ("'time' takes a command", "as in time step run 10", nil)
    case .bareScheduleInCommand(let word):
      ("'\(word)' needs a block", "\(word) … { measure srel points=pts }", nil)
    default:
      ("unreadable", nil, nil)
    }
  }

  private func unknownCharacters(_ text: String) -> (title: String, hint: String?, why: String?) {
    let hint: String? =
      switch text.first {
      case "'", "`", "‘", "’", "“", "”", "„": "strings stand between straight double quotes: \"…\""
      case "&": "write and"
      case "|": "write or"
      case "!": "write not"
      case "\u{A0}", "\u{2007}", "\u{202F}": "a non-breaking space; replace it by a plain one"
      case "–", "−", "—": "the minus sign is -"
      case "…": "a range is written 1..3"
      case "?", "$", ":", "@": nil
      default: nil
      }
    let shown = text.count > 12 ? text.prefix(12) + "…" : text[...]
    let isVisible = text.unicodeScalars.allSatisfy {
      $0.properties.generalCategory != .control && $0 != "\u{A0}"
    }
    return (isVisible ? "'\(shown)' means nothing here" : "an invisible character stands here", hint, nil)
  }
}
