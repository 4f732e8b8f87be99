/// Turns a named subset of LaTeX's formulas into MathML.
///
/// Known are letters, numbers, `+ - = < > / ( ) [ ] | , ; : ! * '`, `^ _ { }`, the symbols of
/// `FormulaSymbols`, `\frac{}{} \sqrt{} \text{} \mathrm{} \mathbf{} \mathbb{} \hat{} \bar{} \tilde{}`, `\left` and
/// `\right`. Everything else is an error with its place, never a guess.
struct Formula {
  /// An error at a place counted in characters from the beginning of the formula.
  struct Failure: Error, Equatable {
    enum Reason: Equatable {
      case unknownCommand(String), missingArgument(String), unbalancedBrace, unexpectedSymbol(String), empty,
        tooDeep
    }
    let reason: Reason
    let offset: Int
  }

  private let text: [Character]
  private var place = 0
  private var depth = 0
  private static let deepest = 40

  /// The `<math>` element of a formula.
  static func mathML(_ text: String, isDisplay: Bool) throws(Failure) -> String {
    var formula = Formula(text: Array(text))
    let content = try formula.row(until: nil)
    if content.isEmpty { throw Failure(reason: .empty, offset: 0) }
    let display = isDisplay ? " display=\"block\"" : ""
    return "<math\(display)><mrow>\(content)</mrow></math>"
  }

  private init(text: [Character]) { self.text = text }

  private func failure(_ reason: Failure.Reason, at offset: Int) -> Failure {
    Failure(reason: reason, offset: offset)
  }

  /// Everything up to the closing brace, or to the end of the formula.
  private mutating func row(until end: Character?) throws(Failure) -> String {
    let start = place - 1
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw failure(.tooDeep, at: place) }
    var content = ""
    while place < text.count {
      if text[place] == end {
        place += 1
        return content
      }
      if text[place] == "}" { throw failure(.unbalancedBrace, at: place) }
      content += try scripted()
    }
    if end != nil { throw failure(.unbalancedBrace, at: start) }
    return content
  }

  /// One atom with what stands above and below it; the name of a function apart from its neighbours.
  private mutating func scripted() throws(Failure) -> String {
    if text[place].isWhitespace {
      place += 1
      return ""
    }
    let isFunction = text[place] == "\\" && FormulaSymbols.functions[commandName(at: place + 1)] != nil
    guard isFunction else { return try withScripts() }
    let before = text[..<place].last { !$0.isWhitespace }
    let name = try withScripts()
    let after = text[place...].first { !$0.isWhitespace }
    let space = "<mspace width=\"0.17em\"/>"
    let isApart = before.map { $0.isLetter || $0.isNumber || ")}]".contains($0) } ?? false
    let isOpen = after.map { $0.isLetter || $0.isNumber || $0 == "\\" } ?? false
    return (isApart ? space : "") + name + (isOpen ? space : "")
  }

  private mutating func withScripts() throws(Failure) -> String {
    let start = place
    let isLimit = isLimitOperator
    let base = try atom()
    var (below, above): (String?, String?)
    var primes = 0
    while place < text.count {
      switch text[place] {
      case "'" where above == nil: primes += 1
      case "^" where above == nil: above = try script()
      case "_" where below == nil: below = try script()
      case "^", "_": throw failure(.unexpectedSymbol(String(text[place])), at: place)
      default: return Self.placed(base, below, joined(primes, above), isLimit: isLimit)
      }
      place += 1
    }
    if base.isEmpty { throw failure(.unexpectedSymbol(String(text[start])), at: start) }
    return Self.placed(base, below, joined(primes, above), isLimit: isLimit)
  }

  private func joined(_ primes: Int, _ above: String?) -> String? {
    guard primes > 0 else { return above }
    let marks = "<mo>" + String(repeating: "′", count: primes) + "</mo>"
    return above.map { "<mrow>\(marks)\($0)</mrow>" } ?? marks
  }

  private static func placed(_ base: String, _ below: String?, _ above: String?, isLimit: Bool) -> String {
    switch (below, above) {
    case (nil, nil): base
    case (let below?, nil): isLimit ? "<munder>\(base)\(below)</munder>" : "<msub>\(base)\(below)</msub>"
    case (nil, let above?): isLimit ? "<mover>\(base)\(above)</mover>" : "<msup>\(base)\(above)</msup>"
    case (let below?, let above?):
      isLimit
        ? "<munderover>\(base)\(below)\(above)</munderover>" : "<msubsup>\(base)\(below)\(above)</msubsup>"
    }
  }

  /// What stands after `^` or `_`; leaves the place on its last character.
  private mutating func script() throws(Failure) -> String {
    let mark = place
    place += 1
    while place < text.count, text[place].isWhitespace { place += 1 }
    guard place < text.count, !"^_}'".contains(text[place]) else {
      throw failure(.missingArgument(String(text[mark])), at: mark)
    }
    let content = try item()
    place -= 1
    return content
  }

  /// An atom, of a number only the first digit: an argument without braces is one character.
  private mutating func item() throws(Failure) -> String {
    guard text[place].isASCII, text[place].isNumber else { return try atom() }
    place += 1
    return "<mn>\(text[place - 1])</mn>"
  }

  private var isLimitOperator: Bool {
    guard text[place] == "\\" else { return false }
    return FormulaSymbols.withLimits.contains(commandName(at: place + 1))
  }

  private func commandName(at start: Int) -> String {
    let letters = text[start...].prefix { $0.isASCII && $0.isLetter }
    return letters.isEmpty ? String(text[start...].prefix(1)) : String(letters)
  }

  private mutating func atom() throws(Failure) -> String {
    let character = text[place]
    switch character {
    case "{":
      place += 1
      return "<mrow>\(try row(until: "}"))</mrow>"
    case "\\": return try command()
    case "0"..."9": return number()
    case "^", "_": throw failure(.missingArgument(String(character)), at: place)
    default:
      place += 1
      if character.isLetter { return "<mi>\(HTML.escaped(String(character)))</mi>" }
      if let sign = FormulaSymbols.signs[character] { return "<mo\(sign.attributes)>\(sign.text)</mo>" }
      throw failure(.unexpectedSymbol(String(character)), at: place - 1)
    }
  }

  private mutating func number() -> String {
    let start = place
    while place < text.count, text[place].isASCII, text[place].isNumber || isPoint(place) { place += 1 }
    return "<mn>\(String(text[start..<place]))</mn>"
  }

  /// A point between digits belongs to the number, one at the end of a sentence does not.
  private func isPoint(_ place: Int) -> Bool {
    text[place] == "." && place + 1 < text.count && text[place + 1].isASCII && text[place + 1].isNumber
  }

  private mutating func command() throws(Failure) -> String {
    let start = place
    guard start + 1 < text.count else { throw failure(.unknownCommand("\\"), at: start) }
    let name = commandName(at: start + 1)
    place = start + 1 + name.count
    if let letter = FormulaSymbols.letters[name] { return "<mi>\(letter)</mi>" }
    if let function = FormulaSymbols.functions[name] { return "<mi>\(function)</mi>" }
    if let sign = FormulaSymbols.operators[name] { return "<mo\(sign.attributes)>\(sign.text)</mo>" }
    if let space = FormulaSymbols.spaces[name] { return "<mspace width=\"\(space)\"/>" }
    switch name {
    case "frac":
      let (above, below) = (try argument(of: "\\frac", from: start), try argument(of: "\\frac", from: start))
      return "<mfrac>\(above)\(below)</mfrac>"
    case "sqrt": return "<msqrt>\(try argument(of: "\\sqrt", from: start))</msqrt>"
    case "hat": return try accent("^", name: name, from: start)
    case "bar": return try accent("¯", name: name, from: start)
    case "tilde": return try accent("~", name: name, from: start)
    case "text": return "<mtext>\(try words(of: "\\text", from: start))</mtext>"
    case "mathrm", "operatorname":
      return "<mi mathvariant=\"normal\">\(try words(of: "\\" + name, from: start))</mi>"
    case "mathbf": return "<mi style=\"font-weight:bold\">\(try words(of: "\\mathbf", from: start))</mi>"
    case "mathbb":
      let letter = try words(of: "\\mathbb", from: start)
      guard let double = FormulaSymbols.doubleStruck[letter] else {
        throw failure(.unknownCommand("\\mathbb{\(letter)}"), at: start)
      }
      return "<mi>\(double)</mi>"
    case "left", "right": return try delimiter(of: "\\" + name, from: start)
    default: throw failure(.unknownCommand("\\" + name), at: start)
    }
  }

  private mutating func accent(_ mark: String, name: String, from start: Int) throws(Failure) -> String {
    "<mover accent=\"true\">\(try argument(of: "\\" + name, from: start))<mo>\(mark)</mo></mover>"
  }

  private mutating func skipBlanks() {
    while place < text.count, text[place].isWhitespace { place += 1 }
  }

  private mutating func argument(of name: String, from start: Int) throws(Failure) -> String {
    skipBlanks()
    guard place < text.count, text[place] != "}" else { throw failure(.missingArgument(name), at: start) }
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw failure(.tooDeep, at: place) }
    return try item()
  }

  /// The words in braces after a command, as text.
  private mutating func words(of name: String, from start: Int) throws(Failure) -> String {
    skipBlanks()
    guard place < text.count, text[place] == "{" else { throw failure(.missingArgument(name), at: start) }
    guard let end = text[place...].firstIndex(of: "}") else { throw failure(.unbalancedBrace, at: place) }
    let words = String(text[(place + 1)..<end])
    if let bad = words.first(where: { "\\{$".contains($0) }) {
      throw failure(.unexpectedSymbol(String(bad)), at: place + 1)
    }
    place = end + 1
    return HTML.escaped(words)
  }

  /// The bracket after `\left` or `\right`, which grows with what it holds; a point stands for none.
  private mutating func delimiter(of name: String, from start: Int) throws(Failure) -> String {
    skipBlanks()
    guard place < text.count else { throw failure(.missingArgument(name), at: start) }
    if text[place] == "." {
      place += 1
      return "<mrow></mrow>"
    }
    let bracket = try atom()
    guard bracket.hasPrefix("<mo") else { throw failure(.missingArgument(name), at: start) }
    return bracket.split(separator: " stretchy=\"false\"").joined()
  }
}
