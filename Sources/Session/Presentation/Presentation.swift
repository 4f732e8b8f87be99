import Charts

/// Someone to whom a notebook is shown cell by cell while it runs.
public protocol NotebookAudience: AnyObject {
  /// Shows a cell before it runs, and waits.
  func meet(_ cell: PresentedCell) -> Attendance
  /// A cell has run, or failed; what it said has gone to the session's `output`.
  func part(from cell: PresentedCell, failed: Bool)
}

/// What an audience decides.
public enum Attendance: Sendable, Equatable {
  /// Run the cell; with how many hands were raised for each answer, if they were counted.
  case stay(hands: [Int]?)
  /// End the presentation here.
  case leave
}

/// A cell as an audience sees it.
public struct PresentedCell: Sendable {
  /// From 1.
  public var number: Int
  public var count: Int
  public var name: String
  public var kind: CellOutput.Kind
  /// Markdown, or the script.
  public var source: String
  public var options: CellOptions
  /// Code follows at once, so that this and the next cell belong together.
  public var leadsToCode: Bool
}

/// What a person in front of a class presses.
public enum PresentationKey: Sendable, Equatable {
  case forward, back, quit, help, other
}

/// Where a presentation is shown and where its keys come from.
public protocol PresentationStage: AnyObject {
  var style: TerminalStyle { get }
  /// Shows text, ending a line.
  func show(_ text: String)
  /// The next key, with a line of help that is gone afterwards; nil when there will be none.
  func key(_ hint: String) -> PresentationKey?
  /// A line typed after a prompt; nil when there will be none.
  func line(_ prompt: String) -> String?
}

/// A notebook before a class: prose and code of a cell, a question and a show of hands, a key, what the cell gives.
public final class Presentation: NotebookAudience {
  private let stage: any PresentationStage
  /// What has been shown, one text a slide, to be read again.
  private var slides: [String] = []
  /// The output of a cell that is to be revealed, until a key is pressed.
  private var held: [String]?
  private var isHidden = false
  /// The present cell has said something.
  private var hasSpoken = false
  private var isLeaving = false
  private var lastKind: CellOutput.Kind?

  public init(_ stage: any PresentationStage) { self.stage = stage }

  public static let help = """
    space, Return, Page Down   go on: run the cell that is shown, or show the next one
    b, Page Up                 read the slide before this one again
    q                          end here; the report keeps what was shown
    ?                          this help
    """

  public func meet(_ cell: PresentedCell) -> Attendance {
    if isLeaving { return .leave }
    hasSpoken = false
    isHidden = cell.options.hidden.contains(.cell)
    if isHidden { return .stay(hands: nil) }
    // Prose begins a slide, and so does code without prose before it.
    if cell.kind == .prose || lastKind != .prose { begin(cell) }
    lastKind = cell.kind
    // The answer to a question comes after it.
    let isAnswer = cell.kind == .prose && cell.options.isFolded
    if !isAnswer { show(cell) }
    var attendance = Attendance.stay(hands: nil)
    if let question = cell.options.question { attendance = ask(question, cell.options.choices) }
    if attendance == .leave { return .leave }
    if isAnswer {
      guard wait("space: show the answer · b: back · q: quit") else { return .leave }
      show(cell)
    }
    held = cell.kind == .code && cell.options.isFolded ? [] : nil
    if cell.kind == .prose && cell.leadsToCode { return attendance }
    let isLast = cell.number == cell.count
    let hint = cell.kind == .code ? "space: run" : isLast ? "space: end" : "space: go on"
    return wait("\(hint) · b: back · q: quit · ?: help") ? attendance : .leave
  }

  public func part(from cell: PresentedCell, failed: Bool) {
    if let output = held {
      held = nil
      // Whoever leaves here has still seen the cell run.
      if !output.isEmpty, !failed { isLeaving = !wait("space: show what it gives") }
      for text in output { show(text) }
    }
    // Time to talk about it. An error is told after the presentation, which it ends.
    guard hasSpoken, cell.kind == .code, !failed, !isLeaving, cell.number < cell.count else { return }
    isLeaving = !wait("space: go on · b: back · q: quit · ?: help")
  }

  /// What a cell said while it ran.
  public func hear(_ text: String) {
    if isHidden { return }
    hasSpoken = true
    if held != nil { held?.append(text) } else { show(text) }
  }

  // MARK: Slides

  private func begin(_ cell: PresentedCell) {
    let line = stage.style.unicode ? "─" : "-"
    let title = "\(line)\(line) \(cell.number)/\(cell.count)  \(cell.name) "
    let rest = max(2, min(stage.style.columns, 100) - title.displayWidth)
    slides.append("")
    show("\n" + title + String(repeating: line, count: rest) + "\n")
  }

  private func show(_ cell: PresentedCell) {
    let page = PageText(stage.style)
    if cell.kind == .prose {
      show(page.prose(cell.source) + "\n")
    } else if !cell.options.hidden.contains(.code), !cell.source.isEmpty {
      show(page.code(cell.source) + "\n")
    }
  }

  private func show(_ text: String) {
    stage.show(text)
    if slides.isEmpty { slides.append("") }
    slides[slides.count - 1] += text + "\n"
  }

  /// Waits until the person goes on, reading earlier slides meanwhile; false if they leave.
  private func wait(_ hint: String) -> Bool {
    var place = slides.count - 1
    while let key = stage.key(place == slides.count - 1 ? hint : "space: forward · b: back · q: quit") {
      switch key {
      case .quit: return false
      case .help: stage.show(Self.help)
      case .back where place > 0:
        place -= 1
        stage.show(slides[place])
      case .back: stage.show("this is the first slide")
      case .forward where place < slides.count - 1:
        place += 1
        stage.show(slides[place])
      case .forward: return true
      case .other: break
      }
    }
    return false
  }

  // MARK: Questions

  /// Puts a question and counts hands, if the person wants to.
  private func ask(_ question: String, _ choices: [String]) -> Attendance {
    show(PageText(stage.style).prose("**\(question)**"))
    for (place, choice) in choices.enumerated() { show("  \(place + 1)  \(choice)") }
    if choices.isEmpty { return .stay(hands: nil) }
    var hands: [Int] = []
    while hands.count < choices.count {
      let skip = hands.isEmpty ? " (Return: no show of hands)" : ""
      guard let line = stage.line("hands for \(hands.count + 1)\(skip): ") else { return .leave }
      let text = line.filter { !$0.isWhitespace }
      if text.isEmpty {
        if hands.isEmpty { return .stay(hands: nil) }
        hands.append(0)
      } else if let count = Int(text), (0...100_000).contains(count) {
        hands.append(count)
      } else {
        stage.show("'\(text)' is no number of hands: type a whole number, or Return")
      }
    }
    show(Question(text: question, choices: choices, hands: hands).handsText ?? "")
    return .stay(hands: hands)
  }
}
