/// Tidies the SVG that gnuplot writes, so that it can stand inside a page: text and axes in the colour of the
/// page's own text, no background, ids that no other figure of the page has, and nothing that draws nothing.
enum SVG {
  static func tidied(_ text: String, title: String, idPrefix: String) -> String {
    var body = withoutEmptyGroups(text)
    if !body.contains("<use ") { body = removing(from: "<defs>", to: "</defs>\n", in: body) }
    body = withoutCurveTitles(outsideTexts(body) { markup($0, idPrefix: idPrefix) }, idPrefix: idPrefix)
    return replacing("<title>Gnuplot</title>", by: "<title>\(escaped(title))</title>", in: body)
  }

  /// The texts of the figure, whatever looks like markup in them, stay as they are.
  private static func outsideTexts(_ body: String, _ change: (String) -> String) -> String {
    body.split(separator: "<text>", omittingEmptySubsequences: false).enumerated().map { number, piece in
      guard number > 0, let end = piece.range(of: "</text>") else { return change(String(piece)) }
      return piece[..<end.lowerBound] + change(String(piece[end.lowerBound...]))
    }.joined(separator: "<text>")
  }

  private static func markup(_ text: String, idPrefix: String) -> String {
    var body = text
    let ink = ["rgb(1,2,3)", "rgb(  1,   2,   3)", "#010203"]
    for color in ink { body = replacing(color, by: "currentColor", in: body) }
    // Groups that set a colour of their own would hide the page's.
    for color in [" color=\"black\"", " color=\"#FFFFFF\""] { body = replacing(color, by: "", in: body) }
    body = replacing(
      "font-family=\"Helvetica\"", by: "font-family=\"Helvetica, Arial, sans-serif\"", in: body)
    for (old, new) in [
      ("id=\"", "id=\"\(idPrefix)-"), ("id='", "id='\(idPrefix)-"), ("href='#", "href='#\(idPrefix)-"),
      ("url(#", "url(#\(idPrefix)-"), ("<title>gnuplot_plot_", "<title>\(idPrefix)-"),
    ] {
      body = replacing(old, by: new, in: body)
    }
    // Every pixel of a heat map is a pair of samples, not to be blended with its neighbours.
    body = replacing("<image ", by: "<image style='image-rendering:pixelated' ", in: body)
    return replacing("<svg \n", by: "<svg role=\"img\"\n", in: body)
  }

  /// `&`, `<`, `>` and quotation marks as entities.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar.value < 32 ? " " : scalar)
      }
    }
    return result
  }

  /// gnuplot opens a group for every change of pen; most hold nothing.
  private static func withoutEmptyGroups(_ text: String) -> String {
    var kept: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "</g>", let open = kept.last, open.hasPrefix("<g fill=\"none\""), open.hasSuffix(">") {
        kept.removeLast()
      } else {
        kept.append(line)
      }
    }
    return kept.joined(separator: "\n")
  }

  /// A browser shows the title of a group as a hint; gnuplot's names of curves are no help there.
  private static func withoutCurveTitles(_ text: String, idPrefix: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let start = line.range(of: "<title>\(idPrefix)-") else { return line }
      return line[..<start.lowerBound]
    }.joined(separator: "\n")
  }

  private static func removing(from start: String, to end: String, in text: String) -> String {
    guard let first = text.range(of: start), let last = text[first.upperBound...].range(of: end) else {
      return text
    }
    return String(text[..<first.lowerBound] + text[last.upperBound...])
  }

  private static func replacing(_ old: String, by new: String, in text: String) -> String {
    text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}

extension StringProtocol {
  /// The first place of a piece of text.
  fileprivate func range(of piece: String) -> Range<Index>? { firstRange(of: piece) }
}
