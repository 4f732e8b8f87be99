import Language
import Random
import Tables

extension CellCache {
  /// What makes a key another one, in words.
  func differences(from old: CellKey, to new: CellKey, makers: [String: String] = [:]) -> [String] {
    let parts = Set(old.parts.keys).union(new.parts.keys)
    return CellKey(parts: Dictionary(uniqueKeysWithValues: parts.map { ($0, "") })).sorted.compactMap {
      part, _ in
      let (before, now) = (old.parts[part], new.parts[part])
      if before == now { return nil }
      switch part {
      case .language: return "the program was \(before ?? ""), it is \(now ?? "")"
      case .engine: return Self.engineChange(before ?? "", now ?? "")
      case .text: return "its text has changed"
      case .seed: return "the seed was \(before ?? ""), it is \(now ?? "")"
      case .width: return "set width is another"
      case .format: return "results were written as \(before ?? ""), they are as \(now ?? "")"
      case .data: return "data sets were looked for in '\(before ?? "")', they are in '\(now ?? "")'"
      case .gnuplot: return "gnuplot, which draws its figures, is another program"
      case .parameter(let name):
        return now == nil
          ? "-p \(name) is no longer given" : "-p \(name) is \(before == nil ? "given now" : "another value")"
      case .name(let name):
        let maker = makers[name].map { ", made in cell '\($0)'" } ?? ""
        if now == nil { return "\(name) has no value any more" }
        return before == nil ? "\(name)\(maker) is a name now" : "\(name)\(maker) has another value"
      }
    }
  }

  /// What differs in the numeric version and the routines for matrix products behind it.
  private static func engineChange(_ before: String, _ now: String) -> String {
    let (old, new) = (before.split(separator: ", ", maxSplits: 1), now.split(separator: ", ", maxSplits: 1))
    let versions =
      "the engine was numeric version \(old.first ?? ""), it is numeric version \(new.first ?? "")"
    let products = "matrix products were \(old.last ?? ""), they are \(new.last ?? "")"
    if old.last == new.last { return versions }
    return old.first == new.first ? products : versions + "; " + products
  }

  /// Whether a cell would run, and why: nothing is run, and nothing is written.
  ///
  /// - Returns: lines of text.
  func answer(about name: String, _ cells: [CellText], seed: Seed) -> [String] {
    var outlook = Outlook(seed: seed)
    for cell in cells {
      let reasons = outlook.pass(cell, in: self)
      guard cell.name == name else { continue }
      return reasons.isEmpty
        ? ["\(name) would not run: nothing has changed"] : ["\(name) would run:"] + reasons.map { "  \($0)" }
    }
    return []
  }
}

/// What is known at a place of the notebook without running it.
private struct Outlook {
  var seed: Seed
  var figures = 0
  /// The cell that gave a name its value last.
  var makers: [String: String] = [:]
  /// The cells whose values are not known, by the names that they give.
  var unknown: [String: String] = [:]
  var names: [String: KnownName] = [:]

  init(seed: Seed) { self.seed = seed }

  /// Goes past a cell; gives why it would run.
  mutating func pass(_ cell: CellText, in cache: CellCache) -> [String] {
    var reasons: [String] = []
    var record: CellRecord?
    do throws(ArchiveError) {
      record = try cache.record(of: cell)
      if !cell.usesCache { reasons.append("it says cache=no") }
      if let record {
        reasons += try changes(cell, record, in: cache)
      } else if cell.usesCache {
        reasons.append(
          "nothing is kept of it: it has not been run to its end, or it does more than can be kept")
      }
    } catch {
      reasons.append("what was kept of it cannot be read: \(error)")
    }
    for name in cell.assignedNames.union(record?.assigned.map(\.name) ?? []) {
      makers[name] = cell.name
      (unknown[name], names[name]) = (reasons.isEmpty ? nil : cell.name, nil)
    }
    // What a cell would give that runs only for a lost file is likely the same, but nobody can know.
    if reasons.isEmpty { for entry in record?.assigned ?? [] { names[entry.name] = entry.known } }
    if let record { (seed, figures) = (record.effects.seed, figures + record.effects.figures.count) }
    return reasons
  }

  private func changes(_ cell: CellText, _ record: CellRecord, in cache: CellCache) throws(ArchiveError)
    -> [String]
  {
    let key = try CellKey(of: cell, names: names, session: cache.session, seed: seed.text)
    var old = record.key
    var reasons: [String] = []
    let reach = CellKey.reachable(
      from: cell.syntax.words,
      names.merging(unknown.mapValues { _ in KnownName(digest: "", words: []) }) { $1 })
    for name in reach.sorted() {
      guard let maker = unknown[name] else { continue }
      reasons.append("\(name) is made anew by cell '\(maker)', which would run")
      old.parts[.name(name)] = nil
    }
    reasons = cache.differences(from: old, to: key, makers: makers) + reasons
    if !record.effects.figures.isEmpty, record.effects.figures.lowerBound != figures {
      reasons.append("the cells before it draw another number of figures")
    }
    if let change = record.effects.changedFile() { reasons.append(change.text) }
    return reasons
  }
}

extension Seed {
  /// `7`, `7 (init=1)`
  var text: String {
    let streams = overrides.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.key.rawValue)=\($0.value)"
    }
    return "\(root)" + (streams.isEmpty ? "" : " (\(streams.joined(separator: ", ")))")
  }
}
