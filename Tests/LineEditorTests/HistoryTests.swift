import Foundation
import LineEditor
import ProgramSupport
import TestSupport
import Testing

private let up = "\u{1B}[A"
private let down = "\u{1B}[B"

@Suite("Recalling earlier inputs", .enabled(if: Probe.edits))
struct RecallTests {
  private func start(_ environment: [String: String] = [:]) throws -> PseudoTerminal {
    let terminal = try Probe.start(environment)
    for entry in ["train one", "load two", "train three"] {
      try terminal.type(entry + "\r", expecting: "[\(entry)]")
      try terminal.expect("probe> ")
    }
    return terminal
  }

  static let recalls: [(keys: String, input: String)] = [
    (up, "train three"),
    (up + up + up, "train one"),
    ("train" + up, "train three"),
    ("train" + up + up, "train one"),
    ("lo" + up, "load two"),
    ("train" + up + up + down, "train three"),
    ("\u{1B}OA\u{1B}OA", "load two"),
    (up + " x", "train three x"),
    ("train" + up + up + up + up, "train one"),
    ("\u{12}two", "load two"),
    ("\u{10}\u{10}", "load two"),
  ]

  @Test(arguments: recalls)
  func keysRecallTheNewestEntryWithTheBeginningTyped(keys: String, input: String) throws {
    let terminal = try start()
    try terminal.type(keys + "\r", expecting: "[\(input)]")
  }

  @Test func anInputOfSeveralLinesIsOneEntry() throws {
    let terminal = try start()
    try terminal.type("every {\r", expecting: "....> ")
    try terminal.type("# note\r", expecting: "....> ")
    try terminal.type("}\r", expecting: "[every {\\n# note\\n}]")
    try terminal.expect("probe> ")
    try terminal.type(up + " x\r", expecting: "[every {\\n# note\\n} x]")
    try terminal.type(up + up + up + "\r", expecting: "[train three]")
  }

  @Test func entriesLongerThanAScreenAreRecalledWhole() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "word ", count: 2000) + "end"
    let file = HistoryFile(path: folder.file("history"))
    try file.append(HistoryEntry(text: long))
    let terminal = try Probe.start(["PROBE_HISTORY": file.path])
    try terminal.type("word" + up + "\r", expecting: "[\(long.utf8.count) bytes]")
  }
}

@Suite("The history file")
struct HistoryFileTests {
  @Test(.enabled(if: Probe.edits)) func inputsOfEarlierSessionsAreRecalledAndKept() throws {
    let folder = try TemporaryFolder()
    let foreign = """
      _HiStOrY_V2_
      plain\\040line
      {"time":"2026-03-01T12:00:00Z","directory":"/home/ada","text":"first {\\n}"}
      {"time":"2026-03-01T12:00:01Z","directory":"/ho
      {"text":7}
      \u{0}\u{7}

      {"text":"second"}
      {"time":"unfinis
      """
    let path = try folder.write(foreign, as: "history", mode: 0o644)
    let terminal = try Probe.start(["PROBE_HISTORY": path])
    try terminal.type(up + "\r", expecting: "[second]")
    try terminal.type(up + up + "\r", expecting: "[first {\\n}]")
    try terminal.type("third \"quoted\" \\ é\r", expecting: "[third \"quoted\" \\ é]")
    try terminal.expect("probe> ")
    try terminal.type("\u{4}", expecting: "bye")
    let after = try folder.text("history")
    #expect(after.hasPrefix(foreign + "\n{\"time\":"))
    #expect(
      try HistoryFile(path: path).load().map(\.text)
        == ["first {\n}", "second", "first {\n}", "third \"quoted\" \\ é"])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func twoSessionsAtOnceKeepTheInputsOfBoth() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("state/deep/history")
    let one = try Probe.start(["PROBE_HISTORY": path])
    let two = try Probe.start(["PROBE_HISTORY": path])
    try one.type("of one\r", expecting: "[of one]")
    try two.type("of two\r", expecting: "[of two]")
    try one.type("again one\r", expecting: "[again one]")
    for terminal in [one, two] {
      try terminal.expect("probe> ")
      try terminal.type("\u{4}", expecting: "bye")
    }
    let entries = try HistoryFile(path: path).load()
    #expect(entries.map(\.text) == ["of one", "of two", "again one"])
    #expect(entries.allSatisfy { $0.time.count == 20 && $0.directory.hasPrefix("/") })
  }

  @Test func everyLineIsWholeAfterTwoHundredProcessesAtOnce() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("history")
    let processes = try (0..<200).map { _ in
      try ChildProcess([Probe.path, "append", path, "20"])
    }
    for process in processes { #expect(try process.ending() == .exit(0)) }
    let lines = try folder.text("history").split(separator: "\n")
    #expect(lines.count == 4000)
    #expect(try HistoryFile(path: path, limit: 1 << 30).load().count == 4000)
  }

  @Test func onlyTheNewestEntriesAreLoadedFromALongFile() throws {
    let folder = try TemporaryFolder()
    let file = HistoryFile(path: folder.file("history"), limit: 1000)
    for number in 0..<100 {
      try file.append(HistoryEntry(time: "t", directory: "d", text: "entry \(number)"))
    }
    let texts = try file.load().map(\.text)
    #expect(texts.count > 10 && texts.count < 30)
    #expect(texts.last == "entry 99")
  }

  @Test(arguments: [
    "", "plain", "two\nlines", "tab\tquote\"back\\slash/", "é日😀", "\u{0}\u{1}\u{7F}\r\n", "\u{2028}",
  ])
  func anEntryIsOneLineAndComesBackAsItWas(text: String) throws {
    let entry = HistoryEntry(time: "2026-03-01T12:00:00Z", directory: "/a \"b\"", text: text)
    #expect(entry.line.count { $0 == 10 } == 1 && entry.line.last == 10)
    #expect(HistoryEntry(line: entry.line[...]) == entry)
  }

  @Test(
    arguments: [
      (#"{"text":"a\u00e9\ud83d\ude00\/"}"#, "aé😀/"),
      (#" { "more" : 1.5e3 , "text" : "a" , "no" : null } "#, "a"),
      (#"{"text":"a"} x"#, nil), (#"{"text":"a""#, nil), (#"{"text":"a\x"}"#, nil),
      (#"{"text":"\ud83d"}"#, nil),
      (#"{"text":"\u+0e9"}"#, nil), (#"{"text":["a"]}"#, nil), (#"{"time":"a"}"#, nil), ("{}", nil),
      ("", nil),
      ("[]", nil), (#"{"text"#, nil), (#"{"text":"a"#, nil), (#"{"text":"\u12"#, nil),
    ])
  func linesOfOtherProgramsAreReadOrLeftOut(line: String, text: String?) {
    #expect(HistoryEntry(line: Array(line.utf8)[...])?.text == text)
  }

  @Test func aMissingFileHasNoEntriesAndAFolderCannotBeOne() throws {
    let folder = try TemporaryFolder()
    #expect(try HistoryFile(path: folder.file("none")).load() == [])
    #expect(throws: LineEditorError.cannotWriteHistory(path: folder.path, reason: "Is a directory")) {
      try HistoryFile(path: folder.path).append(HistoryEntry(text: "x"))
    }
    let below = try folder.write("", as: "file") + "/history"
    #expect(throws: LineEditorError.cannotReadHistory(path: below, reason: "Not a directory")) {
      try HistoryFile(path: below).load()
    }
  }

  @Test func aHistoryThatCannotBeKeptIsReportedOnceAndTheShellGoesOn() throws {
    let terminal = try Probe.start(["PROBE_HISTORY": "/proc/no/history"])
    try terminal.send("one\r")
    try terminal.expect("the history /proc/no/history cannot be written")
    try terminal.expect("[one]")
    try terminal.type("two\r", expecting: "[two]")
    #expect(terminal.text.ranges(of: "cannot be written").count == 1)
  }

  @Test func theFileStandsInTheFolderForState() {
    let home = HistoryFile.standard(application: "app", environment: ["HOME": "/home/ada"])
    #expect(home?.path == "/home/ada/.local/state/app/history.jsonl")
    let state = HistoryFile.standard(application: "app", environment: ["HOME": "/h", "XDG_STATE_HOME": "/s"])
    #expect(state?.path == "/s/app/history.jsonl")
    #expect(HistoryFile.standard(application: "app", environment: [:]) == nil)
  }
}
