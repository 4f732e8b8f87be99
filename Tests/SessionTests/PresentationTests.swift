import Charts
import Foundation
import Language
import Session
import Testing

/// A stage whose keys and lines are known beforehand.
private final class FakeStage: PresentationStage {
  var style = TerminalStyle(columns: 70)
  private(set) var shown: [String] = []
  private(set) var hints: [String] = []
  private var keys: [PresentationKey]
  private var lines: [String]

  init(keys: [PresentationKey], lines: [String] = []) { (self.keys, self.lines) = (keys, lines) }

  func show(_ text: String) { shown.append(text) }
  func key(_ hint: String) -> PresentationKey? {
    hints.append(hint)
    shown.append("<key>")
    return keys.isEmpty ? nil : keys.removeFirst()
  }
  func line(_ prompt: String) -> String? {
    shown.append(prompt)
    return lines.isEmpty ? nil : lines.removeFirst()
  }
  var text: String { shown.joined(separator: "\n") }
}

@Suite struct PresentationTests {
  private static let notebook = """
    use srel 1

    # %% [markdown] hello
    # # A lesson
    # We *count* $x_1^2$.

    # %% sum ask="What is it?" choices=[two, "a three"]
    show (1 + 1)

    # %% [markdown] why ask="Why two?" reveal=yes
    # Because.

    # %% secret reveal=yes
    show "revealed"
    show "again"

    # %% silent hide=cell
    show "unheard"
    """

  /// What a presentation with these keys shows, and what its report and record say.
  private func present(_ notebook: String = notebook, keys: [PresentationKey], lines: [String] = []) throws
    -> (stage: FakeStage, report: String, record: String, failure: SessionFailure?)
  {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let session = Session { _ in }
    let stage = FakeStage(keys: keys, lines: lines)
    let presentation = Presentation(stage)
    session.output = { if case .result(let text) = $0 { presentation.hear(text) } }
    let runner = try NotebookRunner(Source(notebook), name: "lesson", session: session, parameters: [])
    runner.audience = presentation
    let failure = runner.run(in: try RunFolder(for: "", out: folder))
    let exists = FileManager.default.fileExists(atPath: folder + "/report.html")
    return (
      stage, exists ? try text(of: folder + "/report.html") : "",
      exists ? try text(of: folder + "/outputs.json") : "", failure
    )
  }

  private let everything = [PresentationKey](repeating: .forward, count: 9)

  @Test func proseCodeQuestionKeyAndOutputComeInTheirOrder() throws {
    let shown = try present(keys: everything, lines: ["12", "3"]).stage.text
    var rest = shown[...]
    for part in [
      "A lesson", "x₁²", "show (1 + 1)", "What is it?", "1  two", "2  a three", "hands for 1", "hands for 2",
      "show of hands: two 12, a three 3", "<key>", "2", "<key>", "Why two?", "<key>", "Because.",
      "show \"revealed\"", "<key>", "<key>", "revealed", "again",
    ] {
      let place = try #require(
        rest.firstRange(of: part), "\(part) after \(shown.count - rest.count) of \(shown)")
      rest = rest[place.upperBound...]
    }
    #expect(!shown.contains("unheard") && !shown.contains("use srel"))
    // The lines before the first cell are not shown, and not counted.
    #expect(shown.contains("── 1/5  hello ──") && shown.contains("── 3/5  why ──"), "\(shown)")
  }

  @Test func theShowOfHandsIsKept() throws {
    let (_, report, record, failure) = try present(keys: everything, lines: ["12", ""])
    #expect(failure == nil)
    #expect(report.contains("<p class=\"question\">What is it?</p>"))
    #expect(report.contains("<li>a three</li>") && report.contains("show of hands: two 12, a three 0"))
    #expect(record.contains("\"a three\" : 0") && record.contains("\"two\" : 12"))
    let skipped = try present(keys: everything, lines: [""])
    #expect(!skipped.report.contains("show of hands") && !skipped.record.contains("hands"))
    #expect(skipped.report.contains("What is it?"))
  }

  @Test func whatIsNoNumberOfHandsIsAskedForAgain() throws {
    let stage = try present(keys: everything, lines: ["many", "-1", "2.5", "7", "1"]).stage
    #expect(stage.text.contains("'many' is no number of hands") && stage.text.contains("'-1' is no number"))
    #expect(stage.text.contains("show of hands: two 7, a three 1"))
  }

  @Test func oneCanReadBackAndLeave() throws {
    let (stage, report, record, failure) = try present(
      keys: [.forward, .back, .back, .forward, .help, .other, .quit], lines: [""])
    #expect(failure == nil)
    // The first slide is its own predecessor; the slide in hand is shown once more on the way forward.
    #expect(stage.text.contains("this is the first slide"))
    #expect(stage.text.contains(Presentation.help))
    #expect(!stage.text.contains("Because."))
    #expect(report.contains("A lesson") && !report.contains("revealed"))
    #expect(record.contains("not run"))
  }

  @Test func anEarlierSlideIsShownWithWhatItGave() throws {
    let stage = try present(keys: [.forward, .forward, .back, .forward, .quit], lines: ["1", "2"]).stage
    let back = try #require(stage.text.ranges(of: "show of hands: two 1, a three 2").last)
    #expect(stage.text.ranges(of: "show of hands: two 1, a three 2").count == 2)
    #expect(stage.text[back.upperBound...].contains("2"))
    #expect(stage.text.ranges(of: "Why two?").count == 2)
  }

  @Test func theEndOfTheKeysIsTheEnd() throws {
    let (stage, _, _, failure) = try present(keys: [], lines: [""])
    #expect(failure == nil && !stage.text.contains("<key>\n2"))
  }

  @Test func anErrorEndsThePresentation() throws {
    let (stage, report, _, failure) = try present(
      "use srel 1\n\n# %% bad reveal=yes\nshow \"before\"\n[1][3]\n\n# %% later\nshow 1", keys: [.forward])
    #expect(failure?.exitCode == 1)
    #expect(stage.text.contains("before") && !stage.text.contains("later"))
    #expect(report.contains("not run: later"))
  }

  @Test func foldedCellsOpenInTheReportWithoutAScript() throws {
    let report = try present(keys: everything, lines: [""]).report
    #expect(report.contains("<details>\n<summary>Why two?</summary>"))
    #expect(report.contains("<details>\n<summary>secret</summary>"))
    let (opened, closed) = (report.ranges(of: "<details>").count, report.ranges(of: "</details>").count)
    #expect(opened == 2 && closed == 2)
    #expect(report.contains("details::details-content"))
    let failed = try present(
      "use srel 1\n\n# %% bad ask=\"Which?\" choices=[a, b] reveal=yes\n[1][3]", keys: [.forward], lines: [""]
    ).report
    let close = try #require(failed.firstRange(of: "</details>"))
    #expect(failed.contains("<summary>Answer</summary>"))
    #expect(failed[close.upperBound...].contains("class=\"error\""))
  }
}

@Suite struct PageTextTests {
  private let plain = PageText(TerminalStyle(columns: 60))

  @Test(arguments: [
    ("S(x \\to x') = \\frac{|\\Delta f(x')|}{|\\Delta f(x)|}", "S(x → x′) = |Δf(x′)|/|Δf(x)|"),
    ("w_i^{2d-2}", "wᵢ²ᵈ⁻²"), ("S_{rel}", "Sᵣₑₗ"), ("e^{t/2}", "e^(t/2)"), ("\\sin 2\\pi x", "sin 2πx"),
    ("y = 2\\max(0, u \\cdot x)", "y = 2 max(0, u · x)"), ("\\sum_i w_i x_i", "∑ᵢ wᵢxᵢ"),
    ("\\sqrt{2/(\\pi D)}", "√(2/(πD))"), ("-x + 1", "−x + 1"), ("\\hat{y} \\in \\mathbb{R}", "ŷ ∈ ℝ"),
    ("\\frac{a + b}{2}", "(a + b)/2"),
  ])
  func formulasAreReadableText(formula: String, text: String) {
    #expect(plain.prose("$\(formula)$").precomposed == text.precomposed)
  }

  @Test func formulasInASCIIUseNames() {
    let ascii = PageText(TerminalStyle(columns: 60, unicode: false))
    #expect(ascii.prose("$\\beta_i \\to w^2$, *so*") == "beta_i -> w^2, *so*")
    #expect(ascii.prose("# Über\n\n- eins\n- zwei").utf8.allSatisfy { $0 < 128 })
  }

  @Test func blocksStandApartAndLinesFit() {
    let text = plain.prose(
      """
      # A heading
      Words that are **strong**, `code` and so many that they do not fit into one line of sixty letters.

      - one item that is rather long, longer than a line of the terminal, so that it hangs
      - two

      1. first

      > quoted

      | a | bb |
      |---|---|
      | ccc | d |

      Before $$x = 1$$ after.
      """)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "A heading" && lines[1] == "━━━━━━━━━")
    #expect(lines.allSatisfy { $0.count <= 60 })
    #expect(text.contains("**strong**") && text.contains("  • one item"))
    #expect(text.contains("  1. first") && text.contains("│ quoted"))
    #expect(text.contains("a    bb\nccc  d"))
    #expect(text.contains("Before\n    x = 1\nafter."))
  }

  @Test func coloursAreClosedAndCodeKeepsItsForm() {
    let colored = PageText(TerminalStyle(columns: 60, colors: .ansi256))
    let code = colored.code("run = train net on=d  # now\nshow \"a & b\"")
    #expect(code.contains("\u{1B}[1;34mtrain\u{1B}[0m") && code.hasSuffix("\u{1B}[0m"))
    let bare = code.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(bare == "  run = train net on=d  # now\n  show \"a & b\"")
    #expect(plain.code("x = 1") == "  x = 1")
    #expect(!colored.prose("**a** and *b*").contains("*"))
  }
}

extension String {
  fileprivate var precomposed: String { precomposedStringWithCanonicalMapping }
}
