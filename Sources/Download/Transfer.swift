import Foundation
import Glibc

/// One request of the program curl that writes to the end of a file.
///
/// A process of its own, since linking libcurl makes every start of the program slower: its 33 shared libraries cost
/// 3.5 ms at best.
struct Transfer {
  enum Outcome: Hashable {
    case done
    /// The server has another file than the one that was begun, or cannot go on in the middle.
    case cannotResume
    case broke(String)
    case failed(DownloadError)
    case stopped
    /// More bytes came than there may be.
    case tooLong
  }

  let curl: URL
  let address: String
  /// Where the bytes go.
  let path: String
  /// Where the headers of a first answer go.
  let headers: String
  /// The most bytes that the file may get.
  let limit: Int

  /// The bytes that are there.
  static func size(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  /// Fetches what is missing from byte `start` on; `progress` is told the bytes that are there and says whether to go
  /// on.
  ///
  /// - Parameter lock: becomes the input of the process, so that the lock of the file lives as long as its writer.
  func run(from start: Int, lock: FileHandle, progress: (Int) -> Bool) throws(DownloadError) -> Outcome {
    let process = Process()
    process.executableURL = curl
    process.arguments = arguments(from: start)
    process.standardInput = lock
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch { throw .failed(address: address, reason: "curl cannot be started") }
    var verdict: Outcome?
    while ended.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      let size = Transfer.size(of: path)
      if verdict == nil, size > limit { verdict = .tooLong }
      if verdict == nil, !progress(size) { verdict = .stopped }
      // The gentler signals may be blocked in the thread that started it, and so in the process.
      if verdict != nil { kill(process.processIdentifier, SIGKILL) }
    }
    if let verdict { return verdict }
    let status = Int(text(of: output)) ?? 0
    let said = text(of: errors)
    return outcome(exit: Int(process.terminationStatus), status: status, said: said)
  }

  private func arguments(from start: Int) -> [String] {
    var words = [
      // The user's own defaults could send the bytes elsewhere.
      "--disable", "--silent", "--show-error", "--fail", "--globoff", "--no-buffer", "--location",
      "--max-redirs", "10",
      "--proto", "=http,https", "--proto-redir", "=http,https", "--connect-timeout", "30",
      // A transfer that does not move for a minute has broken.
      "--speed-limit", "1", "--speed-time", "60", "--max-filesize", String(limit),
      "--output", path, "--write-out", "%{http_code}",
    ]
    if start > 0 {
      words += ["--continue-at", String(start)]
      if let validator { words += ["--header", "If-Range: \(validator)"] }
    } else {
      words += ["--dump-header", headers]
    }
    return words + ["--url", address]
  }

  /// What tells the file that was begun from a later one at the same address (RFC 9110, If-Range): a strong ETag, else
  /// the date.
  private var validator: String? {
    guard let text = try? String(contentsOfFile: headers, encoding: .utf8) else { return nil }
    var found: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      // Each redirect has headers of its own; the last answer counts.
      if line.hasPrefix("HTTP/") { found = [:] }
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 {
        found[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    if let tag = found["etag"], tag.hasPrefix("\"") { return tag }
    return found["last-modified"]
  }

  /// What an exit code of curl means (curl's manual, EXIT CODES).
  private func outcome(exit code: Int, status: Int, said: String) -> Outcome {
    switch code {
    case 0: .done
    case 22 where status == 416: .cannotResume
    case 22: .failed(.refused(address: address, status: status))
    case 23: .failed(.notWritable(path: path, reason: "the disk is full or there is no permission"))
    case 33, 36: .cannotResume
    case 47: .failed(.redirectLoop(address: address))
    case 63: .tooLong
    case 5, 6, 7, 35, 60: .failed(.noNetwork(address: address, reason: said))
    case 18, 28, 52, 55, 56, 92: .broke(said)
    case 1, 3: .failed(.badAddress(address))
    default: .failed(.failed(address: address, reason: said.isEmpty ? "curl ended with \(code)" : said))
    }
  }

  /// The first line of what a process wrote, without curl's own name before it: advice on curl may follow.
  private func text(of pipe: Pipe) -> String {
    let bytes = (try? pipe.fileHandleForReading.readToEnd()) ?? nil
    let lines = String(decoding: bytes ?? Data(), as: UTF8.self).split(whereSeparator: \.isNewline)
    let text = lines.first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    guard text.hasPrefix("curl: ("), let end = text.range(of: ") ") else { return text }
    return String(text[end.upperBound...])
  }
}
