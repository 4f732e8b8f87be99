import Foundation
import Glibc
import Synchronization

/// A small HTTP/1.1 server on the loopback that answers as a test wants it to, one request a connection.
public final class LoopbackServer: Sendable {
  public struct Request: Sendable {
    public var path: String
    /// By names in lower case.
    public var headers: [String: String]
    /// Counts from 0.
    public var number: Int

    /// The first byte that is asked for.
    public var start: Int? {
      headers["range"].flatMap { Int($0.dropFirst("bytes=".count).prefix { $0.isNumber }) }
    }
  }

  public struct Answer: Sendable {
    public var status: Int
    public var headers: [String: String]
    public var body: [UInt8]
    /// What the header says of the body's length; nil for no word about it.
    public var length: Int?
    /// Whether the connection stays open after the body until the other side closes it.
    public var hangs: Bool

    public init(
      _ status: Int = 200, headers: [String: String] = [:], body: [UInt8] = [], length: Int? = nil,
      hangs: Bool = false
    ) {
      (self.status, self.headers, self.body, self.hangs) = (status, headers, body, hangs)
      self.length = length ?? body.count
    }
  }

  public let port: Int
  private let socket: Int32
  private let seen = Mutex<[Request]>([])
  private let answer: @Sendable (Request) -> Answer

  /// The address of a folder on the server.
  public var address: String { "http://127.0.0.1:\(port)/data" }
  public var requests: [Request] { seen.withLock { $0 } }

  public init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var bound = size
    let listens = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, size) == 0 && listen(socket, 8) == 0
          && getsockname(socket, address, &bound) == 0
      }
    }
    guard listens else { throw POSIXError(.EADDRNOTAVAIL) }
    self.answer = answer
    self.socket = socket
    port = Int(UInt16(bigEndian: place.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(socket, nil, nil)
        if connection < 0 { return }
        serve(connection)
        close(connection)
      }
    }
  }

  /// Ends the server; tests leave that to the end of their process otherwise.
  public func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

  /// A server of one file that knows ranges and tells versions apart by an ETag.
  public convenience init(serving bytes: [UInt8], tag: String = "\"1\"") throws {
    try self.init { .file(bytes, tag: tag, $0) }
  }

  private func serve(_ connection: Int32) {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { return }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    var request = Request(path: "", headers: [:], number: 0)
    for (place, line) in text.components(separatedBy: "\r\n").enumerated() {
      if place == 0 {
        request.path = String(line.split(separator: " ").dropFirst().first ?? "")
      } else if let colon = line.firstIndex(of: ":") {
        request.headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
          .trimmingCharacters(in: .whitespaces)
      }
    }
    request.number = seen.withLock { seen in
      request.number = seen.count
      seen.append(request)
      return seen.count - 1
    }
    let answer = answer(request)
    var head = "HTTP/1.1 \(answer.status) Answer\r\nConnection: close\r\n"
    if let length = answer.length { head += "Content-Length: \(length)\r\n" }
    for (name, value) in answer.headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    send(Array((head + "\r\n").utf8) + answer.body, to: connection)
    if answer.hangs { _ = recv(connection, &buffer, buffer.count, 0) }
  }

  private func send(_ bytes: [UInt8], to connection: Int32) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { part in
        Glibc.send(connection, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      done += count
    }
  }
}

extension LoopbackServer.Answer {
  /// The file, or the part of it that is asked for if it is still the one that the asker began (RFC 9110).
  public static func file(_ bytes: [UInt8], tag: String = "\"1\"", _ request: LoopbackServer.Request) -> Self
  {
    let isSame = request.headers["if-range"].map { $0 == tag } ?? true
    guard let start = request.start, isSame else { return Self(headers: ["ETag": tag], body: bytes) }
    guard start < bytes.count else { return Self(416, headers: ["Content-Range": "bytes */\(bytes.count)"]) }
    return Self(
      206,
      headers: ["ETag": tag, "Content-Range": "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"],
      body: Array(bytes[start...]))
  }

  /// The same answer, of which only so many bytes arrive.
  public func cut(after count: Int, hangs: Bool = false) -> Self {
    var result = self
    result.body = Array(body.prefix(count))
    result.hangs = hangs
    return result
  }
}
