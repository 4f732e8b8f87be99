import CLineEdit
import Glibc

/// Reads inputs of one or several lines from standard input, with editing, history and completion where both
/// standard input and output are terminals.
///
/// On a terminal that cannot move its cursor (`TERM=dumb`), or when built without a library, lines are read
/// with a prompt but without editing; from a file or a pipe, without a prompt. While it waits it handles
/// Ctrl-C, Ctrl-Z, hang-up, termination and changes of the window's size itself; afterwards the terminal and
/// the program's own signal handlers are as they were.
///
/// There is one terminal, hence one editor in a program, used from one thread.
public final class LineEditor {
  /// What a read gives.
  public enum Input: Equatable, Sendable {
    /// A whole input; lines are separated by newlines, none at the end.
    case text(String)
    /// The end of input: Ctrl-D on an empty line, or the end of a file.
    case end
    /// A signal that ends programs came, and the program's own handler for it has run.
    case stopped(signal: Int32)
  }

  /// How lines are read.
  public enum Mode: Equatable, Sendable {
    /// Without prompts.
    case stream
    /// With prompts, without editing.
    case simple
    /// With everything.
    case editing
  }

  public let mode: Mode
  private let history: HistoryFile?
  private let allowsTextEditor: Bool
  private let isComplete: (String) -> Bool
  private let complete: (String, Int) -> Completion
  private let report: (LineEditorError) -> Void
  private var hasLoadedHistory = false
  private var hasReportedHistory = false
  private var lastEntry: String?
  /// The lines of the present input that were read before the one being read, with a final newline.
  private var earlierLines = ""

  /// - Parameters:
  ///   - application: the name that a readline init file tests for (`$if srel-repl`).
  ///   - isInteractive: whether a terminal gets prompts; without, it is read as a file is.
  ///   - history: where inputs are kept; nil for nowhere.
  ///   - allowsTextEditor: whether the input may be changed in a text editor, which is a program of its own.
  ///   - isComplete: whether a text needs no further line.
  ///   - complete: the candidates for the word at a place of a text, given in UTF-8 bytes. The text is all of
  ///     the input, earlier lines included.
  ///   - report: told of what goes wrong beside the reading: history that cannot be kept, an editor that fails.
  public init(
    application: String, isInteractive: Bool = true, history: HistoryFile? = nil,
    allowsTextEditor: Bool = true,
    isComplete: @escaping (String) -> Bool = { _ in true },
    complete: @escaping (_ text: String, _ cursor: Int) -> Completion = { _, _ in .none },
    report: @escaping (LineEditorError) -> Void = { _ in }
  ) {
    self.history = history
    self.allowsTextEditor = allowsTextEditor
    self.isComplete = isComplete
    self.complete = complete
    self.report = report
    // The C string is copied by the callee.
    switch unsafe cle_start(application, isInteractive) {
    case CLE_EDITING: mode = .editing
    case CLE_DUMB: mode = .simple
    default: mode = .stream
    }
  }

  /// Whether standard input is a terminal.
  public static var isInputTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Does what a signal does while a line is being waited for: to the present read, or else to the next one.
  ///
  /// Signals that come during a read need no help; this is for those around it. Callable from any thread, as is
  /// `returnSignals`.
  static func deliver(signal: Int32) { cle_deliver(signal) }

  /// Raises anew the signals that came too late for the last read.
  static func returnSignals() { cle_return_signals() }

  /// Reads the next input, over as many lines as it needs. Blocks.
  ///
  /// Ctrl-C starts over; the key for the user's text editor (Ctrl-X Ctrl-E, `v` in vi mode) puts what has been
  /// typed into that editor and what is saved back into the line. A complete input joins the history.
  ///
  /// - Parameters:
  ///   - prompt: written before the first line; may hold colour sequences.
  ///   - continuation: the same before every further line.
  ///   - initial: text that the line begins with, to be edited; ignored without editing.
  /// - Throws: `LineEditorError.cannotRead`.
  public func read(prompt: String, continuation: String, initial: String = "") throws(LineEditorError)
    -> Input
  {
    loadHistory()
    earlierLines = ""
    var initial = initial
    while true {
      let line = readLine(earlierLines.isEmpty ? prompt : continuation, initial: initial)
      initial = ""
      switch line.outcome {
      case CLE_LINE:
        let text = earlierLines + line.text
        if isComplete(text) { return accept(text) }
        earlierLines = text + "\n"
      case CLE_END:
        return earlierLines.isEmpty ? .end : accept(earlierLines)
      case CLE_INTERRUPTED:
        earlierLines = ""
      case CLE_EDIT:
        let text = earlierLines + line.text
        earlierLines = ""
        initial = edited(text)
      case CLE_STOPPED:
        return .stopped(signal: line.code)
      default:
        throw .cannotRead(reason: LineEditorError.reason(line.code))
      }
    }
  }

  private func accept(_ text: String) -> Input {
    var text = Substring(text)
    while text.last?.isNewline == true { text.removeLast() }
    let input = String(text)
    remember(input)
    return .text(input)
  }

  private func edited(_ text: String) -> String {
    do throws(LineEditorError) {
      guard allowsTextEditor else { throw .textEditorRefused }
      return try TextEditor.edit(text)
    } catch {
      report(error)
      return text
    }
  }

  // MARK: - History

  private func loadHistory() {
    guard mode == .editing, !hasLoadedHistory, let history else { return }
    hasLoadedHistory = true
    do throws(LineEditorError) {
      for entry in try history.load() { recall(entry.text) }
    } catch {
      report(error)
    }
  }

  /// Makes an entry available to the history keys; false if it repeats the one before it.
  @discardableResult private func recall(_ text: String) -> Bool {
    guard text != lastEntry, text.contains(where: { !$0.isWhitespace }) else { return false }
    lastEntry = text
    // The C string is copied by the callee, which cannot hold NUL bytes.
    if !text.utf8.contains(0) { unsafe cle_add_history(text) }
    return true
  }

  private func remember(_ text: String) {
    guard mode != .stream, recall(text), let history else { return }
    do throws(LineEditorError) {
      try history.append(HistoryEntry(text: text))
    } catch {
      if !hasReportedHistory { report(error) }
      hasReportedHistory = true
    }
  }

  // MARK: - The library

  private struct Line {
    var outcome: cle_outcome
    var text: String
    var code: Int32
  }

  private func readLine(_ prompt: String, initial: String) -> Line {
    // The callee copies the strings. The pointer to self is used only while this call runs. The text is
    // `length` bytes that are ours to free.
    unsafe cle_set_completer(offerCandidates, Unmanaged.passUnretained(self).toOpaque())
    let input = unsafe cle_read(prompt, initial)
    cle_set_completer(nil, nil)
    defer { unsafe free(input.text) }
    var text = ""
    if let bytes = unsafe input.text {
      let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: input.length)
      text = unsafe String(decoding: buffer, as: UTF8.self)
    }
    return unsafe Line(outcome: input.outcome, text: text, code: input.code)
  }

  /// The candidates for a place in the line being read, as ranges of that line.
  fileprivate func candidates(line: String, cursor: Int) -> Completion {
    let before = earlierLines.utf8.count
    var completion = complete(earlierLines + line, before + cursor)
    let lower = max(completion.replaced.lowerBound - before, 0)
    completion.replaced = lower..<max(completion.replaced.upperBound - before, lower)
    return completion
  }
}

/// Called by the library when the completion key is hit; `context` is the editor that is reading.
private func offerCandidates(
  _ context: UnsafeMutableRawPointer?, _ line: UnsafePointer<CChar>?, _ cursor: Int, _ into: OpaquePointer?
) {
  // `readLine` passes a live editor, the library a C string; the callees copy what they are given.
  guard let context = unsafe context, let line = unsafe line else { return }
  let editor = unsafe Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  let completion = unsafe editor.candidates(line: String(cString: line), cursor: cursor)
  unsafe cle_replace(into, completion.replaced.lowerBound, completion.replaced.upperBound)
  for candidate in completion.candidates where !candidate.text.utf8.contains(0) {
    let suffix = candidate.suffix?.asciiValue.map { CChar(truncatingIfNeeded: $0) } ?? 0
    unsafe cle_offer(into, candidate.text, candidate.description, suffix)
  }
}
