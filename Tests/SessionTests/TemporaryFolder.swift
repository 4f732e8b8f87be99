import Foundation

/// Holds the folders of all tests; gone when the process ends.
private let parent: String = {
  atexit { try? FileManager.default.removeItem(atPath: parent) }
  let path = NSTemporaryDirectory() + "srel-test-" + UUID().uuidString
  try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  return path
}()

/// A new empty folder.
func temporaryFolder() throws -> String {
  let folder = parent + "/" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  return folder
}

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

func text(of path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
