import Datasets
import FoundationEssentials
import Language
import Tables

/// How a run of a notebook treats what earlier runs have kept.
public enum KeptWork: Sendable {
  /// Cells that would give the same are not run; a training that was cut off is not touched.
  case usual
  /// A training that was cut off goes on: `--resume`.
  case resumed
  /// Nothing is taken, all is made anew: `--fresh`.
  case ignored
}

/// What the cells of a notebook made when they ran last, kept in `NAME.out`, so that a cell runs again only where its
/// text, a value or a file that it reads, or something that it wrote has changed.
///
/// ```
/// cache/cells/NAME.cell               key, what was said, which names got which values
/// cache/objects/SHA256                the values: tables, data sets, weights, each once
/// checkpoints/NAME.checkpoint         trainings of a cell that was cut off
/// ```
final class CellCache {
  let session: Session
  let folder: String
  let store: ObjectStore
  private let kept: KeptWork
  /// The names that have values after the cells so far.
  private(set) var names: [String: KnownName] = [:]
  /// The digest of the key of the cell that ran last.
  private(set) var keyDigest: String?
  /// What is kept of the cell in which this run was stopped.
  private(set) var checkpoint: Checkpoint?
  private var records: [String: CellRecord] = [:]
  /// The cells of the notebook that runs.
  private var cells: [CellText] = []
  /// Digests without files.
  private let digests = ObjectStore(folder: nil)

  init(folder: String, session: Session, _ kept: KeptWork) {
    (self.folder, self.session, self.kept) = (folder, session, kept)
    store = ObjectStore(folder: folder + "/cache/objects")
  }

  private func path(of cell: CellText) -> String { "\(folder)/cache/cells/\(cell.fileName).cell" }

  private func checkpointPath(of cell: CellText) -> String {
    "\(folder)/checkpoints/\(cell.fileName)\(JournalFile.ending)"
  }

  /// What a cell made last, if that is known.
  func record(of cell: CellText) throws(ArchiveError) -> CellRecord? {
    if let known = records[cell.name] { return known }
    do throws(ArchiveError) {
      let record = try CellRecord(reading: path(of: cell), store, root: folder)
      records[cell.name] = record
      return record
    } catch {
      if case .missing = error { return nil }
      throw error
    }
  }

  func key(of cell: CellText) throws(ArchiveError) -> CellKey {
    try CellKey(of: cell, names: names, session: session, seed: "\(session.seed.text)")
  }

  // MARK: - Running

  /// Makes the folders, and looks for trainings that were cut off.
  ///
  /// - Throws: `SessionFailure.failed` where there is one and nobody has said what to do with it.
  func begin(_ cells: [CellText]) throws(SessionFailure) {
    do throws(FileError) {
      for part in ["cache/objects", "cache/cells", "checkpoints"] { try Folder.make("\(folder)/\(part)") }
    } catch {
      throw .failed(Diagnostic(error.description))
    }
    removeRemains(in: folder)
    self.cells = cells
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints")) ?? []
    for name in all.sorted() where name.hasSuffix(JournalFile.ending) {
      let path = "\(folder)/checkpoints/\(name)"
      if kept == .ignored {
        try? FileManager.default.removeItem(atPath: path)
      } else if let problem = refusal(path, cells) {
        throw .failed(problem)
      }
    }
  }

  /// Files that were being written when a process was killed.
  private func removeRemains(in folder: String) {
    guard let paths = try? FileManager.default.subpathsOfDirectory(atPath: folder) else { return }
    for path in paths {
      if AtomicFile.isRemnant(path.split(separator: "/").last ?? "") {
        try? FileManager.default.removeItem(atPath: "\(folder)/\(path)")
      }
    }
  }

  /// Why a run may not begin over a checkpoint.
  private func refusal(_ path: String, _ cells: [CellText]) -> Diagnostic? {
    let file: JournalFile
    do throws(ArchiveError) {
      file = try JournalFile(reading: path, store, root: folder)
    } catch {
      return Diagnostic(
        "the checkpoint '\(path)' cannot be read: \(error)", hint: "--fresh begins anew without it")
    }
    guard let cell = cells.first(where: { $0.name == file.cell }) else {
      if kept == .usual, !file.hasFailed {
        return unfinished(file, "its cell is no longer there; --fresh begins anew")
      }
      return kept == .resumed
        ? Diagnostic(
          "cell '\(file.cell)', in which a run was stopped, is no longer there", hint: "--fresh begins anew")
        : nil
    }
    // The process ended between the last step of the cell and the removal.
    if let record = try? record(of: cell), record.key == file.key {
      try? FileManager.default.removeItem(atPath: path)
      return nil
    }
    return kept == .usual && !file.hasFailed
      ? unfinished(file, "--resume goes on from there, --fresh begins anew") : nil
  }

  private func unfinished(_ file: JournalFile, _ hint: String) -> Diagnostic {
    Diagnostic("an earlier run was stopped in cell '\(file.cell)': \(file.place)", hint: hint)
  }

  /// Runs a cell, or takes what it made before.
  ///
  /// - Parameter body: runs its statements.
  func run(_ cell: CellText, _ body: () throws(SessionFailure) -> Void) throws(SessionFailure) {
    let used = session.scopes[0].values.values.flatMap(\.sharedTensors)
    for store in [store, digests] { store.forgetTensors(but: used) }
    let key: CellKey
    do throws(ArchiveError) { key = try self.key(of: cell) } catch {
      throw .failed(Diagnostic("\(error)"))
    }
    keyDigest = key.digest
    if kept != .ignored, cell.usesCache, take(cell, key) { return }
    let recording = Recording(in: session)
    let journal = try journal(of: cell, key, recording)
    session.journal = journal
    defer { session.journal = nil }
    var failure: SessionFailure?
    session.recorded(in: recording) {
      do throws(SessionFailure) { try body() } catch { failure = error }
    }
    let isKept = failure == nil && cell.usesCache && recording.obstacle == nil
    finish(cell, key, recording, isKept: isKept)
    if failure == nil, session.failedPasses.isEmpty {
      journal.remove()
    } else {
      end(journal, failure, of: cell)
    }
    if let failure { throw failure }
  }

  /// Forgets where a cell was stopped that is now skipped: nothing is left to go on with, and a later run need not ask.
  func leaveOut(_ cell: CellText) {
    if kept == .resumed { try? FileManager.default.removeItem(atPath: checkpointPath(of: cell)) }
  }

  /// Says what a cell said and gives its names their values; false where it has to run.
  private func take(_ cell: CellText, _ key: CellKey) -> Bool {
    guard let record = try? record(of: cell), record.key == key, hasItsFigures(record),
      record.effects.changedFile() == nil
    else { return false }
    var values: [(name: String, value: Value?)] = []
    do throws(ArchiveError) {
      for entry in record.assigned {
        if entry.isDefinition {
          guard let definition = cell.definition(entry.name) else { return false }
          values.append((entry.name, .definition(definition)))
        } else if let known = entry.known {
          values.append((entry.name, try store.value(of: known.digest, root: folder)))
        } else {
          values.append((entry.name, nil))
        }
      }
    } catch {
      session.aside(.warning("cell '\(cell.name)' runs again: \(error)"))
      return false
    }
    for (name, value) in values { session.set(name, value, inScope: 0) }
    for entry in record.assigned { names[entry.name] = entry.known }
    session.replay(record.effects)
    session.note(cell.statements, of: cell.source)
    try? FileManager.default.removeItem(atPath: checkpointPath(of: cell))
    if cell.isNamed { session.aside(.note("\(cell.name): unchanged, kept")) }
    return true
  }

  /// The ids in a figure hold its number.
  func hasItsFigures(_ record: CellRecord) -> Bool {
    record.effects.figures.isEmpty || record.effects.figures.lowerBound == session.figuresDrawn
  }

  private func journal(
    of cell: CellText, _ key: CellKey, _ recording: Recording
  ) throws(SessionFailure) -> TrainingJournal {
    let path = checkpointPath(of: cell)
    let foreign = cells.reduce(into: Set<String>()) { $0.formUnion((try? record(of: $1))?.objects ?? []) }
    func journal(_ content: JournalFile, isWritten: Bool) -> TrainingJournal {
      TrainingJournal(
        path, content, isWritten: isWritten, store: store, root: folder, foreign: foreign,
        files: recording.files)
    }
    let file: JournalFile
    do throws(ArchiveError) {
      file = try JournalFile(reading: path, store, root: folder)
    } catch {
      guard case .missing = error else {
        throw .failed(
          Diagnostic("'\(path)' cannot be read: \(error)", hint: "--fresh begins anew without it"))
      }
      return journal(JournalFile(cell: cell.name, key: key), isWritten: false)
    }
    let changes = differences(from: file.key, to: key) + file.changedInputs
    if changes.isEmpty { return journal(file, isWritten: true) }
    guard file.hasFailed else {
      throw .failed(
        Diagnostic(
          "cell '\(cell.name)' cannot go on from where it was stopped (\(file.place))", notes: changes,
          hint: "put it back as it was, or begin anew with --fresh"))
    }
    try? FileManager.default.removeItem(atPath: path)
    return journal(JournalFile(cell: cell.name, key: key), isWritten: false)
  }

  /// Learns what the names of a cell now stand for, and keeps it where that is wanted.
  private func finish(
    _ cell: CellText, _ key: CellKey, _ recording: Recording, isKept: Bool
  ) {
    var record = CellRecord(
      cell: cell.name, key: key, assigned: [],
      effects: recording.effects(in: session), objects: [])
    var isKept = isKept && recording.files.devices.isEmpty
    for name in recording.touched.filter({ $0.scope == 0 }).map(\.name) {
      var entry = CellRecord.Assigned(name: name, isDefinition: false)
      if let value = session.lookUp(name) {
        entry.known = known(name, value, in: cell, &record, &isKept)
        if case .definition = value { entry.isDefinition = true }
      }
      names[name] = entry.known
      record.assigned.append(entry)
    }
    records[cell.name] = nil
    let path = path(of: cell)
    guard isKept else { return (try? FileManager.default.removeItem(atPath: path)) ?? () }
    do throws(ArchiveError) {
      try record.write(to: path, store, root: folder)
      records[cell.name] = record
    } catch {
      complain(cell, error)
    }
  }

  /// The digest of a value, which is kept where the cell is; what cannot be kept clears `isKept`.
  private func known(
    _ name: String, _ value: Value, in cell: CellText, _ record: inout CellRecord, _ isKept: inout Bool
  ) -> KnownName? {
    if case .definition(let definition) = value {
      if cell.definition(name) == nil { isKept = false }
      let syntax = definition.syntax
      return KnownName(digest: sha256(Array(syntax.text.utf8)), words: syntax.words)
    }
    if value.holdsDefinition { isKept = false }
    do throws(ArchiveError) {
      let archived = try (isKept ? store : digests).put(value, root: folder)
      record.objects.formUnion(archived.objects)
      return KnownName(digest: archived.digest, words: value.namesInTexts)
    } catch {
      complain(cell, error)
      isKept = false
      return (try? digests.put(value, root: folder)).map {
        KnownName(digest: $0.digest, words: value.namesInTexts)
      }
    }
  }

  private func complain(_ cell: CellText, _ error: ArchiveError) {
    session.aside(.warning("what cell '\(cell.name)' made could not be kept for the next run: \(error)"))
  }

  /// Keeps the trainings of a cell that did not come to its end.
  private func end(_ journal: TrainingJournal, _ failure: SessionFailure?, of cell: CellText) {
    do throws(ArchiveError) {
      switch failure {
      case .quit: journal.remove()
      case .interrupted: try journal.flush()
      case _ where failure != nil && cell.expectsError: journal.remove()
      default: try journal.flush(hasFailed: true)
      }
    } catch {
      session.aside(.warning("the trainings that had ended could not be kept: \(error)"))
    }
    if case .interrupted? = failure { checkpoint = journal.checkpoint }
  }

  /// Removes what no cell of the notebook needs any more.
  func finish() {
    var objects: Set<String> = []
    var files: Set<String> = []
    for cell in cells {
      guard let record = try? record(of: cell) else { continue }
      objects.formUnion(record.objects)
      files.insert(cell.fileName + ".cell")
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/cache/cells")) ?? []
    where !files.contains(name) {
      try? FileManager.default.removeItem(atPath: "\(folder)/cache/cells/\(name)")
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints")) ?? [] {
      if let file = try? JournalFile(
        reading: "\(folder)/checkpoints/\(name)", store, root: folder)
      {
        objects.formUnion(file.objects)
      }
    }
    store.sweep(keeping: objects)
  }
}

extension CellText {
  /// The definition of a name that stands in the cell itself, the last of them.
  func definition(_ name: String) -> Definition? {
    for statement in statements.reversed() {
      guard case .definition(let found, let parameters, let body) = statement.kind, found.text == name else {
        continue
      }
      return Definition(
        name: name, parameters: parameters, body: body, source: source, range: statement.range)
    }
    return nil
  }
}
