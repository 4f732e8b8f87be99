import FoundationEssentials

/// The commands that a person wants to have run before every prompt.
enum InitFile {
  /// `$XDG_CONFIG_HOME/srel-repl/init.srel` or `~/.config/srel-repl/init.srel`, where there is one.
  static var path: String? {
    let environment = ProcessInfo.processInfo.environment
    let folder =
      environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].map { $0 + "/.config" }
    guard let path = folder.map({ $0 + "/srel-repl/init.srel" }), FileManager.default.fileExists(atPath: path)
    else {
      return nil
    }
    return path
  }
}
