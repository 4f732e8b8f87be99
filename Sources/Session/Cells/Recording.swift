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

  /// What was said, as it can be said again.
  enum Saying {
    case event(SessionEvent)
    /// A result as the record of a notebook has it.
    case transcript(String)
  }

  var said: [Saying] = []
  /// The names that were given values or forgotten, in the order in which they first were.
  private(set) var touched: [Variable] = []
  var data: [(name: String, digest: String)] = []
  /// What a reader of the results has to know.
  var notes: [(name: String, text: String)] = []
  let files = FileTrace { sha256($0) }
  /// Why the whole cannot be told from what is written down.
  var obstacle: String?
  private let filesBefore: Int
  private let figuresBefore: Int

  init(in session: Session) {
    (filesBefore, figuresBefore) = (session.filesWritten.count, session.figuresDrawn)
  }

  func touch(_ name: String, inScope scope: Int) {
    let variable = Variable(scope: scope, name: name)
    if !touched.contains(variable) { touched.append(variable) }
  }

  /// What has been done until now.
  func effects(in session: Session) -> Effects {
    var written: [String: String] = [:]
    for path in files.written { if case .file(let digest) = FileTrace.Found(path) { written[path] = digest } }
    return Effects(
      said: said, seed: session.seed, figures: figuresBefore..<max(figuresBefore, session.figuresDrawn),
      data: data, notes: notes, found: files.found, written: written,
      listed: Array(session.filesWritten.dropFirst(filesBefore)))
  }
}

extension Session {
  /// Runs something and writes down what it does.
  func recorded<Result>(in recording: Recording, _ body: () throws -> Result) rethrows -> Result {
    let outer = (output, transcript, FileTrace.current)
    output = { [unowned self] event in
      // As text a result is written down by its transcript, which does not hang on a window.
      switch event {
      case .progress, .download: break
      case .result where resultFormat == .text, .drawing where resultFormat == .text: break
      default: recording.said.append(.event(event))
      }
      outer.0(event)
    }
    transcript = { text in
      recording.said.append(.transcript(text))
      outer.1?(text)
    }
    recordings.append(recording)
    defer {
      recordings.removeLast()
      (output, transcript) = (outer.0, outer.1)
      outer.2?.add(recording.files)
    }
    return try FileTrace.$current.withValue(recording.files, operation: body)
  }

  /// Tells that what is done now has to be done in every run.
  func cannotBeKept(because reason: String) {
    for recording in recordings { recording.obstacle = reason }
  }

  /// Commands whose effect lies outside of what is written down, or that tell of more than what they name.
  static let unrecordedVerbs: Set = ["ls", "set", "time", "quit", "resume", "get"]
}

/// What a recording comes to: all that a cell or a training leaves in the session and on the disk.
struct Effects {
  var said: [Recording.Saying]
  var seed: Seed
  /// How many figures had been drawn before and after.
  var figures: Range<Int>
  var data: [(name: String, digest: String)]
  var notes: [(name: String, text: String)]
  /// The files that were read or looked for, as they were found.
  var found: [String: FileTrace.Found]
  /// The digests of the files that were written.
  var written: [String: String]
  /// Those of them that commands have told of, in order.
  var listed: [String]
}

extension Effects {
  /// The first file that is no longer as it was: written, read or looked for.
  func changedFile() -> FileChange? {
    for (path, digest) in written.sorted(by: { $0.key < $1.key }) {
      switch FileTrace.Found(path) {
      case .file(digest): continue
      case .nothing: return .output(path, isMissing: true)
      default: return .output(path, isMissing: false)
      }
    }
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
      self = .file((try? RegularFile.bytes(of: path, limit: ObjectStore.limit)).map { sha256($0) } ?? "")
    }
  }
}

extension Session {
  /// Does what a recording tells: says what was said, and puts the session where it then stood.
  func replay(_ effects: Effects) {
    for saying in effects.said {
      switch saying {
      case .event(let event): output(event)
      case .transcript(let text):
        if resultFormat == .text { output(.result(text)) }
        transcript?(text)
      }
    }
    for data in effects.data { noteData(data.name, digest: data.digest) }
    for note in effects.notes { noteProvenance(note.name, note.text) }
    seed = effects.seed
    figuresDrawn += effects.figures.count
    filesWritten += effects.listed
    for recording in recordings { recording.files.add(found: effects.found, written: effects.written.keys) }
  }
}
