import FoundationEssentials
import Tables

/// Where files go that a script names without a folder of their own.
///
/// At a prompt that is the present folder; a notebook writes below its `NAME.out`: figures into `figures`, results
/// into `results`, and everything that names a folder itself below `NAME.out` too.
public struct OutputFolders: Sendable {
  /// `NAME.out`, or nil at a prompt.
  public var root: String?

  /// Nothing may be written anywhere else.
  public var isConfined: Bool

  public init(root: String? = nil, isConfined: Bool = false) {
    self.root = root
    self.isConfined = isConfined
  }

  public enum Purpose: String, Sendable {
    case figures, results
  }

  /// The path of a file, whose folder then exists.
  /// - Throws: `FileError` where the folder cannot be made, `SessionError.writingRefused` for a place outside the folder
  ///   to which writing is confined.
  func path(_ name: String, for purpose: Purpose) throws -> String {
    var path = name
    if let root, !name.hasPrefix("/") {
      path = name.contains("/") ? root + "/" + name : "\(root)/\(purpose.rawValue)/\(name)"
    }
    if isConfined, !isInside(path) { throw SessionError.writingRefused(name, folder: root) }
    if let root, !name.hasPrefix("/"), Self.leavesFolder(name) {
      throw FileError.other(
        name, reason: "it leads out of the folder '\(root)'; give a name inside it or a full path")
    }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try Folder.make(String(path[..<slash]))
    }
    return path
  }

  /// Whether a path goes above the folder in which it starts.
  private static func leavesFolder(_ name: String) -> Bool {
    var depth = 0
    for part in name.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return true }
    }
    return false
  }

  /// Whether a path lies below the root, links on the way followed.
  private func isInside(_ path: String) -> Bool {
    guard let root else { return false }
    let folder = Self.real(root)
    return Self.real(path).hasPrefix(folder == "/" ? folder : folder + "/")
  }

  /// The absolute path without dots and, over at most 40 steps, links; parts that do not exist stay as written.
  private static func real(_ path: String, depth: Int = 0) -> String {
    let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var done = ""
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." {
        done = done.lastIndex(of: "/").map { String(done[..<$0]) } ?? ""
        continue
      }
      let next = done + "/" + part
      if depth < 40, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: next) {
        let end = real(target.hasPrefix("/") ? target : done + "/" + target, depth: depth + 1)
        done = end == "/" ? "" : end
      } else {
        done = next
      }
    }
    return done.isEmpty ? "/" : done
  }
}
