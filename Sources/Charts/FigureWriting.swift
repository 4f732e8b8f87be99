import Tables

extension Figure {
  /// The figure as SVG text for a page: transparent, text in the page's colour, every id beginning with
  /// `idPrefix`. The same figure gives the same text.
  /// - Parameter folders: where gnuplot is looked for, separated by colons; nil is the PATH of the process.
  /// - Throws: `gnuplotMissing`, `gnuplotFailed`, `noRoomForDrawing`.
  public func svg(idPrefix: String, searching folders: String? = nil) throws(ChartError) -> String {
    let bytes = try Gnuplot.draw(self, as: .svg, searching: folders)
    let name = title.isEmpty ? "\(yLabel) against \(xLabel)" : title
    return SVG.tidied(String(decoding: bytes, as: UTF8.self), title: name, idPrefix: idPrefix)
  }

  /// Writes the figure as the ending of `path` says (.svg, .png or .pdf) and its data beside it as CSV: `s.data.csv` for
  /// `s.svg`, since a table saved as `s.csv` must not be lost.
  ///
  /// Each file appears complete or not at all, and the same figure gives the same bytes.
  /// - Returns: the paths written.
  /// - Throws: `unknownFormat`, `file` if it cannot be written, and the errors of drawing.
  @discardableResult
  public func write(to path: String, searching folders: String? = nil) throws(ChartError) -> [String] {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex,
      let format = FigureFormat(rawValue: name[name.index(after: dot)...].lowercased())
    else { throw .unknownFormat(path: path) }
    let stem = path.dropLast(name[dot...].count)
    let bytes: [UInt8] =
      switch format {
      case .svg: Array(try svg(idPrefix: Self.identifier(name[..<dot]), searching: folders).utf8)
      case .png: try Gnuplot.draw(self, as: format, searching: folders)
      case .pdf: PDF.undated(try Gnuplot.draw(self, as: format, searching: folders))
      }
    do {
      try AtomicFile.write(bytes, to: path)
      try data.writeCSV(to: stem + ".data.csv")
    } catch {
      throw .file(error)
    }
    return [path, stem + ".data.csv"]
  }

  /// A name that may be an id: letters, digits and hyphens.
  private static func identifier(_ name: Substring) -> String {
    "fig-" + name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? "\($0)" : "-" }.joined()
  }
}
