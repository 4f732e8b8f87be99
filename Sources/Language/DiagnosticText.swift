/// Renders diagnostics as text:
///
/// ```
/// error: load has no option 'per_clas'
///   | shoes = load fashion_mnist classes=[sandal] per_clas=500
///   |                                             ^^^^^^^^ did you mean 'per_class'?
/// ```
///
/// A source with a name (a file) puts `name:line:column: ` before the first line.
public struct DiagnosticText: Sendable {
  /// Colour by terminal escape sequences.
  public var isColored: Bool
  /// The longest piece of a source line to show, in columns; a longer line is cut around the range.
  public var width: Int

  public init(isColored: Bool = false, width: Int = 120) {
    self.isColored = isColored
    self.width = max(width, 20)
  }

  /// The text of one diagnostic, without a line break at its end.
  ///
  /// - Parameter source: the text at hand; a diagnostic that names its own text is shown in that.
  public func render(_ diagnostic: Diagnostic, in source: Source?) -> String {
    let source = diagnostic.source ?? source
    var lines = [heading(diagnostic, source)]
    if let range = diagnostic.range, let source {
      lines += excerpt(range, source, hint: diagnostic.hint, diagnostic.severity)
    } else if let hint = diagnostic.hint {
      lines.append("  " + hint)
    }
    if let why = diagnostic.why { lines.append("  " + why) }
    lines += diagnostic.notes.map { "  note: " + $0 }
    return lines.joined(separator: "\n")
  }

  private func heading(_ diagnostic: Diagnostic, _ source: Source?) -> String {
    var place = ""
    if let range = diagnostic.range, let source, let name = source.name {
      let position = source.position(at: range.lowerBound)
      place = "\(name):\(position.line):\(position.column): "
    }
    let word = paint(diagnostic.severity.rawValue + ":", diagnostic.severity == .error ? "1;31" : "1;33")
    return place + word + " " + paint(diagnostic.title, "1")
  }

  /// The line that holds the start of the range, and carets under the part of the range on that line.
  private func excerpt(
    _ range: ByteRange, _ source: Source, hint: String?, _ severity: Diagnostic.Severity
  ) -> [String] {
    let start = min(max(range.lowerBound, 0), source.byteCount)
    let line = source.lineRange(at: start)
    let first = min(start, line.upperBound)
    let last = max(first, min(range.upperBound, line.upperBound))
    // Of a line of megabytes only what could be shown is looked at.
    let reach = 16 * width
    var before = DisplayText(source[source.characterStart(max(line.lowerBound, first - reach))..<first])
    var marked = DisplayText(source[first..<source.characterStart(min(last, first + reach))])
    var after = DisplayText(source[last..<source.characterStart(min(line.upperBound, last + reach))])
    marked.keepStart(width)
    before.keepEnd(max(width - marked.width - min(after.width, width / 3), 0))
    after.keepStart(max(width - marked.width - before.width, 0))
    let carets = String(repeating: "^", count: max(marked.width, 1))
    let pointer =
      String(repeating: " ", count: before.width)
      + paint(carets + (hint.map { " " + $0 } ?? ""), severity == .error ? "31" : "33")
    return ["  | " + before.text + marked.text + after.text, "  | " + pointer]
  }

  private func paint(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

/// Text as a terminal shows it: tabs and control characters replaced, wide characters counted twice.
struct DisplayText {
  private var cells: [(text: String, width: Int)]

  init(_ text: String) {
    cells = text.map { character in
      if character == "\t" { return ("  ", 2) }
      guard let scalar = character.unicodeScalars.first else { return ("", 0) }
      if scalar.properties.generalCategory == .control { return ("\u{FFFD}", 1) }
      return (String(character), DisplayText.width(of: scalar))
    }
  }

  var text: String { cells.map(\.text).joined() }
  var width: Int { cells.reduce(0) { $0 + $1.width } }

  mutating func keepStart(_ limit: Int) {
    var total = width
    guard total > limit else { return }
    while let last = cells.popLast() {
      total -= last.width
      if total <= max(limit - 1, 0) { break }
    }
    cells.append(("…", 1))
  }

  mutating func keepEnd(_ limit: Int) {
    var total = width
    guard total > limit else { return }
    var drop = 0
    while drop < cells.count, total > max(limit - 1, 0) {
      total -= cells[drop].width
      drop += 1
    }
    cells.replaceSubrange(..<drop, with: [("…", 1)])
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.properties.generalCategory == .nonspacingMark { return 0 }
    let wide: [ClosedRange<UInt32>] = [
      0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
    ]
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }
}
