import Foundation
import ProgramSupport
import TestSupport
import Testing

/// A small file system of its own, where mounting is allowed.
private final class SmallDisk {
  let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws {
    folder = try TemporaryFolder()
    try #require(Self.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path]) == 0)
  }

  deinit { _ = try? Self.run(["umount", "-l", folder.path]) }

  /// Leaves no byte of room.
  func fill() throws {
    let handle = try filler()
    for size in [1 << 16, 1 << 12] {
      while (try? handle.write(contentsOf: Data(count: size))) != nil {}
    }
    try handle.close()
  }

  private func filler() throws -> FileHandle {
    try folder.write("", as: "filler")
    return try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("filler")))
  }

  func makeReadOnly() throws { try #require(Self.run(["mount", "-o", "remount,ro", folder.path]) == 0) }

  private static func run(_ command: [String]) throws -> Int32 {
    try BatchProcess(["/bin/sh", "-c", "exec \"$@\"", "sh"] + command).outcome().code
  }

  /// Tries it, since even root may not mount inside a container.
  static let isAllowed: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    guard (try? run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path])) == 0 else {
      return false
    }
    _ = try? run(["umount", folder.path])
    return true
  }()
}

@Suite(.enabled(if: SmallDisk.isAllowed, "a small file system cannot be mounted here"))
struct FullDiskTests {
  private static let setup = """
    # %% data
    param n = 50
    d = make mixture classes=2 per_class=10 dimensions=2
    r = train model(linear) on=d batch=1 steps=n
    t = r.history

    # %% write

    """

  @Test(arguments: [
    ("save t to=\"DISK/x.csv\"", ["x.csv", "x.csv_provenance.json"]),
    ("save t to=\"DISK/x.npz\"", ["x.npz", "x.npz_provenance.json"]),
    ("save r to=\"DISK/x.safetensors\"", ["x.safetensors"]),
    ("plot t x=step y=loss to=\"DISK/s.svg\"", ["s.svg", "s.data.csv"]),
    ("train model(linear) on=d batch=5 steps=n log=\"DISK/x.jsonl\"", ["x.jsonl"]),
  ])
  func commandsOnAFullOrReadOnlyDiskFailAndLeaveTheOldFiles(command: String, files: [String]) throws {
    let disk = try SmallDisk()
    let script = try Script(Self.setup + command.replacing("DISK", with: disk.path), name: "n.srel")
    #expect(try Program.run([script.path, "-q"]).code == 0)
    let before = try files.map { try Data(contentsOf: URL(fileURLWithPath: disk.folder.file($0))) }
    try disk.fill()
    let full = try Program.run([script.path, "-q", "-p", "n=400"])
    #expect(full.code == 1)
    #expect(full.errors.contains("the disk is full"), "\(full.errors)")
    // What was made before it is recorded with the error in its place.
    let record = try script.folder.text("n.out/outputs.json")
    #expect(record.contains("the disk is full") && record.contains("\"name\" : \"t\""))
    try FileManager.default.removeItem(atPath: disk.folder.file("filler"))
    try disk.makeReadOnly()
    let readOnly = try Program.run([script.path, "-q", "-p", "n=400"])
    #expect(readOnly.code == 1)
    #expect(readOnly.errors.contains("is read-only"), "\(readOnly.errors)")
    #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: disk.folder.file($0))) } == before)
    #expect(try disk.folder.names == files.sorted(), "nothing half-written is left")
  }

  @Test func theRecordOfAFullDiskStaysTheOldOne() throws {
    let disk = try SmallDisk()
    // What a cell keeps would make room on the disk when it goes.
    let setup = Self.setup.replacingOccurrences(of: "# %% data", with: "# %% data cache=no")
      .replacingOccurrences(of: "# %% write", with: "# %% write cache=no")
    let script = try Script(setup + "show t rows=400\n# %% last cache=no\nshow \"last\"", name: "n.srel")
    let out = disk.folder.file("n.out")
    #expect(try Program.run([script.path, "-q", "--out", out]).code == 0)
    let names = ["outputs.json", "report.html", "run.json", ".gitignore"]
    func contents() throws -> [Data] {
      try names.map { try Data(contentsOf: URL(fileURLWithPath: "\(out)/\($0)")) }
    }
    let before = try contents()
    try disk.fill()
    let full = try Program.run([script.path, "-q", "--out", out, "-p", "n=390"])
    #expect(full.code == 1)
    #expect(full.errors.contains("cannot write '\(out)/outputs.json': the disk is full"), "\(full.errors)")
    #expect(!full.output.contains("last"), "without a record there is no use in going on")
    #expect(try contents() == before)
    try disk.makeReadOnly()
    let readOnly = try Program.run([script.path, "-q", "--out", out])
    #expect(readOnly.code == 1 && readOnly.output.isEmpty)
    #expect(readOnly.errors.contains("the file system is read-only"), "\(readOnly.errors)")
    #expect(try contents() == before)
  }

  @Test func aNotebookOnAReadOnlyDiskLeavesItsFolderInTheCache() throws {
    let disk = try SmallDisk()
    let path = try disk.folder.write("# %% a\nshow 1\n", as: "n.srel")
    try disk.makeReadOnly()
    let cache = try TemporaryFolder()
    let found = try Program.run([path], environment: ["XDG_CACHE_HOME": cache.path])
    #expect(found.code == 0 && found.output == "1\n")
    #expect(
      found.errors.contains(
        "'\(disk.folder.file("n.out"))' cannot be written: all goes to '\(cache.path)/srel-repl/n-"))
    let folder = try #require(
      try FileManager.default.contentsOfDirectory(atPath: cache.file("srel-repl")).first)
    #expect(FileManager.default.fileExists(atPath: cache.file("srel-repl/\(folder)/outputs.json")))
    // Without a folder for it there is nowhere to write.
    let homeless = try Program.run([path], environment: ["XDG_CACHE_HOME": disk.path, "HOME": disk.path])
    #expect(homeless.code == 1 && homeless.errors.contains("read-only"), "\(homeless.errors)")
  }
}
