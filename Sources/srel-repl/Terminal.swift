import Charts
import Download
import FoundationEssentials
import LineEditor
import Session
import Synchronization

/// The two streams of the process and what they can show.
final class Terminal: Sendable {
  private let isErrorTerminal = StandardStream.messages.isTerminal
  /// Prompts, echoes and live lines are for people only.
  let isInteractive = LineEditor.isInputTerminal && StandardStream.results.isTerminal
  private let color: Command.ColorChoice
  private let isQuiet: Bool
  private let hidesNotes: Bool
  private let isSafe: Bool
  /// A live progress line stands on the screen.
  private let hasLiveLine = Atomic<Bool>(false)
  /// When the last line of progress was told where there is no live line.
  private let lastLine = Mutex<ContinuousClock.Instant?>(nil)

  init(_ command: Command) {
    color = command.color
    isQuiet = command.quiet
    hidesNotes = command.hidesNotes
    isSafe = command.safe
  }

  func usesColor(_ settings: Session.Settings) -> Bool {
    let choice = colorChoice(settings)
    if choice != .auto { return choice == .always }
    return isErrorTerminal && StandardStream.results.isTerminal && Self.variable("NO_COLOR").isEmpty
      && Self.variable("TERM") != "dumb"
  }

  /// The flag decides, and where it says nothing the setting.
  private func colorChoice(_ settings: Session.Settings) -> Command.ColorChoice {
    color == .auto ? Command.ColorChoice(rawValue: settings.color) ?? .auto : color
  }

  /// The columns of the window, where a person looks on.
  var windowColumns: Int? { isInteractive ? ShellCommand.window.columns : nil }

  /// What drawings among the results can use.
  func style(_ settings: Session.Settings) -> TerminalStyle {
    let window = ShellCommand.window
    var style = TerminalStyle(
      columns: settings.width ?? (isInteractive ? window.columns : 80),
      rows: isInteractive ? window.rows : 24, environment: ProcessInfo.processInfo.environment,
      isTerminal: StandardStream.results.isTerminal)
    switch colorChoice(settings) {
    case .never: style.colors = .none
    case .always: if style.colors == .none { style.colors = .ansi16 }
    case .auto: break
    }
    return style
  }

  func show(_ event: SessionEvent, _ settings: Session.Settings) {
    switch event {
    case .result(let text): showResult(text, settings)
    case .drawing(let drawing): showResult(drawing.text(style(settings)), settings)
    case .echo(let text): if isInteractive, !isQuiet { tell(text) }
    case .warning(let text): tell(text)
    case .note(let text): if !hidesNotes { tell(text) }
    case .figure: break
    case .progress(let progress): show(progress)
    case .download(let progress): showLive(progress.text)
    }
  }

  /// Runs a command line of the system's shell; a failure is told, not thrown.
  func runShell(_ line: String) {
    endLiveLine()
    let code = ShellCommand.run(line)
    if code != 0 { tell("the shell command ended with \(code)") }
  }

  private func showResult(_ text: String, _ settings: Session.Settings) {
    if !page(text + "\n", settings) { write(text + "\n", to: .results) }
  }

  /// Shows a text that is longer than the window through the pager; gives whether that was done.
  private func page(_ text: String, _ settings: Session.Settings) -> Bool {
    let pager = settings.pager ?? Self.pager
    guard isInteractive, !isSafe, !pager.isEmpty, Self.variable("TERM") != "dumb",
      text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= ShellCommand.window.rows
    else { return false }
    endLiveLine()
    // Without options of the user's own, `less` shows colours and leaves the text on the screen.
    return ShellCommand.run("LESS=\"${LESS-FRX}\"; export LESS; \(pager)", input: text) == 0
  }

  /// Text of a presentation as it is, on stdout.
  func present(_ text: String) { write(text, to: .results) }

  /// A line on stderr.
  func tell(_ text: String) { write(text + "\n", to: .messages) }

  private func show(_ progress: TrainingProgress) {
    if isQuiet { return }
    if hasLiveLines {
      let text = progress.text()
      StandardStream.messages.write("\r\u{1B}[K" + (progress.isLast ? text + "\n" : fitted(text)))
      hasLiveLine.store(!progress.isLast, ordering: .relaxed)
    } else if progress.isMilestone, progress.isLast || isLineDue() {
      tell(progress.text())
    }
  }

  /// How far a measurement is; called on any thread.
  func show(_ progress: MeasurementProgress) { showLive(progress.text) }

  /// Which cell of a notebook is run; for people who look on.
  func show(_ cell: PresentedCell) {
    if hasLiveLines { showLive("cell \(cell.number)/\(cell.count)  \(cell.name)") }
  }

  /// A line that the next one is written over; a line a second where that cannot be.
  private func showLive(_ text: String) {
    if isQuiet { return }
    if hasLiveLines {
      hasLiveLine.store(true, ordering: .relaxed)
      StandardStream.messages.write("\r\u{1B}[K" + fitted(text))
    } else if isLineDue() {
      tell(text)
    }
  }

  /// The text cut to the window, since only a line that does not wrap can be written over.
  private func fitted(_ text: String) -> String { String(text.prefix(ShellCommand.window.columns - 1)) }

  /// Whether lines can be written over.
  var hasLiveLines: Bool { isErrorTerminal && Self.variable("TERM") != "dumb" }

  /// Whether a second has passed since the last line of progress: a small net may train thousands of epochs in one.
  private func isLineDue() -> Bool {
    let now = ContinuousClock.now
    return lastLine.withLock { last in
      if let last, now - last < .seconds(1) { return false }
      last = now
      return true
    }
  }

  /// Takes away a line that nothing is left to write over.
  func eraseLiveLine() { write("", to: .messages) }

  func endLiveLine() {
    if hasLiveLine.exchange(false, ordering: .relaxed) { StandardStream.messages.write("\n") }
  }

  private func write(_ text: String, to stream: StandardStream) {
    if hasLiveLine.exchange(false, ordering: .relaxed) { StandardStream.messages.write("\r\u{1B}[K") }
    stream.write(text)
  }

  /// The pager of the environment (empty for none), or else `less` where it is installed.
  private static var pager: String {
    let environment = ProcessInfo.processInfo.environment
    if let chosen = environment["PAGER"] { return chosen }
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { FileManager.default.isExecutableFile(atPath: $0 + "/less") } ? "less" : ""
  }

  private static func variable(_ name: String) -> String { ProcessInfo.processInfo.environment[name] ?? "" }
}
