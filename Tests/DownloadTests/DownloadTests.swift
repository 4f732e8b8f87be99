import Download
import Foundation
import TestSupport
import Testing

/// Every test has a server of its own on the loopback and a folder of its own.
@Suite struct DownloadTests {
  static let bytes: [UInt8] = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }

  let folder: TemporaryFolder
  var data: String { folder.file("data") }

  init() throws { folder = try TemporaryFolder() }

  private func file(_ bytes: [UInt8] = bytes) throws -> PublishedFile {
    let path = try folder.write(bytes, as: "published")
    return PublishedFile("x.bin", bytes: bytes.count, .md5(try checksum(path, "md5sum")))
  }

  /// What the program of the system says.
  private func checksum(_ path: String, _ program: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/\(program)")
    process.arguments = [path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return String(text.prefix { $0.isHexDigit })
  }

  private func names() -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: data).sorted()) ?? []
  }
  /// Whether a file holds these bytes: no list of them in a message.
  private func holds(_ bytes: [UInt8], in name: String = "x.bin") -> Bool {
    (try? Data(contentsOf: URL(filePath: "\(data)/\(name)"))).map { [UInt8]($0) } == bytes
  }

  /// The error of a download from a server that has to fail.
  private func failure(_ server: LoopbackServer, _ file: PublishedFile) throws -> DownloadError? {
    let download = try Download(from: server.address, to: data)
    do throws(DownloadError) {
      try download.fetch(file)
      return nil
    } catch { return error }
  }

  @Test func wholeFileIsFetchedUnderItsName() throws {
    let server = try LoopbackServer(serving: Self.bytes)
    let file = try file()
    let download = try Download(from: server.address + "/", to: data)
    #expect(try download.fetch(file) == .fetched)
    #expect(holds(Self.bytes) && names() == ["x.bin"])
    #expect(server.requests.map(\.path) == ["/data/x.bin"])
    // What is there is not fetched again.
    #expect(try download.fetch(file) == .present)
    #expect(server.requests.count == 1)
  }

  @Test func sha256IsThatOfTheSystem() throws {
    let server = try LoopbackServer(serving: Self.bytes)
    let path = try folder.write(Self.bytes, as: "published")
    let file = PublishedFile("x.bin", bytes: Self.bytes.count, .sha256(try checksum(path, "sha256sum")))
    #expect(try Download(from: server.address, to: data).fetch(file) == .fetched)
  }

  @Test func brokenTransferGoesOnWhereItBrokeOff() throws {
    let server = try LoopbackServer { request in
      let answer = LoopbackServer.Answer.file(Self.bytes, request)
      return request.number < 3 ? answer.cut(after: 50_000) : answer
    }
    #expect(try Download(from: server.address, to: data).fetch(file()) == .fetched)
    #expect(holds(Self.bytes) && names() == ["x.bin"])
    #expect(server.requests.map { $0.start ?? 0 } == [0, 50_000, 100_000, 150_000])
    #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"1\"" })
  }

  @Test func transferThatBringsNothingMoreEnds() throws {
    let server = try LoopbackServer { request in
      LoopbackServer.Answer.file(Self.bytes, request).cut(after: request.number == 0 ? 70_000 : 0)
    }
    guard case .broken(_, 70_000, 200_000, _)? = try failure(server, file()) else {
      Issue.record("the broken transfer was not told")
      return
    }
    #expect(holds(Array(Self.bytes.prefix(70_000)), in: "x.bin.part"))
    #expect(server.requests.count == 2)
  }

  /// A later download of another process goes on too, and starts over where the file has changed meanwhile.
  @Test(arguments: [(tag: "\"1\"", isResumed: true), (tag: "\"2\"", isResumed: false)])
  func laterDownloadGoesOnWithTheSameFileOnly(tag: String, isResumed: Bool) throws {
    let old = isResumed ? Self.bytes : Self.bytes.map { ~$0 }
    let first = try LoopbackServer { request in
      LoopbackServer.Answer.file(old, request).cut(after: request.number == 0 ? 120_000 : 0)
    }
    _ = try failure(first, file())
    #expect(names() == ["x.bin.part", "x.bin.part.headers"])
    let second = try LoopbackServer(serving: Self.bytes, tag: tag)
    #expect(try Download(from: second.address, to: data).fetch(file()) == .resumed)
    #expect(holds(Self.bytes) && names() == ["x.bin"])
    #expect(second.requests.map { $0.start ?? 0 } == (isResumed ? [120_000] : [120_000, 0]))
  }

  /// Two files glued together are found by the checksum and fetched anew.
  @Test func wrongPartWithoutATagIsFetchedAnew() throws {
    let server = try LoopbackServer(serving: Self.bytes)
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try Data([UInt8](repeating: 7, count: 90_000)).write(to: URL(filePath: "\(data)/x.bin.part"))
    #expect(try Download(from: server.address, to: data).fetch(file()) == .resumed)
    #expect(holds(Self.bytes))
    #expect(server.requests.map { $0.start ?? 0 } == [90_000, 0])
  }

  @Test func serverWithoutRangesSendsAllAgain() throws {
    let server = try LoopbackServer { request in
      LoopbackServer.Answer(body: Self.bytes).cut(after: request.number == 0 ? 60_000 : .max)
    }
    #expect(try Download(from: server.address, to: data).fetch(file()) == .fetched)
    #expect(holds(Self.bytes))
    // The second request asks for the rest and is answered with the whole, which the third takes.
    #expect(server.requests.map { $0.start ?? 0 } == [0, 60_000, 0])
  }

  @Test func serverThatAlwaysBreaksAtTheSamePlaceIsLeft() throws {
    let server = try LoopbackServer { _ in LoopbackServer.Answer(body: Self.bytes).cut(after: 60_000) }
    guard case .broken? = try failure(server, file()) else {
      Issue.record("the broken transfer was not told")
      return
    }
    #expect(server.requests.count == 3)
  }

  @Test func wrongChecksumKeepsNothing() throws {
    var damaged = Self.bytes
    damaged[1234] ^= 1
    let server = try LoopbackServer(serving: damaged)
    guard case .wrongChecksum? = try failure(server, file()) else {
      Issue.record("the wrong checksum was not told")
      return
    }
    #expect(names() == [])
  }

  @Test(arguments: [150_000, 250_000])
  func fileOfAnotherSizeKeepsNothing(count: Int) throws {
    let other = Array((Self.bytes + Self.bytes).prefix(count))
    let server = try LoopbackServer(serving: other)
    guard case .wrongSize(_, _, 200_000)? = try failure(server, file()) else {
      Issue.record("the wrong size was not told")
      return
    }
    #expect(names() == [])
  }

  /// A server that announces nothing and sends without end is stopped.
  @Test func endlessAnswerIsStopped() throws {
    let server = try LoopbackServer { _ in
      var answer = LoopbackServer.Answer(body: Self.bytes + Self.bytes, hangs: true)
      answer.length = nil
      return answer
    }
    guard case .wrongSize? = try failure(server, file()) else {
      Issue.record("the endless answer was not told")
      return
    }
    #expect(names() == [])
  }

  /// What is sent beyond the announced length is no part of the file.
  @Test func bytesBeyondTheAnnouncedLengthAreLeft() throws {
    let server = try LoopbackServer { _ in
      LoopbackServer.Answer(body: Self.bytes + [1, 2, 3], length: Self.bytes.count)
    }
    #expect(try Download(from: server.address, to: data).fetch(file()) == .fetched)
    #expect(holds(Self.bytes))
  }

  @Test(arguments: [403, 404, 500, 503])
  func refusalIsTold(status: Int) throws {
    let server = try LoopbackServer { _ in LoopbackServer.Answer(status, body: Array("no".utf8)) }
    #expect(try failure(server, file()) == .refused(address: server.address + "/x.bin", status: status))
    #expect(names() == [])
  }

  @Test func redirectIsFollowedAndALoopIsLeft() throws {
    let server = try LoopbackServer { request in
      request.path == "/data/x.bin"
        ? LoopbackServer.Answer(302, headers: ["Location": "/else/x.bin", "ETag": "\"0\""])
        : .file(Self.bytes, request)
    }
    #expect(try Download(from: server.address, to: data).fetch(file()) == .fetched)
    let loop = try LoopbackServer { LoopbackServer.Answer(302, headers: ["Location": $0.path]) }
    let other = PublishedFile("y.bin", bytes: 10, .md5(""))
    #expect(try failure(loop, other) == .redirectLoop(address: loop.address + "/y.bin"))
    #expect(loop.requests.count == 11)
  }

  @Test func leadingOutOfTheWebIsRefused() throws {
    let secret = try folder.write("secret", as: "secret")
    let server = try LoopbackServer { _ in
      LoopbackServer.Answer(302, headers: ["Location": "file://\(secret)"])
    }
    #expect(try failure(server, file()) != nil)
    #expect(names() == [])
  }

  @Test func closedPortIsNoNetwork() throws {
    let server = try LoopbackServer(serving: [])
    server.stop()
    // A port that was listened to a moment ago and is no more.
    let error = try failure(server, file())
    switch error {
    case .noNetwork?, .broken?: break
    default: Issue.record("\(String(describing: error))")
    }
    #expect(names() == [])
  }

  @Test func stopKeepsWhatHasComeAndTheNextDownloadGoesOn() throws {
    let server = try LoopbackServer { request in
      let answer = LoopbackServer.Answer.file(Self.bytes, request)
      return request.number == 0 ? answer.cut(after: 80_000, hangs: true) : answer
    }
    let download = try Download(from: server.address, to: data)
    #expect(throws: DownloadError.interrupted(name: "x.bin", kept: 80_000, of: 200_000)) {
      try download.fetch(file()) { $0.bytes < 80_000 }
    }
    #expect(holds(Array(Self.bytes.prefix(80_000)), in: "x.bin.part"))
    #expect(try download.fetch(file()) == .resumed)
    #expect(holds(Self.bytes))
  }

  @Test func twoDownloadsOfOneFileDoNotMix() throws {
    let server = try LoopbackServer {
      LoopbackServer.Answer.file(Self.bytes, $0).cut(after: 80_000, hangs: true)
    }
    let download = try Download(from: server.address, to: data)
    let file = try file()
    var second: DownloadError?
    #expect(throws: DownloadError.self) {
      try download.fetch(file) { progress in
        if progress.bytes < 80_000 { return true }
        do throws(DownloadError) { try download.fetch(file) } catch { second = error }
        return false
      }
    }
    #expect(second == .busy(path: "\(data)/x.bin"))
  }

  @Test func anotherFileOfTheNameIsNotOverwritten() throws {
    let server = try LoopbackServer(serving: Self.bytes)
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: URL(filePath: "\(data)/x.bin"))
    guard case .otherFile? = try failure(server, file()) else {
      Issue.record("the other file was not told")
      return
    }
    #expect(holds(Array("mine".utf8)) && server.requests.isEmpty)
  }

  @Test func fullDiskIsFoundBeforeTheTransfer() throws {
    let server = try LoopbackServer(serving: Self.bytes)
    guard case .noRoom? = try failure(server, PublishedFile("x.bin", bytes: 1 << 60, .md5(""))) else {
      Issue.record("the full disk was not told")
      return
    }
    #expect(server.requests.isEmpty && names() == [])
  }

  /// The device that is always full stands in for a disk that fills up on the way.
  @Test func diskThatFillsUpIsTold() throws {
    let server = try LoopbackServer(serving: Self.bytes)
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(data)/x.bin.part", withDestinationPath: "/dev/full")
    guard case .notWritable? = try failure(server, file()) else {
      Issue.record("the full disk was not told")
      return
    }
  }

  @Test func folderThatCannotBeMadeIsTold() throws {
    let server = try LoopbackServer(serving: Self.bytes)
    try folder.write("in the way", as: "data")
    guard case .noFolder? = try failure(server, file()) else {
      Issue.record("the folder was not told")
      return
    }
  }

  @Test(arguments: ["", "cifar", "ftp://host/x", "file:///etc", "http://", "http://a b"])
  func addressOutsideTheWebIsRefused(address: String) {
    #expect(throws: DownloadError.badAddress(address)) { try Download(from: address, to: "/nowhere") }
  }

  @Test func withoutCurlTheRemedyIsNamed() {
    #expect(throws: DownloadError.noCurl) {
      try Download(from: "http://localhost", to: "/nowhere", searching: "/nowhere")
    }
    #expect(DownloadError.noCurl.description.contains("apt install curl"))
  }

  @Test func ofWhatCurlSaysTheReasonIsTold() throws {
    let said = "curl: (60) SSL certificate problem: self-signed certificate\nMore details: https://…"
    let program = try folder.write("#!/bin/sh\necho '\(said)' >&2\nexit 60\n", as: "curl")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let download = try Download(from: "https://localhost", to: data, searching: folder.path)
    #expect(
      throws: DownloadError.noNetwork(
        address: "https://localhost/x.bin", reason: "SSL certificate problem: self-signed certificate")
    ) { try download.fetch(file()) }
  }

  @Test func publicationsAreComplete() {
    #expect(Publication.names == ["cifar10", "cifar100", "svhn", "mnist", "fashion_mnist"])
    for publication in Publication.all {
      #expect(publication.address.hasPrefix("http") && !publication.address.hasSuffix("/"))
      for file in publication.files {
        switch file.checksum {
        case .md5(let digits): #expect(digits.count == 32 && digits.allSatisfy(\.isHexDigit))
        case .sha256(let digits): #expect(digits.count == 64 && digits.allSatisfy(\.isHexDigit))
        }
      }
    }
  }
}
