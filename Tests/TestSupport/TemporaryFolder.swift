import Foundation

/// A new empty folder that disappears with its last owner.
public final class TemporaryFolder {
  public let path: String

  public init() throws {
    path = NSTemporaryDirectory() + "srel-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file called `name` in the folder.
  public func file(_ name: String) -> String { path + "/" + name }

  /// What a file of the folder holds.
  public func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: file(name))), as: UTF8.self)
  }

  /// Writes a file and gives its path.
  @discardableResult
  public func write(_ bytes: [UInt8], as name: String, mode: Int = 0o600) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file(name))
    return file(name)
  }

  /// Writes a file of text and gives its path.
  @discardableResult
  public func write(_ text: String, as name: String, mode: Int = 0o600) throws -> String {
    try write(Array(text.utf8), as: name, mode: mode)
  }

  /// The names of what the folder holds, sorted.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
