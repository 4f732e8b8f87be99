import Session

/// Tells a terminal which cell of a notebook is run.
final class CellTicker: NotebookAudience {
  private let terminal: Terminal

  init(_ terminal: Terminal) { self.terminal = terminal }

  func meet(_ cell: PresentedCell) -> Attendance {
    if cell.kind == .code { terminal.show(cell) }
    return .stay(hands: nil)
  }

  func part(from cell: PresentedCell, failed: Bool) { terminal.eraseLiveLine() }
}
