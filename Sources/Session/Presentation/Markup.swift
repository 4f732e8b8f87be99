/// The report's own HTML as a tree, so that a terminal shows the same page.
indirect enum Markup {
  case text(String)
  case element(String, attributes: String, [Markup])

  /// The tree of a piece of HTML that this program has written: every element is closed, in its turn.
  static func parse(_ html: String) -> [Markup] {
    var open: [(name: String, attributes: String, children: [Markup])] = [("", "", [])]
    var rest = html[...]
    func add(_ node: Markup) { open[open.count - 1].children.append(node) }
    while let character = rest.first {
      guard character == "<", let end = rest.firstIndex(of: ">") else {
        let text = rest.dropFirst().prefix { $0 != "<" }
        add(.text(unescaped(String(rest.prefix(1)) + text)))
        rest = rest.dropFirst(1 + text.count)
        continue
      }
      let tag = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.count > 1 else { continue }
        let closed = open.removeLast()
        add(.element(closed.name, attributes: closed.attributes, closed.children))
      } else {
        let name = tag.prefix { $0.isLetter || $0.isNumber }
        let attributes = String(tag.dropFirst(name.count))
        if tag.hasSuffix("/") || ["hr", "br"].contains(name) {
          add(.element(String(name), attributes: attributes, []))
        } else {
          open.append((String(name), attributes, []))
        }
      }
    }
    while open.count > 1 {
      let closed = open.removeLast()
      add(.element(closed.name, attributes: closed.attributes, closed.children))
    }
    return open[0].children
  }

  private static func unescaped(_ text: String) -> String {
    if !text.contains("&") { return text }
    return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }

  /// All text inside.
  var plainText: String {
    switch self {
    case .text(let text): text
    case .element(_, _, let children): children.map(\.plainText).joined()
    }
  }
}
