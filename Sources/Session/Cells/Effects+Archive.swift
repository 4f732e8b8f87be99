import Random
import Tables

extension ArchiveWriter {
  mutating func append(_ effects: Effects, root: String?) throws(ArchiveError) {
    try append(each: effects.said) { (writer, saying) throws(ArchiveError) in
      writer.append(saying, root: root)
    }
    try append(coded: effects.seed)
    append(effects.figures.lowerBound)
    append(effects.figures.upperBound)
    try append(each: effects.data) { (writer, data) throws(ArchiveError) in
      writer.append(data.name)
      writer.append(data.digest)
    }
    try append(each: effects.notes) { (writer, note) throws(ArchiveError) in
      writer.append(note.name)
      writer.append(note.text)
    }
    try append(effects.found, root: root)
    try append(each: effects.written.sorted { $0.key < $1.key }) { (writer, entry) throws(ArchiveError) in
      writer.append(entry.key.leavingOut(root))
      writer.append(entry.value)
    }
    append(effects.listed.map { $0.leavingOut(root) })
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

  private mutating func append(_ saying: Recording.Saying, root: String?) {
    func text(_ tag: UInt8, _ text: String) {
      append(tag: tag)
      append(text.leavingOut(root))
    }
    switch saying {
    case .event(.result(let words)): text(0, words)
    case .event(.echo(let words)): text(1, words)
    case .event(.warning(let words)): text(2, words)
    case .event(.note(let words)): text(3, words)
    case .event(.figure(let svg, let path, let caption)):
      append(tag: 4)
      append(svg)
      append(path.leavingOut(root))
      append(caption)
    case .event(.drawing(let drawing)): text(0, drawing.plainText)
    case .event(.progress), .event(.download): append(tag: 6)
    case .transcript(let words): text(5, words)
    }
  }
}

extension ArchiveReader {
  mutating func effects(root: String?) throws(ArchiveError) -> Effects {
    let said = try list { (reader) throws(ArchiveError) in try reader.saying(root: root) }
    let seed: Seed = try coded()
    let (first, last) = (try whole(), try whole())
    guard first <= last else { throw .malformed("number of figures") }
    let data = try list { (reader) throws(ArchiveError) in
      (name: try reader.text(), digest: try reader.text())
    }
    let notes = try list { (reader) throws(ArchiveError) in
      (name: try reader.text(), text: try reader.text())
    }
    let found = try found(root: root)
    var written: [String: String] = [:]
    for _ in 0..<(try count(ofAtLeast: 16)) { written[try text().putting(root)] = try text() }
    return Effects(
      said: said.compactMap { $0 }, seed: seed, figures: first..<last, data: data, notes: notes, found: found,
      written: written, listed: try texts().map { $0.putting(root) })
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

  private mutating func saying(root: String?) throws(ArchiveError) -> Recording.Saying? {
    switch try tag() {
    case 0: return .event(.result(try text().putting(root)))
    case 1: return .event(.echo(try text().putting(root)))
    case 2: return .event(.warning(try text().putting(root)))
    case 3: return .event(.note(try text().putting(root)))
    case 4: return .event(.figure(svg: try text(), path: try text().putting(root), caption: try text()))
    case 5: return .transcript(try text().putting(root))
    case 6: return nil
    default: throw .malformed("event")
    }
  }
}
