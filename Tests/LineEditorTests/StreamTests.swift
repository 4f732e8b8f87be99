import Foundation
import LineEditor
import ProgramSupport
import TestSupport
import Testing

@Suite("Reading from a file or a pipe")
struct StreamTests {
  @Test(
    arguments: [
      ("a\nb\n", "[a]\n[b]\n"),
      ("a\nb", "[a]\n[b]\n"),
      ("a\r\nb\r\n", "[a]\n[b]\n"),
      ("x {\n y\n}\nz\n", "[x {\\n y\\n}]\n[z]\n"),
      ("x {\n", "[x {]\n"),
      ("\n\n", "[]\n[]\n"),
      ("", ""),
      ("é日😀\n", "[é日😀]\n"),
    ])
  func linesAreReadWithoutPromptOrEcho(input: String, output: String) throws {
    let result = try Probe.run(input: Array(input.utf8))
    #expect(result.output == output + "bye\n")
    #expect(result.errors == "")
    #expect(result.code == 0)
  }

  @Test func bytesThatAreNotUTF8AreReplaced() throws {
    let result = try Probe.run(input: [0x61, 0xFF, 0x62, 0x00, 0x63, 0x0A])
    #expect(result.output == "[a\u{FFFD}b\u{0}c]\nbye\n")
  }

  @Test func aLineOfAMegabyteAndAHundredThousandLinesAreRead() throws {
    let long = String(repeating: "x", count: 1_000_000) + "\n"
    let result = try Probe.run(input: Array((long + String(repeating: "y\n", count: 100_000)).utf8))
    #expect(result.output.hasPrefix("[1000000 bytes]\n[y]\n"))
    #expect(result.output.components(separatedBy: "[y]\n").count == 100_001)
  }

  @Test func nothingIsPromptedWhenOnlyTheInputIsATerminal() throws {
    let folder = try TemporaryFolder()
    let terminal = try PseudoTerminal([
      "/bin/sh", "-c", "echo ready; '\(Probe.path)' > '\(folder.file("out"))'; echo over",
    ])
    try terminal.expect("ready")
    try terminal.send("hello\r\u{4}")
    try terminal.expect("over")
    #expect(!terminal.text.contains("probe>") && !terminal.text.contains("\u{1B}"))
    #expect(try folder.text("out") == "[hello]\nbye\n")
  }

  @Test func theLibraryNamesItsLicence() {
    let library = LineEditor.library
    switch library.name {
    case "GNU readline": #expect(library.licence == "GPL-3.0-or-later" && library.version.contains("."))
    case "libedit": #expect(library.licence == "BSD-3-Clause" && library.version.contains("."))
    default: #expect(library == .init(name: "none", version: "", licence: ""))
    }
  }
}
