import Language

/// The forms in which a notebook can be written; the ending of a file's name decides.
public enum NotebookFormat: String, CaseIterable, Sendable {
  case script = ".srel"
  case markdown = ".srel.md"
  case jupyter = ".ipynb"
  case page = ".html"

  /// The form of the file at a path, nil for any other ending.
  public init?(path: String) {
    guard let format = Self.allCases.first(where: { path.hasSuffix($0.rawValue) }) else { return nil }
    self = format
  }

  /// A path without its folders.
  static func fileName(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// A path without its folders and, where it is that of a notebook, without its ending.
  public static func stem(of path: String) -> String {
    let name = fileName(of: path)
    return String(name.dropLast(Self(path: name)?.rawValue.count ?? 0))
  }

  /// The folder in which a run of the notebook at a path leaves what it makes: `NAME.out` beside it.
  public static func outputFolder(of path: String) -> String {
    String(path.dropLast(Self(path: path)?.rawValue.count ?? 0)) + ".out"
  }
}
