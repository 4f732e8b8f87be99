import Datasets
import FoundationEssentials
import Tables

/// The trainings of one cell as far as they have come, in a file that is replaced as a whole.
///
/// A cell that was cut off is run from its start again: its trainings, counted in the order in which they begin, are
/// taken from here, so that blocks, loops and definitions need no memory of their own.
final class TrainingJournal {
  /// How often a training that says nothing else is kept.
  static let usualInterval = Duration.seconds(300)
  /// Trainings that have ended are kept together, so that many short ones cost little.
  private static let endInterval = Duration.seconds(2)

  let path: String
  private let store: ObjectStore
  private let root: String
  /// Objects that belong to others.
  private let foreign: Set<String>
  /// What the cell has read so far.
  private let files: FileTrace
  private var content: JournalFile
  private var begun = 0
  private var ended: [(number: Int, state: TrainingState)] = []
  private var lastWrite = ContinuousClock.now
  private var isWritten: Bool
  /// The last attempt to write has failed.
  private(set) var isFailing = false

  /// - Parameters:
  ///   - content: what stands in the file, or an empty one for a cell that begins.
  ///   - foreign: the objects that are never removed here.
  init(
    _ path: String, _ content: JournalFile, isWritten: Bool, store: ObjectStore, root: String,
    foreign: Set<String>, files: FileTrace
  ) {
    (self.path, self.content, self.isWritten) = (path, content, isWritten)
    (self.store, self.root, self.foreign, self.files) = (store, root, foreign, files)
  }

  /// Where the trainings are kept and where the last of them stands; nil where nothing has been kept.
  var checkpoint: Checkpoint? { isWritten ? Checkpoint(path: path, place: content.place) : nil }

  /// The number of the training that begins now.
  func begin() -> Int {
    begun += 1
    return begun - 1
  }

  /// What was kept of a training; nil for one that was not reached.
  ///
  /// - Throws: `ArchiveError` where it cannot be read.
  func state(of number: Int) throws(ArchiveError) -> TrainingState? {
    guard let archived = content.trainings[number] else { return nil }
    var reader = ArchiveReader(try store.bytes(of: archived.digest), from: store)
    let state = try reader.trainingState(root: root)
    try reader.finish()
    return state
  }

  /// Whether a training should be kept again.
  func isDue(_ interval: Duration) -> Bool { ContinuousClock.now - lastWrite >= interval }

  /// Keeps what a file holds now, so that it can be put back; gives its digest.
  func keepFile(_ path: String) throws(ArchiveError) -> String {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try RegularFile.bytes(of: path, limit: ObjectStore.limit)
    } catch {
      throw .file(error)
    }
    return try store.put(bytes)
  }

  /// Puts a file back to what it held.
  func restoreFile(_ path: String, _ digest: String) throws(ArchiveError) {
    if FileTrace.Found(path) == .file(digest) { return }
    let bytes = try store.bytes(of: digest)
    do throws(FileError) {
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
        try Folder.make(String(path[..<slash]))
      }
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw .file(error)
    }
  }

  /// Keeps a training on its way.
  func keep(_ state: TrainingState, number: Int, place: String) throws(ArchiveError) {
    let before = content
    (content.place, content.hasFailed) = (place, false)
    do throws(ArchiveError) { try write(ended + [(number, state)]) } catch {
      content = before
      throw error
    }
  }

  /// Takes a training that has ended; it is kept at once where the last time is some seconds ago.
  func end(_ state: TrainingState, number: Int, place: String, interval: Duration) throws(ArchiveError) {
    ended.append((number, state))
    (content.place, content.hasFailed) = (place, false)
    if isDue(min(interval, Self.endInterval)) { try flush() }
  }

  /// Keeps the trainings that have ended since the last time.
  func flush(hasFailed: Bool = false) throws(ArchiveError) {
    if ended.isEmpty, !isWritten || content.hasFailed == hasFailed { return }
    content.hasFailed = hasFailed
    try write(ended)
  }

  /// On any failure the file stands as it was, and nothing new is left.
  private func write(_ states: [(number: Int, state: TrainingState)]) throws(ArchiveError) {
    // The time between two checkpoints is one of training.
    defer { lastWrite = .now }
    var next = content
    next.found.merge(files.found) { $1 }
    for (_, state) in states { next.found.merge(state.effects.found) { $1 } }
    do throws(ArchiveError) {
      try FileTrace.suspended { () throws(ArchiveError) in
        for (number, state) in states {
          var writer = ArchiveWriter(to: store, holdsWeights: true)
          try writer.append(state, root: root)
          let digest = try store.put(writer.bytes)
          next.trainings[number] = ArchivedValue(digest: digest, objects: writer.objects.union([digest]))
        }
        try next.write(to: path, store, root: root)
      }
    } catch {
      isFailing = true
      store.remove(next.objects.subtracting(content.objects).subtracting(foreign))
      throw error
    }
    store.remove(content.objects.subtracting(next.objects).subtracting(foreign))
    (content, isWritten, isFailing, ended) = (next, true, false, [])
  }

  /// Forgets the trainings: the cell is done.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// What is kept of a cell that was stopped in its trainings.
public struct Checkpoint: Sendable {
  /// The file.
  public let path: String
  /// `seed=2 at step 30 of 120`
  public let place: String
}

/// What stands in the file of a journal.
struct JournalFile {
  var cell: String
  var key: CellKey
  /// The cell ended with an error, not by a signal.
  var hasFailed = false
  /// Where the last training stands, in words.
  var place = ""
  /// The state of each training, by its number in the cell.
  var trainings: [Int: ArchivedValue] = [:]
  /// The files that the cell had read or looked for, as they were found.
  var found: [String: FileTrace.Found] = [:]

  static let ending = ".checkpoint"
  private static let format = "srel checkpoint 2"

  var objects: Set<String> { trainings.values.reduce(into: []) { $0.formUnion($1.objects) } }

  init(cell: String, key: CellKey) { (self.cell, self.key) = (cell, key) }

  /// What the cell has read and is no longer as it was.
  var changedInputs: [String] {
    found.sorted { $0.key < $1.key }.compactMap { path, before in
      let now = FileTrace.Found(path)
      return now == before ? nil : FileChange.input(path, now: now, before: before).text
    }
  }

  init(reading path: String, _ store: ObjectStore, root: String) throws(ArchiveError) {
    var reader = ArchiveReader(try SealedFile.read(path, as: Self.format), from: store)
    cell = try reader.text()
    key = try reader.key()
    hasFailed = try reader.flag()
    place = try reader.text()
    for _ in 0..<(try reader.count(ofAtLeast: 24)) {
      trainings[try reader.whole()] = ArchivedValue(
        digest: try reader.text(), objects: Set(try reader.texts()))
    }
    found = try reader.found(root: root)
    try reader.finish()
  }

  func write(to path: String, _ store: ObjectStore, root: String) throws(ArchiveError) {
    var writer = ArchiveWriter(to: store)
    writer.append(cell)
    writer.append(key)
    writer.append(hasFailed)
    writer.append(place)
    try writer.append(each: trainings.sorted { $0.key < $1.key }) { (writer, entry) throws(ArchiveError) in
      writer.append(entry.key)
      writer.append(entry.value.digest)
      writer.append(entry.value.objects.sorted())
    }
    try writer.append(found, root: root)
    try SealedFile.write(writer.bytes, as: Self.format, to: path)
  }
}
