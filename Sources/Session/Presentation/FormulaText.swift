/// A formula of the report (MathML) as a line of text: S(x → x′) = |Δf(x′)| / |Δf(x)|, w_i² as wᵢ².
struct FormulaText {
  /// Whether letters beyond ASCII may be used; otherwise symbols are written by their names.
  let unicode: Bool

  private enum Kind { case atom, function, binary, relation, opening, closing, mark, space }
  private struct Token {
    var text: String
    var kind: Kind
  }

  func text(_ nodes: [Markup]) -> String { joined(nodes.flatMap(tokens)) }

  private func tokens(_ node: Markup) -> [Token] {
    guard case .element(let name, _, let children) = node else { return [] }
    func part(_ place: Int) -> String { place < children.count ? text([children[place]]) : "" }
    func atom(_ text: String) -> [Token] { [Token(text: text, kind: .atom)] }
    switch name {
    case "mi": return [word(node.plainText)]
    case "mo": return [sign(node.plainText)]
    case "mn", "mtext": return atom(node.plainText)
    case "mspace": return [Token(text: " ", kind: .space)]
    case "msub", "munder": return scripted(children, below: part(1), above: nil)
    case "msup": return scripted(children, below: nil, above: part(1))
    case "msubsup", "munderover": return scripted(children, below: part(1), above: part(2))
    case "mover": return atom(part(0) + (unicode ? Self.accents[part(1)] ?? "" : ""))
    case "mfrac": return atom(enclosed(part(0)) + "/" + enclosed(part(1)))
    case "msqrt":
      let inside = children.map { text([$0]) }.joined()
      return atom((unicode ? "√" : "sqrt") + (unicode && inside.count == 1 ? inside : "(" + inside + ")"))
    default: return children.flatMap(tokens)
    }
  }

  private func word(_ letter: String) -> Token {
    let text = unicode ? letter : Self.names[letter] ?? letter
    return Token(text: text, kind: FormulaSymbols.functions[letter] != nil ? .function : .atom)
  }

  private func sign(_ sign: String) -> Token {
    let text = unicode ? sign : Self.plainSigns[sign] ?? Self.names[sign] ?? sign
    if "([{⟨".contains(sign) { return Token(text: text, kind: .opening) }
    if ")]}⟩".contains(sign) { return Token(text: text, kind: .closing) }
    if ",;:".contains(sign) { return Token(text: text, kind: .mark) }
    if "+−·×÷±∓∘⊙∪∩∗".contains(sign) { return Token(text: text, kind: .binary) }
    if "=<>≤≥≈≠→←↦⇒∝∈∉⊂≪≫∼≡∣".contains(sign) { return Token(text: text, kind: .relation) }
    if sign == "∑" || sign == "∏" || sign == "∫" { return Token(text: text, kind: .function) }
    return Token(text: text, kind: .atom)
  }

  private func scripted(_ children: [Markup], below: String?, above: String?) -> [Token] {
    guard let first = children.first else { return [] }
    let base = tokens(first)
    let scripts =
      (below.map { script($0, Self.subscripts, mark: "_") } ?? "")
      + (above.map { $0 == "⊤" && unicode ? "ᵀ" : script($0, Self.superscripts, mark: "^") } ?? "")
    // A sum stays an operator with its limits.
    return [Token(text: joined(base) + scripts, kind: base.count == 1 ? base[0].kind : .atom)]
  }

  /// The script in small letters if all of them exist, else after `^` or `_`.
  private func script(_ text: String, _ letters: [Character: Character], mark: String) -> String {
    let tight = text.filter { $0 != " " }
    if tight.allSatisfy({ $0 == "′" || $0 == "'" }) { return tight }
    let small = tight.compactMap { letters[$0] }
    if unicode, small.count == tight.count { return String(small) }
    return mark + (tight.count == 1 ? tight : "(" + text + ")")
  }

  private func enclosed(_ text: String) -> String {
    let isOne =
      !text.contains(" ") || (text.hasPrefix("|") && text.hasSuffix("|") && text.count { $0 == "|" } == 2)
    return isOne ? text : "(" + text + ")"
  }

  private func joined(_ tokens: [Token]) -> String {
    var result = ""
    var last: Token?
    for token in tokens {
      let follows = last.map { $0.kind == .atom || $0.kind == .closing } ?? false
      switch token.kind {
      case .binary where follows: result += (result.hasSuffix(" ") ? "" : " ") + token.text + " "
      case .relation: result += (result.isEmpty || result.hasSuffix(" ") ? "" : " ") + token.text + " "
      case .mark: result += token.text + " "
      case .function:
        if follows, !result.hasSuffix(" ") { result += " " }
        result += token.text
      case .atom where last?.kind == .function && !result.hasSuffix(" "): result += " " + token.text
      default: result += token.text
      }
      last = token.kind == .space ? last : token
    }
    while result.last == " " { result.removeLast() }
    return result
  }

  private static let accents = ["^": "\u{302}", "¯": "\u{304}", "~": "\u{303}"]

  private static let plainSigns = [
    "−": "-", "·": "*", "×": "*", "∗": "*", "′": "'", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=",
    "≈": "~", "‖": "||", "∣": "|", "…": "...", "⋯": "...",
  ]

  /// The names of symbols, as LaTeX has them.
  private static let names: [String: String] = {
    var names: [String: String] = [:]
    for (name, letter) in FormulaSymbols.letters.sorted(by: { $0.key < $1.key }) { names[letter] = name }
    for (name, sign) in FormulaSymbols.operators.sorted(by: { $0.key < $1.key }) { names[sign.text] = name }
    for (name, letter) in FormulaSymbols.doubleStruck { names[letter] = name }
    return names
  }()

  private static let superscripts = pairs(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
  )
  .merging(["∗": "*", "*": "*", "′": "′"], uniquingKeysWith: { $1 })
  private static let subscripts = pairs(
    "0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")

  private static func pairs(_ from: String, _ to: String) -> [Character: Character] {
    Dictionary(zip(from, to), uniquingKeysWith: { first, _ in first })
  }
}
