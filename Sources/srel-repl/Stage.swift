import Charts
import LineEditor
import Session

/// The terminal as the place of a presentation.
final class Stage: PresentationStage {
  let terminal: Terminal
  private let session: Session
  private let signals: StopSignals

  init(terminal: Terminal, session: Session, signals: StopSignals) {
    (self.terminal, self.session, self.signals) = (terminal, session, signals)
  }

  var style: TerminalStyle { terminal.style(session.settings) }

  func show(_ text: String) { terminal.present(text + "\n") }

  func key(_ hint: String) -> PresentationKey? {
    let prompt = style.printable("[\(hint)]")
    defer { terminal.present("\r" + String(repeating: " ", count: prompt.displayWidth) + "\r") }
    return switch Keys.next(prompt: { terminal.present(prompt) }, isStopped: isStopped) {
    case nil: nil
    case .character(" "), .character("\n"), .pageDown, .right, .down: .forward
    case .character("b"), .character("B"), .pageUp, .left, .up: .back
    case .character("q"), .character("Q"): .quit
    case .character("?"), .character("h"): .help
    default: .other
    }
  }

  func line(_ prompt: String) -> String? {
    terminal.present(style.printable(prompt))
    return Keys.line(isStopped: isStopped)
  }

  private var isStopped: () -> Bool {
    let (signals, interruption) = (signals, session.interruption)
    return { signals.isTerminated || interruption.isRequested }
  }
}
