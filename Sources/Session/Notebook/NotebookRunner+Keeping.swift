import Language

/// What a notebook keeps of its cells from one run to the next.
extension NotebookRunner {
  /// What is kept of the trainings of the cell in which the run was stopped.
  public var checkpoint: Checkpoint? { cache?.checkpoint }

  /// Whether a cell would run, and what makes it: nothing is run or written.
  ///
  /// - Parameter folder: what a run would write to.
  /// - Throws: `SessionFailure.invalid` where the notebook has no such cell of code.
  public func answer(about name: String, in folder: String) throws(SessionFailure) -> [String] {
    let cells = cells.filter { $0.cell.kind == .code }.map(text)
    guard cells.contains(where: { $0.name == name }) else {
      let names = cells.map(\.name)
      throw .invalid([
        Diagnostic(
          "there is no cell '\(name)' of code",
          hint: Speller.suggestion(for: name, in: names) ?? "it has \(names.joined(separator: ", "))")
      ])
    }
    return CellCache(folder: folder, session: session, .usual).answer(about: name, cells, seed: session.seed)
  }

  func text(of cell: Cell) -> CellText {
    CellText(
      cell.cell, cell.statements, of: notebook.source, usesCache: cell.options.usesCache,
      expectsError: cell.options.expectsError)
  }

  /// The passes that failed in `repeat … on_error=keep`, which stop nothing, as one failure.
  var failureOfPasses: SessionFailure? {
    guard let first = failedPasses.first else { return nil }
    if failedPasses.count == 1 { return .failed(first) }
    return .failed(
      Diagnostic("\(failedPasses.count) passes of on_error=keep failed", notes: failedPasses.map(\.title)))
  }
}
