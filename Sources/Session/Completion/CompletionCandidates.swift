import Language
import Tables

/// Collects what can stand at a place.
struct CompletionCandidates {
  typealias Candidate = Suggestions.Candidate

  let session: Session
  let place: CompletionPlace

  var all: [Candidate] {
    if place.isInComment { return [] }
    if place.isInString { return inString }
    if let last = place.tokens.last, last.isSymbol(.dot) { return members }
    guard let frame = place.frames.last, frame.symbol != .openBrace else { return inStatement }
    switch (frame.symbol, frame.isTouching) {
    case (.openBracket, true): return inIndex(frame)
    case (.openBracket, false): return inList(frame)
    case (_, true): return inCall(frame)
    default: return expression
    }
  }

  // MARK: - Places

  private var members: [Candidate] {
    guard let value = value(of: place.path(before: place.tokens.count - 1)) else { return [] }
    return value.fieldNames.map { Candidate($0, "of \(value.kindName)") }
  }

  private func inIndex(_ frame: CompletionPlace.Frame) -> [Candidate] {
    guard case .table(let table)? = value(of: place.path(before: frame.start - 1)) else { return expression }
    return conditions(on: table, place.argument)
  }

  /// Columns, or after `column ==` the entries of that column.
  private func conditions(on table: Table, _ argument: ArraySlice<Token>) -> [Candidate] {
    if let name = CompletionPlace.comparedName(argument, [.equal, .notEqual]) {
      return entries(of: name, table)
    }
    return columns(of: table)
  }

  private func inList(_ frame: CompletionPlace.Frame) -> [Candidate] {
    let before = place.tokens[..<(frame.start - 1)]
    let given = Set(place.tokens[frame.start...].compactMap(\.listedText))
    let outer = place.frames.dropLast().last
    if let outer, outer.symbol == .openBracket, outer.isTouching,
      let name = CompletionPlace.comparedName(before, [.equal, .notEqual]),
      case .table(let table)? = value(of: place.path(before: outer.start - 1))
    {
      return entries(of: name, table).filter { !given.contains($0.plainText) }
    }
    guard let name = CompletionPlace.comparedName(before, [.assign]) else { return expression }
    return values(ofOption: name, in: outer).filter { !given.contains($0.plainText) }
  }

  private func inCall(_ frame: CompletionPlace.Frame) -> [Candidate] {
    guard let owner = place.tokens[frame.start - 2].word else { return expression }
    if let name = CompletionPlace.comparedName(place.argument, [.assign]) {
      return values(ofOption: name, in: frame)
    }
    guard place.argument.isEmpty else { return expression }
    let given = Set(assignedNames(place.tokens[frame.start...]))
    if let recipe = Registry.recipesByName[owner] { return options(recipe.options, without: given) }
    let isFirst = place.tokens.count == frame.start
    if let verb = Registry.verbsByName[owner], session.lookUp(owner) == nil {
      let things = isFirst ? verb.things.first.map { values(of: $0.kind, verb, []) } ?? [] : []
      return things + options(verb.options, without: given)
    }
    if !isFirst, Registry.functionsByName[owner] != nil,
      case .table(let table)? = value(of: firstPath(from: frame.start))
    {
      return columns(of: table) + [Candidate("by", "columns that stay apart")]
    }
    return expression
  }

  private var inStatement: [Candidate] {
    let statement = place.statement
    guard let (verb, after) = verb(of: statement) else {
      let isHead = statement.isEmpty || (statement.count == 2 && statement.last?.isSymbol(.assign) == true)
      return isHead ? heads + expression : expression
    }
    if let name = CompletionPlace.comparedName(after, [.assign]) { return values(ofOption: name, in: nil) }
    let (things, given) = parts(after)
    var found: [Candidate] = []
    if given.isEmpty, let next = verb.things.dropFirst(things).first ?? verb.things.last,
      things < verb.things.count || next.count == .several
    {
      found = values(of: next.kind, verb, after)
    }
    let needed = verb.things.count { $0.count == .one }
    if things >= needed {
      found += options(verb.options, without: given)
      if verb.furtherOptions == .columns, case .table(let table)? = firstThing(after) {
        found += columns(of: table).filter { !given.contains($0.text) }
      }
      if verb.furtherOptions == .parameters, let name = after.first?.listedText {
        found += parameters(ofScript: name).filter { !given.contains(String($0.text.dropLast())) }
      }
    }
    return found
  }

  /// The names of classes or of files.
  private var inString: [Candidate] {
    let frame = place.frames.last
    let isList = frame?.symbol == .openBracket && frame?.isTouching == false
    let before = isList ? place.tokens[..<((frame?.start ?? 1) - 1)] : place.argument
    let bracket = isList ? place.frames.dropLast().last : frame
    if let bracket, bracket.symbol == .openBracket, bracket.isTouching,
      let name = CompletionPlace.comparedName(before, [.equal, .notEqual]),
      case .table(let table)? = value(of: place.path(before: bracket.start - 1))
    {
      let given = isList ? Set(place.tokens[(frame?.start ?? 0)...].compactMap(\.listedText)) : []
      return entries(of: name, table).map { Candidate($0.plainText, $0.description) }
        .filter { !given.contains($0.text) }
    }
    if let name = CompletionPlace.comparedName(before, [.assign, .equal]) {
      let outer = isList ? place.frames.dropLast().last : frame
      let words = values(ofOption: name, in: outer).filter { $0.text.hasPrefix("\"") }
      if !words.isEmpty { return words.map { Candidate($0.plainText, $0.description) } }
    }
    return FileNames.candidates(for: place.typed)
  }

  // MARK: - Commands

  /// The verb of a statement and the tokens after it.
  private func verb(of statement: ArraySlice<Token>) -> (Verb, ArraySlice<Token>)? {
    var rest = statement
    if rest.count >= 2, rest.first?.word != nil, rest.dropFirst().first?.isSymbol(.assign) == true {
      rest = rest.dropFirst(2)
    }
    while let word = rest.first?.word, session.lookUp(word) == nil, let verb = Registry.verbsByName[word] {
      rest = rest.dropFirst()
      if word == "time" { continue }
      return (verb, rest)
    }
    return nil
  }

  /// How many things stand after a verb, and the names of the options.
  private func parts(_ tokens: ArraySlice<Token>) -> (things: Int, options: Set<String>) {
    let names = Set(assignedNames(tokens))
    var things = 0
    var depth = 0
    var hasOptions = false
    for (place, token) in zip(tokens.indices, tokens) {
      switch token.kind {
      case .symbol(.openParenthesis), .symbol(.openBracket):
        if depth == 0, !hasOptions, !token.isTouching { things += 1 }
        depth += 1
      case .symbol(.closeParenthesis), .symbol(.closeBracket): depth -= 1
      case .word, .number, .string:
        let isMember = place > tokens.startIndex && tokens[place - 1].isSymbol(.dot)
        let isOption = place + 1 < tokens.endIndex && tokens[place + 1].isSymbol(.assign)
        if depth == 0, isOption { hasOptions = true }
        if depth == 0, !hasOptions, !isMember { things += 1 }
      default: break
      }
    }
    return (things, names)
  }

  /// Words before `=`, outside of inner brackets.
  private func assignedNames(_ tokens: ArraySlice<Token>) -> [String] {
    var depth = 0
    var names: [String] = []
    for (place, token) in zip(tokens.indices, tokens) {
      switch token.kind {
      case .symbol(.openParenthesis), .symbol(.openBracket): depth += 1
      case .symbol(.closeParenthesis), .symbol(.closeBracket): depth -= 1
      case .symbol(.assign) where depth == 0 && place > tokens.startIndex:
        if let word = tokens[place - 1].word { names.append(word) }
      default: break
      }
    }
    return names
  }

  /// The value of the first thing after a verb, where it is a name.
  private func firstThing(_ tokens: ArraySlice<Token>) -> Value? {
    value(of: firstPath(from: tokens.startIndex))
  }

  /// The names joined by dots that begin at a token.
  func firstPath(from start: Int) -> [String] {
    var names: [String] = []
    var index = start
    while index < place.tokens.count, let word = place.tokens[index].word {
      names.append(word)
      guard index + 1 < place.tokens.count, place.tokens[index + 1].isSymbol(.dot) else { break }
      index += 2
    }
    return names
  }

  private func options(_ options: [OptionDeclaration], without given: Set<String>) -> [Candidate] {
    options.filter { !given.contains($0.name) }.map { option in
      let fallback = option.defaultText.map { " (\($0))" } ?? (option.isRequired ? " (needed)" : "")
      return Candidate(option.name + "=", option.kind.description + fallback)
    }
  }

  /// What an option of the surrounding recipe, call or command takes.
  private func values(ofOption name: String, in frame: CompletionPlace.Frame?) -> [Candidate] {
    var verb: Verb?
    var after = place.tokens[place.tokens.endIndex...]
    if let frame, frame.symbol == .openParenthesis, frame.isTouching,
      let owner = place.tokens[frame.start - 2].word
    {
      if let option = Registry.recipesByName[owner]?.options.first(where: { $0.name == name }) {
        return values(of: option.kind, nil, after)
      }
      (verb, after) = (Registry.verbsByName[owner], place.tokens[frame.start...])
    } else if let found = self.verb(of: place.statement) {
      (verb, after) = found
    }
    guard let verb else { return expression }
    if let option = verb.options.first(where: { $0.name == name }) {
      return values(of: option.kind, verb, after, option: name)
    }
    if verb.furtherOptions == .columns, case .table(let table)? = firstThing(after) {
      return entries(of: name, table)
    }
    return expression
  }
}

extension Token {
  /// The word or the text of a string.
  fileprivate var listedText: String? {
    switch kind {
    case .word(let text), .string(let text): text
    default: nil
    }
  }
}

extension Suggestions.Candidate {
  /// The text without quotes around it.
  fileprivate var plainText: String {
    text.hasPrefix("\"") && text.hasSuffix("\"") && text.count > 1
      ? String(text.dropFirst().dropLast()) : text
  }
}
