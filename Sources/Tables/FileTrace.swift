import Synchronization

/// What a piece of work read from files and wrote to them: asked for with `FileTrace.$current.withValue`, told by every
/// function that opens a file.
///
/// What worker threads open is not seen; files are opened by the thread that runs a command.
public final class FileTrace: Sendable {
  /// How a path was found.
  public enum Found: Hashable, Sendable {
    /// A file; the digest of its bytes.
    case file(String)
    /// A folder; the digest of the names in it.
    case folder(String)
    case nothing
  }

  @TaskLocal public static var current: FileTrace?

  private struct State {
    var found: [String: Found] = [:]
    var written: Set<String> = []
    var devices: Set<String> = []
  }

  private let state = Mutex(State())
  private let digest: @Sendable ([UInt8]) -> String

  /// - Parameter digest: the digest by which contents are compared.
  public init(digest: @escaping @Sendable ([UInt8]) -> String) { self.digest = digest }

  /// What was read or looked for, as it was found the first time; files that the work itself had written are left out.
  public var found: [String: Found] { state.withLock { $0.found } }

  /// The files that were written, under the names by which they were given.
  public var written: Set<String> { state.withLock { $0.written } }

  /// The devices and pipes that were written to.
  public var devices: Set<String> { state.withLock { $0.devices } }

  /// Adds what a part of the work did.
  public func add(_ part: FileTrace) {
    let (found, written, devices) = (part.found, part.written, part.devices)
    state.withLock { state in
      for (path, how) in found where !state.written.contains(path) && state.found[path] == nil {
        state.found[path] = how
      }
      state.written.formUnion(written)
      state.devices.formUnion(devices)
    }
  }

  /// Adds what was done in an earlier process.
  public func add(found: [String: Found], written: some Sequence<String>) {
    state.withLock { state in
      for (path, how) in found where !state.written.contains(path) && state.found[path] == nil {
        state.found[path] = how
      }
      state.written.formUnion(written)
    }
  }

  private func note(_ path: String, _ found: @autoclosure () -> Found) {
    let isKnown = state.withLock { $0.found[path] != nil || $0.written.contains(path) }
    if isKnown { return }
    let found = found()
    state.withLock { $0.found[path] = found }
  }

  /// Runs something of which nothing is written down.
  public static func suspended<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // `withValue` has no typed throws.
    let outcome: Swift.Result<Result, Failure> = $current.withValue(nil) {
      do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// Tells that a file was read.
  public static func noteRead(_ path: String, _ bytes: [UInt8]) {
    guard let trace = current else { return }
    trace.note(path, .file(trace.digest(bytes)))
  }

  /// Tells that the names in a folder were read.
  public static func noteListing(_ path: String, _ names: [String]) {
    guard let trace = current else { return }
    trace.note(path, .folder(trace.digest(Array(names.sorted().joined(separator: "\n").utf8))))
  }

  /// Tells that something was looked for in vain.
  public static func noteAbsence(of path: String) { current?.note(path, .nothing) }

  /// Tells that a file was written.
  public static func noteWritten(_ path: String, isDevice: Bool = false) {
    _ = current?.state.withLock {
      isDevice ? $0.devices.insert(path) : $0.written.insert(path)
    }
  }
}
