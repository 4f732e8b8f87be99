import Foundation
import LineEditor
import ProgramSupport
import TestSupport
import Testing

private let up = "\u{1B}[A"
private let down = "\u{1B}[B"
private let left = "\u{1B}[D"
private let pasteBegin = "\u{1B}[200~"
private let pasteEnd = "\u{1B}[201~"

@Suite("Editing a line in a terminal")
struct EditingTests {
  @Test func linesAreRead() throws {
    let terminal = try Probe.start()
    try terminal.type("hello\r", expecting: "[hello]")
    try terminal.expect("probe> ")
    try terminal.type("two words\r", expecting: "[two words]")
  }

  @Test func aCharacterAboveASCIIIsErasedWhole() throws {
    let terminal = try Probe.start()
    try terminal.type("naïve αβ 日本\u{7F}\r", expecting: "[naïve αβ 日]")
  }

  @Test(.enabled(if: Probe.edits)) func keysOfTheCursorMoveAndAreNotShown() throws {
    let terminal = try Probe.start()
    try terminal.type("abXc" + left + left + "\u{4}" + left + "é\r", expecting: "[aébc]")
    #expect(!terminal.text.contains("^["))
  }

  @Test(.enabled(if: Probe.edits), arguments: [20, 21, 27, 40])
  func longLinesWrapBesideAColouredPromptOfWideCharacters(columns: UInt16) throws {
    let prompt = "\u{1B}[1;32m日 probe>\u{1B}[0m "
    let terminal = try PseudoTerminal([Probe.path], environment: ["PROBE_PROMPT": prompt], columns: columns)
    try terminal.expect("\u{1B}[1;32m")
    try terminal.expect("probe>\u{1B}[0m")
    let typed = String(repeating: "日abc", count: 12)
    try terminal.type(typed + "\u{1}X\u{5}Y\r", expecting: "[X\(typed)Y]")
    #expect(!terminal.text.contains("\u{1}") && !terminal.text.contains("\u{2}"))
  }

  @Test func aLineIsKeptWhenTheWindowChangesItsSize() throws {
    let terminal = try Probe.start()
    let typed = String(repeating: "word ", count: 20)
    try terminal.send(typed)
    try terminal.expect("word")
    for columns in [30, 120, 10, 80] as [UInt16] { terminal.resize(rows: 24, columns: columns) }
    try terminal.type("end\r", expecting: "[\(typed)end]")
  }

  // MARK: - Several lines

  @Test func anInputGoesOnUntilItIsComplete() throws {
    let terminal = try Probe.start()
    try terminal.type("train {\r", expecting: "....> ")
    try terminal.type("measure\r", expecting: "....> ")
    try terminal.type("}\r", expecting: "[train {\\nmeasure\\n}]")
    try terminal.expect("probe> ")
  }

  @Test(.enabled(if: Probe.edits), arguments: ["\n", "\r", "\r\n"])
  func aPastedBlockIsOneInput(newline: String) throws {
    let terminal = try Probe.start()
    #expect(terminal.text.contains("\u{1B}[?2004h"))
    let block = ["# a comment", "a = 1", "", "\tb"].joined(separator: newline)
    try terminal.send("x " + pasteBegin + block + newline + pasteEnd)
    try terminal.type("\r", expecting: ["[x # a comment", "a = 1", "", "\tb]"].joined(separator: "\\n"))
    #expect(!terminal.text.contains("00~") && !terminal.text.contains("01~"))
  }

  @Test func pastedLinesAreInputsOfTheirOwnWhereTheTerminalDoesNotMarkThem() throws {
    let terminal = try Probe.start(["TERM": "dumb"])
    try terminal.send("one {\rtwo }\rthree\r")
    try terminal.expect("[one {\\ntwo }]")
    try terminal.expect("[three]")
    #expect(!terminal.text.contains("\u{1B}"))
  }

  @Test(.enabled(if: Probe.edits)) func aLineOfAMegabyteIsOneInput() throws {
    let terminal = try Probe.start()
    try terminal.send(pasteBegin)
    try terminal.send([UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000))
    try terminal.type(pasteEnd + "\r", expecting: "[1000000 bytes]")
    try terminal.type("after\r", expecting: "[after]")
  }

  // MARK: - Other terminals

  @Test(arguments: ["dumb", "no-such-terminal", ""])
  func aTerminalWithoutCursorControlGetsPromptsAndNothingElse(name: String) throws {
    let terminal = try Probe.start(["TERM": name])
    try terminal.type("hello\r", expecting: "[hello]")
    try terminal.expect("probe> ")
    try terminal.type("\u{4}", expecting: "bye")
    #expect(terminal.text.replacing("\r\n", with: "\n") == "probe> hello\n[hello]\nprobe> \nbye\n")
  }

  @Test(arguments: ["C", "POSIX", "no_SUCH.locale"])
  func charactersAboveASCIIComeThroughInALocaleWithoutThem(locale: String) throws {
    let terminal = try Probe.start(["LC_ALL": locale])
    try terminal.type("naïve 日本\r", expecting: "[naïve 日本]")
  }

  // MARK: - The user's settings

  @Test(.enabled(if: Probe.edits)) func viKeysOfTheInitFileAreKept() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("set editing-mode vi\n", as: "inputrc")
    let terminal = try Probe.start(["INPUTRC": file])
    try terminal.send("abc def")
    try terminal.expect("def")
    try terminal.send("\u{1B}")
    try terminal.send("0x")
    try terminal.type("A!\r", expecting: "[bc def!]")
    try terminal.type("12" + left + "x" + pasteBegin + "p\nq" + pasteEnd + "\r", expecting: "[1xp\\nq2]")
    try terminal.type(up + up + "\r", expecting: "[bc def!]")
  }

  @Test(.enabled(if: Probe.edits)) func aKeyOfTheInitFileIsKept() throws {
    let folder = try TemporaryFolder()
    try folder.write("\"\\C-t\": \"typed by a key\"\n\"\\e[A\": \"up\"\n", as: ".inputrc")
    try folder.write("bind -s ^T \"typed by a key\"\nbind -s \"^[[A\" up\n", as: ".editrc")
    let terminal = try Probe.start(["HOME": folder.path])
    try terminal.type("\u{14} " + up + "\r", expecting: "[typed by a key up]")
  }

  // MARK: - The text editor

  @Test(.enabled(if: Probe.edits)) func theInputCanBeChangedInATextEditor() throws {
    let folder = try TemporaryFolder()
    let editor = try folder.write(
      "#!/bin/sh\nsed 's/one/two/' \"$1\" > \"$1.new\"; echo 'last }' >> \"$1.new\"; mv \"$1.new\" \"$1\"\n",
      as: "editor", mode: 0o700)
    let terminal = try Probe.start(["EDITOR": editor, "TMPDIR": folder.path])
    try terminal.type("one {\r", expecting: "....> ")
    try terminal.send("more\u{18}\u{5}")
    try terminal.expect("probe> ")
    try terminal.expect("last }")
    try terminal.type("\r", expecting: "[two {\\nmore\\nlast }]")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["editor"])
  }

  @Test(
    .enabled(if: Probe.edits),
    arguments: [
      ("/no/such/editor", "there is no command '/no/such/editor'; set EDITOR"),
      ("false", "'false' ended with status 1; the input is as before"),
    ])
  func anEditorThatFailsLeavesTheInputAsItWas(editor: String, message: String) throws {
    let terminal = try Probe.start(["EDITOR": editor])
    try terminal.send("kept\u{18}\u{5}")
    try terminal.expect("warning: " + message)
    try terminal.expect("kept")
    try terminal.type("\r", expecting: "[kept]")
  }
}
