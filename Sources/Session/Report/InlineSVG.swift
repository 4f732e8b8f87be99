/// Makes the SVG of a figure part of a page.
enum InlineSVG {
  /// The `<svg>` element with ids that begin with `prefix`, or nil if this is no drawing or would run a program.
  static func element(_ svg: String, prefix: String) -> String? {
    guard let start = svg.firstRange(of: "<svg"), let end = svg.ranges(of: "</svg>").last,
      start.lowerBound < end.lowerBound
    else { return nil }
    var text = String(svg[start.lowerBound..<end.upperBound])
    let lowered = text.lowercased()
    let refused = ["<script", "<foreignobject", "javascript:", "<!entity", " onload", " onclick"]
    if refused.contains(where: lowered.contains) { return nil }
    // Heat maps and photographs are pictures inside the text itself; one from elsewhere is refused.
    let pictures = lowered.ranges(of: "<image").map { lowered[$0.upperBound...].prefix { $0 != ">" } }
    if pictures.contains(where: { !$0.contains("href='data:image/png;base64,") || $0.contains("://") }) {
      return nil
    }
    for name in [" xmlns=\"http://www.w3.org/2000/svg\"", " xmlns:xlink=\"http://www.w3.org/1999/xlink\""] {
      text.replace(name, with: "")
    }
    text.replace("xlink:href=", with: "href=")
    for opening in ["id=\"", "id='", "href=\"#", "href='#", "url(#"] {
      text.replace(opening, with: opening + prefix + "-")
    }
    return text
  }
}
