/// Colours a `.srel` script for the page: comments, strings, numbers, keywords, verbs, names of options.
public struct Highlighter {
  private enum Class: String { case comment, string, number, keyword, verb, option }

  static let keywords: Set<String> = [
    "use", "param", "repeat", "every", "at", "when", "if", "else", "assert", "def", "in", "yes", "no", "and",
    "or",
    "not",
  ]

  private let text: [Character]
  private let verbs: Set<String>
  private var place = 0
  private var html = ""
  /// Whether a statement begins here, and how many round and square brackets are open.
  private var isHead = true
  private var brackets = 0

  /// The script as HTML with a `span` around each coloured word.
  public static func html(_ source: String, verbs: Set<String> = Registry.verbNames) -> String {
    var highlighter = Highlighter(text: Array(source), verbs: verbs)
    return highlighter.run()
  }

  private init(text: [Character], verbs: Set<String>) {
    (self.text, self.verbs) = (text, verbs)
  }

  private mutating func run() -> String {
    while place < text.count {
      let character = text[place]
      switch character {
      case "#": emit(.comment, upTo: text[place...].firstIndex(of: "\n") ?? text.count)
      case "\"": emit(.string, upTo: endOfString)
      case _ where character.isASCII && character.isNumber: emit(.number, upTo: endOfNumber)
      case _ where character.isLetter || character == "_": name()
      default: sign(character)
      }
    }
    return html
  }

  private mutating func emit(_ kind: Class?, upTo end: Int) {
    let piece = HTML.escaped(String(text[place..<end]))
    html += kind.map { "<span class=\"\($0.rawValue)\">\(piece)</span>" } ?? piece
    place = end
    if kind != .comment { isHead = false }
  }

  private mutating func sign(_ character: Character) {
    let wasHead = isHead
    emit(nil, upTo: place + 1)
    switch character {
    case "(", "[": brackets += 1
    case ")", "]": brackets = max(0, brackets - 1)
    case "{", "}", ";":
      isHead = true
      brackets = character == ";" ? brackets : 0
    case "\n": isHead = brackets == 0 && !isContinued ? true : wasHead
    case _ where character.isWhitespace: isHead = wasHead
    default: break
    }
  }

  /// Whether the line that ends just before the present place ends in a backslash.
  private var isContinued: Bool {
    var last = place - 2
    while last >= 0, text[last] == " " { last -= 1 }
    return last >= 0 && text[last] == "\\"
  }

  private var endOfString: Int {
    var end = place + 1
    while end < text.count, text[end] != "\"", text[end] != "\n" { end += text[end] == "\\" ? 2 : 1 }
    return min(end + 1, text.count)
  }

  /// A number with its unit: `1e-4`, `0.5`, `5min`; not the two points of a range.
  private var endOfNumber: Int {
    var end = place
    while end < text.count {
      let character = text[end]
      let isSign = "+-".contains(character) && "eE".contains(text[end - 1])
      let isPoint = character == "." && end + 1 < text.count && text[end + 1].isNumber && text[end - 1] != "."
      guard character.isLetter || character.isNumber || isSign || isPoint else { break }
      end += 1
    }
    return end
  }

  private mutating func name() {
    var end = place
    while end < text.count, text[end].isLetter || text[end].isNumber || text[end] == "_" { end += 1 }
    let word = String(text[place..<end])
    let after = text[end...].drop { $0 == " " }
    let isSet = after.first == "=" && after.dropFirst().first != "="
    if isHead && isSet {
      // `run = train …`: the value begins a command of its own.
      emit(nil, upTo: after.startIndex + 1)
      isHead = true
    } else if Self.keywords.contains(word) && !isSet {
      emit(.keyword, upTo: end)
    } else if isSet {
      emit(.option, upTo: end)
    } else if verbs.contains(word), isHead || after.startIndex == end && after.first == "(" {
      emit(.verb, upTo: end)
    } else {
      emit(nil, upTo: end)
    }
  }
}
