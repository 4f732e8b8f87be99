import Datasets
import Foundation
import Language
import Session

/// A notebook that is run again and again over the folder of its last run.
final class KeptNotebook {
  struct Outcome {
    var failure: SessionFailure?
    var results: [String] = []
    /// What was told of this run alone.
    var asides: [String] = []
    /// The names of cells that were not run.
    var kept: [String] {
      asides.filter { $0.hasSuffix(": unchanged, kept") }.map { String($0.prefix { $0 != ":" }) }
    }
    var messages: [String] { failure?.diagnostics.flatMap { [$0.title] + $0.notes } ?? [] }
  }

  let folder: String
  var out: String { folder + "/n.out" }
  var text: String

  init(_ text: String) throws {
    folder = try temporaryFolder()
    self.text = text
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func runner(_ parameters: [(name: String, text: String)]) throws -> (Session, NotebookRunner) {
    let session = Session { _ in }
    session.folders = OutputFolders(root: out)
    let source = Source(text, name: "n.srel")
    return (session, try NotebookRunner(source, name: "n", session: session, parameters: parameters))
  }

  @discardableResult
  func run(
    parameters: [(name: String, text: String)] = [], kept: KeptWork = .usual,
    prepare: (Session) -> Void = { _ in }
  ) throws -> Outcome {
    var outcome = Outcome()
    let (session, runner) = try runner(parameters)
    session.output = { event in
      switch event {
      case .result(let text): outcome.results.append(text)
      case .drawing(let drawing): outcome.results.append(drawing.plainText)
      default: break
      }
    }
    session.aside = { event in
      switch event {
      case .note(let text), .warning(let text): outcome.asides.append(text)
      default: break
      }
    }
    prepare(session)
    let place = try RunFolder(for: "n.srel", out: out)
    defer { place.close() }
    outcome.failure = runner.run(in: place, kept: kept)
    return outcome
  }

  func why(_ cell: String, parameters: [(name: String, text: String)] = []) throws -> [String] {
    try runner(parameters).1.answer(about: cell, in: out)
  }

  func replace(_ old: String, _ new: String) { text = text.replacingOccurrences(of: old, with: new) }

  /// Every file of the last run with its bytes, but those of times.
  func files() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: out) ?? .init() {
      guard name != "run.json", let data = FileManager.default.contents(atPath: out + "/" + name) else {
        continue
      }
      files[name] = data
    }
    return files
  }

  /// Replaces a text in what is kept of every cell by one of the same length, as another program would have written it:
  /// with the SHA-256 that ends each file.
  func patchCells(_ old: String, _ new: String) throws {
    for name in try names(in: "cache/cells") {
      let path = out + "/cache/cells/" + name
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path)).dropLast(64)
      while let place = bytes.range(of: Data(old.utf8)) { bytes.replaceSubrange(place, with: Data(new.utf8)) }
      try (bytes + Data(sha256(Array(bytes)).utf8)).write(to: URL(fileURLWithPath: path))
    }
  }

  /// The files below a part of the folder.
  func names(in part: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: out + "/" + part).sorted()
  }
}
