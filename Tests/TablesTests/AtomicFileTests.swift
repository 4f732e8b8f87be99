import Foundation
import Tables
import Testing

/// Runs the body with a new folder that is removed afterwards.
func inFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "tables-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

private func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

@Suite struct AtomicFileTests {
  @Test func `only what a dead process left is a remnant`() {
    let mine = ProcessInfo.processInfo.processIdentifier
    #expect(AtomicFile.isRemnant(".a.csv.4194304-12.part"), "no process has a number that large")
    for name in [
      ".a.csv.\(mine)-12.part", ".notes.part", "a.4194304-12.part", ".part", ".a.4194304.csv", "",
      ".a.99999999999999-1.part",
    ] {
      #expect(!AtomicFile.isRemnant(name), "\(name)")
    }
  }

  @Test func `a name without a folder is one of the present folder`() throws {
    let name = "tables-\(UUID().uuidString).txt"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try AtomicFile.write("here", to: name)
    #expect(try String(contentsOfFile: name, encoding: .utf8) == "here")
  }

  @Test func `a folder that may be written but not read takes files`() throws {
    try inFolder { folder in
      try FileManager.default.setAttributes([.posixPermissions: 0o300], ofItemAtPath: folder)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder) }
      try AtomicFile.write("there", to: folder + "/a.txt")
      #expect(try String(contentsOfFile: folder + "/a.txt", encoding: .utf8) == "there")
    }
  }

  @Test func `long and short pieces keep their order`() throws {
    try inFolder { folder in
      let pieces = [3, 400_000, 5, 6, 262_144, 0, 300_001].enumerated().map { place, count in
        [UInt8](repeating: UInt8(place + 65), count: count)
      }
      try AtomicFile.write(to: folder + "/a") { (file) throws(FileError) in
        for piece in pieces { try file.append(piece) }
      }
      #expect(try Data(contentsOf: URL(filePath: folder + "/a")) == Data(pieces.joined()))
    }
  }

  @Test func `a file is replaced as a whole and keeps its permissions`() throws {
    try inFolder { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write("one", to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try AtomicFile.write("two", to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "two")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o640)
      #expect(try names(in: folder) == ["a.txt"])
    }
  }

  @Test func `a failure half way leaves the old file and nothing else`() throws {
    try inFolder { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write("old", to: path)
      #expect(throws: FileError.diskFull("stop")) {
        try AtomicFile.write(to: path) { (file) throws(FileError) in
          try file.append([UInt8](repeating: 65, count: 1 << 20))
          throw .diskFull("stop")
        }
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      #expect(try names(in: folder) == ["a.txt"])
    }
  }

  @Test func `a missing folder, a folder as target and a long name are told apart`() throws {
    try inFolder { folder in
      #expect(throws: FileError.missingFolder(folder + "/no/a.txt")) {
        try AtomicFile.write("", to: folder + "/no/a.txt")
      }
      #expect(throws: FileError.isFolder(folder)) { try AtomicFile.write("", to: folder) }
      #expect(throws: FileError.isFolder(folder + "/b/")) { try AtomicFile.write("", to: folder + "/b/") }
      let long = folder + "/" + String(repeating: "x", count: 300)
      #expect(throws: FileError.nameTooLong(long)) { try AtomicFile.write("", to: long) }
      let longest = folder + "/" + String(repeating: "x", count: 255)
      try AtomicFile.write("fits", to: longest)
      #expect(try names(in: folder).count == 1)
    }
  }

  @Test func `a symbolic link is followed, a full device is reported`() throws {
    try inFolder { folder in
      try AtomicFile.write("one", to: folder + "/real")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: folder + "/real")
      try AtomicFile.write("two", to: folder + "/link")
      #expect(try String(contentsOfFile: folder + "/real", encoding: .utf8) == "two")
      #expect(try names(in: folder) == ["link", "real"])
    }
    #expect(throws: FileError.diskFull("/dev/full")) { try AtomicFile.write("x", to: "/dev/full") }
    try AtomicFile.write("x", to: "/dev/null")
  }

  @Test func `folders are made with those above them`() throws {
    try inFolder { folder in
      try Folder.make(folder + "/a/b//c/")
      try Folder.make(folder + "/a/b")
      try AtomicFile.write("x", to: folder + "/a/b/c/file")
      #expect(throws: FileError.isFile(folder + "/a/b/c/file/d")) {
        try Folder.make(folder + "/a/b/c/file/d")
      }
      #expect(throws: FileError.isFile(folder + "/a/b/c/file")) { try Folder.make(folder + "/a/b/c/file") }
    }
  }

  @Test func `every error says what to do`() {
    let errors: [FileError] = [
      .missing("a"), .missingFolder("b/a"), .isFolder("a"), .isFile("a"), .noPermission("a"), .readOnly("a"),
      .diskFull("a"),
      .nameTooLong("a"), .other("a", reason: "x"),
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
    #expect(FileError(path: "a", code: EACCES) == .noPermission("a"))
    #expect(FileError(path: "a", code: EROFS) == .readOnly("a"))
    #expect(FileError(path: "a", code: ENOSPC) == .diskFull("a"))
    #expect(FileError.missingFolder("b/a").description.contains("'b'"))
  }
}
