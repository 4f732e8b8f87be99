import Glibc

/// Where data sets that were fetched lie.
public enum DataFolder {
  /// The folder that SREL_DATA names, else srel-repl in XDG_DATA_HOME, else ~/.local/share/srel-repl.
  public static var path: String {
    if let own = variable("SREL_DATA") { return own }
    if let shared = variable("XDG_DATA_HOME") { return shared + "/srel-repl" }
    return (variable("HOME") ?? "") + "/.local/share/srel-repl"
  }

  /// The folder into which a data set is fetched.
  public static func place(of name: String) -> String { "\(path)/\(name)" }

  /// The folders in which a data set is looked for: one of its own and the whole.
  static func places(_ name: String) -> [String] {
    [place(of: name), path, "/usr/share/datasets/\(name)"]
  }

  private static func variable(_ name: String) -> String? {
    // The C string is copied at once; nothing in this program changes its environment.
    guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
    return value
  }
}
