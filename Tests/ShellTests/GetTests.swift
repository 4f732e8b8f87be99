import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `get` in the program itself, from a server on the loopback that has Fashion-MNIST as its publisher packed it.
@Suite struct GetTests {
  /// The published file, made from Debian's: there the header of gzip has lost the file's name and time.
  private static func published(_ name: String) throws -> [UInt8] {
    let path = "/usr/share/datasets/fashion-mnist/\(name)"
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let time: UInt32 = name.hasPrefix("train") ? 1_504_176_606 : 1_504_176_627
    let stamp = (0..<4).map { UInt8(truncatingIfNeeded: time >> (8 * $0)) }
    return [0x1F, 0x8B, 8, 8] + stamp + [0, 3] + Array(name.dropLast(3).utf8) + [0] + bytes[10...]
  }

  private static let files: Result<[String: [UInt8]], any Error> = Result {
    let names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
      .map { $0 + "-ubyte.gz" }
    return Dictionary(uniqueKeysWithValues: try names.map { ($0, try published($0)) })
  }

  private static func bytes(_ files: [String: [UInt8]], _ request: LoopbackServer.Request) -> [UInt8] {
    files[String(request.path.split(separator: "/").last ?? "")] ?? []
  }

  private func environment(_ folder: TemporaryFolder, mirror: String? = nil) -> [String: String] {
    var result = ["SREL_DATA": folder.file("data"), "PATH": "/usr/bin:/bin"]
    result["SREL_MIRROR"] = mirror
    return result
  }

  @Test func fetchedFilesAreLoaded() throws {
    let files = try Self.files.get()
    let folder = try TemporaryFolder()
    let server = try LoopbackServer { .file(Self.bytes(files, $0), $0) }
    let script = """
      get fashion_mnist
      load fashion_mnist folder="\(folder.file("data/fashion_mnist"))" split=test per_class=3
      """
    let found = try Program.run([], input: script, environment: environment(folder, mirror: server.address))
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.output.contains("30 images 1x28x28, 10 classes x 3"))
    #expect(found.errors.contains("t10k-labels-idx1-ubyte.gz: fetched"))
    #expect(Set(server.requests.map(\.path)) == Set(files.keys.map { "/data/fashion_mnist/\($0)" }))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("data/fashion_mnist"))
    #expect(Set(names) == Set(files.keys))
    // Once they are there the server is not asked.
    let again = try Program.run(["-e", "get fashion_mnist"], environment: environment(folder))
    #expect(again.code == 0 && again.errors.contains("already there"))
  }

  @Test func interruptedDownloadGoesOnTheNextTime() throws {
    let files = try Self.files.get()
    let folder = try TemporaryFolder()
    let server = try LoopbackServer { request in
      let answer = LoopbackServer.Answer.file(Self.bytes(files, request), request)
      return request.number == 0 ? answer.cut(after: 1_000_000, hangs: true) : answer
    }
    let command = "get fashion_mnist from=\"\(server.address)\""
    let process = try BatchProcess(
      [Program.path, "-e", command], environment: environment(folder))
    try process.waitForErrors(containing: "train-images-idx3-ubyte.gz  1.0 of 26.4 MB  3 %")
    process.signal(SIGINT)
    let stopped = try process.outcome()
    #expect(stopped.code == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("1.0 MB of the 26.4 MB of train-images-idx3-ubyte.gz are kept"))
    let found = try Program.run(["-e", command], environment: environment(folder))
    #expect(found.code == 0 && found.errors.contains("going on where"), "\(found.errors)")
    #expect(server.requests[1].start == 1_000_000)
  }

  @Test func damagedFileEndsInAnError() throws {
    let folder = try TemporaryFolder()
    let server = try LoopbackServer(serving: [UInt8](repeating: 0, count: 26_421_880))
    let found = try Program.run(
      ["-e", "get fashion_mnist from=\"\(server.address)\""], environment: environment(folder))
    #expect(found.code == 1)
    #expect(found.errors.contains("is published: it is damaged or another file, nothing was kept"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("data/fashion_mnist")).isEmpty)
  }

  /// What a notebook fetched may be gone the next time, and what it loads may lie elsewhere.
  @Test func notebooksFetchInEveryRun() throws {
    let files = try Self.files.get()
    let folder = try TemporaryFolder()
    let server = try LoopbackServer { .file(Self.bytes(files, $0), $0) }
    let script = try Script(
      """
      # %% fetch
      get fashion_mnist from="\(server.address)"
      # %% load
      t = load fashion_mnist split=test per_class=3
      # %% use
      t
      """, name: "n.srel")
    let first = try Program.run([script.path], environment: environment(folder))
    #expect(first.code == 0, "\(first.errors)")
    #expect(server.requests.count == files.count)
    let second = try Program.run([script.path], environment: environment(folder))
    #expect(second.code == 0 && second.output == first.output)
    #expect(second.errors.contains("already there") && second.errors.contains("load: unchanged, kept"))
    try FileManager.default.removeItem(atPath: folder.file("data"))
    let third = try Program.run([script.path], environment: environment(folder))
    #expect(third.code == 0 && server.requests.count == 2 * files.count, "\(third.errors)")
    let why = try Program.run(
      [script.path, "--why", "load"], environment: ["SREL_DATA": folder.file("other")])
    #expect(why.output.contains("data sets were looked for in '\(folder.file("data"))'"), "\(why.output)")
  }

  @Test func safeRefusesTheNet() throws {
    let found = try Program.run(["--safe", "-e", "get mnist from=\"http://127.0.0.1:9\""])
    #expect(found.code == 1 && found.errors.contains("--safe refuses to download"))
  }
}
