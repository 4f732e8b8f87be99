import Glibc

/// Folders to write into.
public enum Folder {
  /// Makes a folder and those above it that are missing; one that exists already is left as it is.
  /// - Throws: `FileError`, also if a file stands where the folder should be.
  public static func make(_ path: String) throws(FileError) {
    if POSIX.kind(of: path, followingLinks: true) == .folder { return }
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      if POSIX.kind(of: made, followingLinks: true) == .folder { continue }
      if let code = POSIX.makeFolder(made),
        code != EEXIST || POSIX.kind(of: made, followingLinks: true) != .folder
      {
        throw code == EEXIST ? .isFile(path) : FileError(path: path, code: code)
      }
    }
  }
}
