import Datasets
import FoundationEssentials
import Random
import Tables

/// What a cell or a training does besides giving a value, written down while it runs.
final class Recording {
  struct Variable: Hashable {
    /// How deep inside blocks the name has its value; 0 is the outermost scope.
    var scope: Int
    var name: String
  }

  var events: [SessionEvent] = []
  /// The names that were given values or forgotten.
  var touched: Set<Variable> = []
  var data: [(name: String, digest: String)] = []
  let files = FileTrace { sha256($0) }
  /// Why the whole cannot be told from what is written down.
  var obstacle: String?
}

extension Session {
  /// Runs something and writes down what it does.
  func recorded<Result>(in recording: Recording, _ body: () throws -> Result) rethrows -> Result {
    let outer = (output, FileTrace.current)
    output = { event in
      recording.events.append(event)
      outer.0(event)
    }
    recordings.append(recording)
    defer {
      recordings.removeLast()
      output = outer.0
      outer.1?.add(recording.files)
    }
    return try FileTrace.$current.withValue(recording.files, operation: body)
  }

  /// Commands whose effect lies outside of what is written down, or that tell of more than what they name.
  static let unrecordedVerbs: Set = ["ls", "set", "time", "quit", "resume", "get"]
}

/// What a recording comes to: all that a cell or a training leaves in the session and on the disk.
struct Effects {
  var events: [SessionEvent]
  var seed: Seed
  /// How many figures had been drawn before and after.
  var figures: Range<Int>
  var data: [(name: String, digest: String)]
  /// The files that were read or looked for, as they were found.
  var found: [String: FileTrace.Found]
  /// The digests of the files that were written.
  var written: [String: String]
}

extension Effects {
  /// - Parameter figures: how many figures had been drawn before.
  init(of recording: Recording, in session: Session, figuresBefore figures: Int) {
    events = recording.events
    seed = session.seed
    self.figures = figures..<max(figures, session.figuresDrawn)
    data = recording.data
    found = recording.files.found
    written = [:]
    for path in recording.files.written { written[path] = (try? sha256(ofFile: path)) ?? "" }
  }

  /// The first file that is no longer as it was: written, or (where asked for) read or looked for.
  func changedFile(inputs: Bool = true) -> FileChange? {
    for (path, digest) in written.sorted(by: { $0.key < $1.key }) {
      switch FileTrace.Found(path) {
      case .file(digest): continue
      case .nothing: return .output(path, isMissing: true)
      default: return .output(path, isMissing: false)
      }
    }
    if !inputs { return nil }
    for (path, before) in found.sorted(by: { $0.key < $1.key }) where FileTrace.Found(path) != before {
      return .input(path, now: FileTrace.Found(path), before: before)
    }
    return nil
  }
}

/// A file that a cell read or wrote and that has changed since.
enum FileChange: Equatable {
  case input(String, now: FileTrace.Found, before: FileTrace.Found)
  case output(String, isMissing: Bool)

  var text: String {
    switch self {
    case .input(let path, .nothing, _): "'\(path)', which it read, is gone"
    case .input(let path, _, .nothing): "'\(path)', which it looked for in vain, is there now"
    case .input(let path, .folder, _): "the folder '\(path)', which it read, holds other files"
    case .input(let path, _, _): "the bytes of '\(path)', which it read, have changed"
    case .output(let path, true): "'\(path)', which it wrote, is gone"
    case .output(let path, false): "'\(path)', which it wrote, has been changed"
    }
  }
}

extension FileTrace.Found {
  /// What is at a path now.
  init(_ path: String) {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      self = .nothing
      return
    }
    if isFolder {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      self = .folder(sha256(Array(names.sorted().joined(separator: "\n").utf8)))
    } else {
      self = .file((try? sha256(ofFile: path)) ?? "")
    }
  }
}

// MARK: - In bytes

extension ArchiveWriter {
  mutating func append(_ effects: Effects, root: String?) throws(ArchiveError) {
    try append(each: effects.events) { (writer, event) throws(ArchiveError) in writer.append(event, root: root) }
    try append(coded: effects.seed)
    append(effects.figures.lowerBound)
    append(effects.figures.upperBound)
    try append(each: effects.data) { (writer, data) throws(ArchiveError) in
      writer.append(data.name)
      writer.append(data.digest)
    }
    try append(effects.found, root: root)
    try append(each: effects.written.sorted { $0.key < $1.key }) { (writer, entry) throws(ArchiveError) in
      writer.append(entry.key.leavingOut(root))
      writer.append(entry.value)
    }
  }

  mutating func append(_ found: [String: FileTrace.Found], root: String?) throws(ArchiveError) {
    try append(each: found.sorted { $0.key < $1.key }) { (writer, entry) throws(ArchiveError) in
      writer.append(entry.key.leavingOut(root))
      switch entry.value {
      case .file(let digest):
        writer.append(tag: 0)
        writer.append(digest)
      case .folder(let digest):
        writer.append(tag: 1)
        writer.append(digest)
      case .nothing: writer.append(tag: 2)
      }
    }
  }

  /// Progress is not kept, and a drawing as its text on a page.
  private mutating func append(_ event: SessionEvent, root: String?) {
    func text(_ tag: UInt8, _ text: String) {
      append(tag: tag)
      append(text.leavingOut(root))
    }
    switch event {
    case .result(let words): text(0, words)
    case .echo(let words): text(1, words)
    case .warning(let words): text(2, words)
    case .note(let words): text(3, words)
    case .figure(let svg, let path, let caption):
      append(tag: 4)
      append(svg)
      append(path.leavingOut(root))
      append(caption)
    case .drawing(let drawing): text(5, drawing.plainText)
    case .progress: append(tag: 6)
    }
  }
}

extension ArchiveReader {
  mutating func effects(root: String?) throws(ArchiveError) -> Effects {
    let events = try list { (reader) throws(ArchiveError) in try reader.event(root: root) }
    let seed: Seed = try coded()
    let (first, last) = (try whole(), try whole())
    guard first <= last else { throw .malformed("number of figures") }
    let data = try list { (reader) throws(ArchiveError) in (name: try reader.text(), digest: try reader.text()) }
    let found = try found(root: root)
    var written: [String: String] = [:]
    for _ in 0..<(try count(ofAtLeast: 16)) { written[try text().putting(root)] = try text() }
    return Effects(
      events: events.compactMap { $0 }, seed: seed, figures: first..<last, data: data, found: found,
      written: written)
  }

  mutating func found(root: String?) throws(ArchiveError) -> [String: FileTrace.Found] {
    var found: [String: FileTrace.Found] = [:]
    for _ in 0..<(try count(ofAtLeast: 9)) {
      let path = try text().putting(root)
      switch try tag() {
      case 0: found[path] = .file(try text())
      case 1: found[path] = .folder(try text())
      default: found[path] = .nothing
      }
    }
    return found
  }

  private mutating func event(root: String?) throws(ArchiveError) -> SessionEvent? {
    switch try tag() {
    case 0: return .result(try text().putting(root))
    case 1: return .echo(try text().putting(root))
    case 2: return .warning(try text().putting(root))
    case 3: return .note(try text().putting(root))
    case 4: return .figure(svg: try text(), path: try text().putting(root), caption: try text())
    case 5:
      let words = try text().putting(root)
      return .drawing(Drawing { _ in words })
    case 6: return nil
    default: throw .malformed("event")
    }
  }
}

extension Session {
  /// Does what a recording tells: says what was said, and puts the session where it then stood.
  func replay(_ effects: Effects) {
    for event in effects.events { output(event) }
    for data in effects.data { noteData(data.name, digest: data.digest) }
    seed = effects.seed
    figuresDrawn += effects.figures.count
    for recording in recordings { recording.files.add(found: effects.found, written: effects.written.keys) }
  }
}
