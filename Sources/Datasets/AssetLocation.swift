import Glibc
import Tables

/// Finds what ships with the program (`Assets`, `notebooks`), wherever it is started from.
public enum AssetLocation {
  /// The path of a shipped file or folder, such as "Assets/fashion-mnist-subset"; nil where it is not found.
  ///
  /// Looked in, in this order: the folder that the environment variable SREL_HOME names (and no other, if it
  /// is set); share/srel-repl beside the program's bin folder (an installation); every folder above the
  /// program (a checkout with its build folder).
  public static func path(_ relative: String) -> String? {
    path(relative, home: environmentVariable("SREL_HOME"), executable: executablePath())
  }

  /// The same for a given value of SREL_HOME and a given path of the program.
  public static func path(_ relative: String, home: String?, executable: String?) -> String? {
    roots(home: home, executable: executable).map { $0 + "/" + relative }.first(where: fileExists)
  }

  private static func roots(home: String?, executable: String?) -> [String] {
    if let home, !home.isEmpty { return [home] }
    guard let executable else { return [] }
    let above = foldersAbove(executable)
    return above.prefix(2).suffix(1).map { $0 + "/share/srel-repl" } + above
  }

  /// "/a/b/c" gives "/a/b", "/a" and "" (the root).
  private static func foldersAbove(_ path: String) -> [String] {
    var parts = path.split(separator: "/")
    var folders: [String] = []
    while parts.popLast() != nil {
      folders.append(parts.map { "/" + $0 }.joined())
    }
    return folders
  }

  private static func environmentVariable(_ name: String) -> String? {
    // The C string is copied at once; nothing in this program changes its environment.
    getenv(name).map { String(cString: $0) }
  }

  private static func executablePath() -> String? {
    // realpath with a null buffer returns memory of its own, or null; it is copied and freed here.
    guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Whether anything is at `path`, readable or not.
func fileExists(_ path: String) -> Bool {
  if access(path, F_OK) == 0 { return true }
  FileTrace.noteAbsence(of: path)
  return false
}
