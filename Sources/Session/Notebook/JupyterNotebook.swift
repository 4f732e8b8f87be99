import FoundationEssentials
import Language

/// A notebook in the JSON of Jupyter (`.ipynb`, nbformat 4.5).
///
/// The name of a cell stands in `metadata.name` and, with hyphens for what an id may not hold, as its `id`; options in
/// `metadata.srel.options`. What a cell said and drew becomes its outputs.
/// See <https://nbformat.readthedocs.io/en/latest/format_description.html>.
struct JupyterNotebook: Codable {
  struct Cell: Codable {
    var cellType: String
    var id: String?
    var metadata: CellMetadata?
    var source: Lines
    var executionCount: Null?
    var outputs: [Output]?
    /// Pictures inside the prose, which no other form can hold.
    var attachments: [String: Null]?
  }

  struct CellMetadata: Codable {
    struct Options: Codable { var options: String? }

    var name: String?
    var srel: Options?
  }

  struct Metadata: Codable {
    struct Kernel: Codable {
      var displayName: String?
      var language: String?
      var name: String?
    }

    struct Language: Codable {
      var fileExtension: String?
      var mimetype: String?
      var name: String?
      var pygmentsLexer: String?
      var version: String?
    }

    var kernelspec: Kernel?
    var languageInfo: Language?
  }

  var cells: [Cell]
  var metadata: Metadata
  var nbformat: Int
  var nbformatMinor: Int

  static let kernel = "srel"
}

extension JupyterNotebook {
  /// A text, written as a list of lines with their breaks, as Jupyter does.
  struct Lines: Codable {
    var text: String

    init(_ text: String) { self.text = text }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      text = try (try? container.decode(String.self)) ?? container.decode([String].self).joined()
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      let lines: [Substring] = text.split(separator: "\n", omittingEmptySubsequences: false)
      var pieces = lines.dropLast().map { String($0) + "\n" }
      if let last = lines.last, !last.isEmpty { pieces.append(String(last)) }
      try container.encode(pieces)
    }
  }

  /// `null`, where the format wants a field for which there is no value; read, it passes over any value.
  struct Null: Codable {
    init() {}
    init(from decoder: any Decoder) throws {}

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    }
  }

  /// What a cell showed; read back as nothing, since outputs belong to `NAME.out`.
  enum Output: Codable {
    case text(String)
    case figure(CellOutput.Figure)
    case error(String)

    private enum Key: String, CodingKey {
      case outputType, name, text, data, metadata, ename, evalue, traceback
    }

    init(from decoder: any Decoder) throws { self = .text("") }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      switch self {
      case .text(let text):
        try container.encode("stream", forKey: .outputType)
        try container.encode("stdout", forKey: .name)
        try container.encode(Lines(text + "\n"), forKey: .text)
      case .figure(let figure):
        var data = ["text/plain": Lines(figure.fileName)]
        if !figure.svg.isEmpty { data["image/svg+xml"] = Lines(figure.svg) }
        if let png = figure.png { data["image/png"] = Lines(Data(png).base64EncodedString()) }
        try container.encode("display_data", forKey: .outputType)
        try container.encode(data, forKey: .data)
        try container.encode([String: String](), forKey: .metadata)
      case .error(let message):
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        try container.encode("error", forKey: .outputType)
        try container.encode("error", forKey: .ename)
        try container.encode(lines.first ?? "", forKey: .evalue)
        try container.encode(lines, forKey: .traceback)
      }
    }
  }
}

// MARK: - From and to cells

extension JupyterNotebook {
  /// - Parameter outputs: what each cell showed, in the order of the cells.
  init(_ content: NotebookContent, outputs: [CellOutput]) {
    var ids: Set<String> = []
    cells = content.cells.enumerated().map { index, cell in
      let (name, options) = cell.headingParts
      let isCode = cell.kind == .code
      return Cell(
        cellType: isCode ? "code" : "markdown",
        id: Self.id(for: name.isEmpty ? Self.unnamed(index) : name, taken: &ids),
        metadata: CellMetadata(
          name: name.isEmpty ? nil : name,
          srel: options.isEmpty ? nil : CellMetadata.Options(options: options)),
        source: Lines(cell.text), executionCount: isCode ? Null() : nil,
        outputs: isCode ? Self.outputs(of: outputs[index]) : nil)
    }
    metadata = Metadata(
      kernelspec: Metadata.Kernel(displayName: "srel", language: Self.kernel, name: Self.kernel),
      languageInfo: Metadata.Language(
        fileExtension: NotebookFormat.script.rawValue, mimetype: "text/x-srel", name: Self.kernel,
        pygmentsLexer: "text", version: String(Version.language)))
    (nbformat, nbformatMinor) = (4, 5)
  }

  /// The id of a cell without a name.
  fileprivate static func unnamed(_ index: Int) -> String { "cell-\(index + 1)" }

  /// At most 64 letters, digits, hyphens and underscores, once in a notebook.
  private static func id(for name: String, taken: inout Set<String>) -> String {
    let stem = String(
      name.prefix(56).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" })
    var id = stem
    var count = 1
    while !taken.insert(id).inserted {
      count += 1
      id = "\(stem)-\(count)"
    }
    return id
  }

  private static func outputs(of cell: CellOutput) -> [Output] {
    (cell.text.isEmpty ? [] : [.text(HTML.withoutTerminalCodes(cell.text))])
      + cell.figures.map { .figure($0) }
      + (cell.error.map { [.error(HTML.withoutTerminalCodes($0))] } ?? [])
  }

  /// The JSON text, keys sorted.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The cells of an `.ipynb` file whose kernel is srel; its outputs are left out.
  /// - Throws: `JupyterError`.
  static func content(of bytes: [UInt8]) throws(JupyterError) -> NotebookContent {
    let notebook = try read(bytes)
    var cells: [NotebookContent.Cell] = []
    var taken = Set(notebook.cells.compactMap(\.metadata?.name))
    for (index, cell) in notebook.cells.enumerated() {
      guard let kind = ["code": NotebookCell.Kind.code, "markdown": .prose][cell.cellType] else {
        throw .otherCell(number: index + 1, kind: cell.cellType)
      }
      if cell.attachments?.isEmpty == false { throw .attachment(number: index + 1) }
      let heading = [cell.name(at: index, taken: &taken), cell.metadata?.srel?.options].compactMap { $0 }
        .joined(
          separator: " ")
      cells.append(NotebookContent.Cell(kind: kind, heading: heading, text: cell.source.text))
    }
    return NotebookContent(cells: cells)
  }

  /// The version and the kernel are looked at first, since what follows them differs.
  private static func read(_ bytes: [UInt8]) throws(JupyterError) -> JupyterNotebook {
    struct Head: Decodable {
      var nbformat: Int?
      var metadata: Metadata?
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = Data(bytes)
    do {
      let head = try decoder.decode(Head.self, from: data)
      guard let version = head.nbformat else { throw JupyterError.noNotebook("it has no nbformat") }
      guard version == 4 else { throw JupyterError.version(version) }
      let name = head.metadata?.kernelspec?.name ?? head.metadata?.languageInfo?.name
      guard name == kernel else { throw JupyterError.kernel(name) }
      return try decoder.decode(JupyterNotebook.self, from: data)
    } catch let error as JupyterError {
      throw error
    } catch let error as DecodingError {
      throw JupyterError(error)
    } catch {
      throw .noJSON("")
    }
  }
}

extension JupyterNotebook.Cell {
  /// The name of the cell: its own, else its id, else one that hangs on its text alone, so that it stays the same when
  /// cells are put before it. Nil for a cell that had no name when it was written for Jupyter.
  fileprivate func name(at index: Int, taken: inout Set<String>) -> String? {
    if let name = metadata?.name, !name.isEmpty { return name }
    if let id, id == JupyterNotebook.unnamed(index) || id.isEmpty { return nil }
    if id == nil, source.text.isEmpty { return nil }
    let stem = id ?? "cell-" + Digest.text(source.text).prefix(8)
    var name = stem
    var count = 1
    while !taken.insert(name).inserted {
      count += 1
      name = "\(stem)-\(count)"
    }
    return name
  }
}
