import Foundation

/// A new empty folder.
func temporaryFolder() throws -> String {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("srel-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  return folder.path
}

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

func text(of path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
