import Charts
import Language
import Session
import Testing

@Suite struct SketchTests {
  private static let setup =
    smallSetup + "run = train net on=d steps=6 batch=20 { every 2 steps { measure srel points=pts } }\n"

  @Test func aTableIsDrawnInCharacters() throws {
    let text = try shown(Self.setup + "sketch run.srel x=step by=same average=median")
    #expect(text.contains("a ⠒⠒⠒⠒ same class") && text.contains("other class"))
    #expect(text.contains("step") && text.contains("⠤"))
    #expect(!text.contains("\u{1B}"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func itIsDrawnForTheTerminalThatShowsIt() throws {
    let session = Session { _ in }
    var drawings: [Drawing] = []
    session.output = { if case .drawing(let drawing) = $0 { drawings.append(drawing) } }
    try session.run(Source(Self.setup + "sketch run.srel x=step by=same average=median"))
    let drawing = try #require(drawings.first)
    let ascii = drawing.text(TerminalStyle(columns: 60, rows: 20, unicode: false))
    #expect(ascii.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
    #expect(ascii.split(separator: "\n").allSatisfy { $0.count <= 60 })
    #expect(drawing.text(TerminalStyle(colors: .ansi256)).contains("\u{1B}[38;5;"))
    session.resultFormat = .json
    var lines: [String] = []
    session.output = { if case .result(let line) = $0 { lines.append(line) } }
    try session.run(Source("sketch run.srel x=step by=same average=median"))
    #expect(lines.count == 1 && lines[0].hasPrefix("{\"text\":\""))
  }

  @Test(arguments: [
    ("sketch run.srel x=step by=same", "average has 4 values: add average=median or by=average"),
    ("sketch run.srel x=stp by=same", "did you mean 'step'?"),
    ("sketch run.srel x=step avrage=mean", "did you mean 'average'?"),
    ("sketch run.srel x=step average=maen", "did you mean 'mean'?"),
    ("sketch run x=step", "its table is .srel or .history"),
    ("sketch run.srel x=step by=same average=mean to=\"x.svg\"", "sketch has no option 'to'"),
    ("sketch run.srel[step > 99] x=step by=same", "the table has no rows"),
  ])
  func slipsAreToldAsForPlots(command: String, message: String) throws {
    let conversation = Conversation()
    try conversation.say(Self.setup)
    #expect(conversation.failure(command).contains(message), "\(conversation.failure(command))")
  }
}
