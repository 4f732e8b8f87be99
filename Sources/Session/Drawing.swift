import Charts

/// A picture in the characters of a terminal, drawn when it is known what shows it.
public struct Drawing: Sendable {
  private let draw: @Sendable (TerminalStyle) -> String

  init(_ draw: @escaping @Sendable (TerminalStyle) -> String) { self.draw = draw }

  /// The lines for a terminal of that size and those characters and colours.
  public func text(_ style: TerminalStyle) -> String { draw(style) }

  /// The lines for a page of text: 80 columns, Unicode, without colours, the same on every machine.
  public var plainText: String { draw(TerminalStyle()) }
}

extension Session {
  /// Tells a drawing as a result.
  func show(_ drawing: Drawing) {
    transcribe { _ in drawing.plainText }
    output(resultFormat == .json ? .result(JSONText.text(words: drawing.plainText)) : .drawing(drawing))
  }
}
