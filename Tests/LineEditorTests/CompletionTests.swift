import LineEditor
import ProgramSupport
import TestSupport
import Testing

private let left = "\u{1B}[D"

@Suite("Completing a word", .enabled(if: Probe.edits))
struct CompletionTests {
  static let onlyCandidates: [(keys: String, input: String)] = [
    ("lo\tx", "load x"),
    ("ep\t3", "epochs=3"),
    ("load α\tx", "load αβγ x"),
    ("αβγ αβ\tx", "αβγ αβγ x"),
    ("f(lo\tx", "f(load x"),
    ("x=tr\tnet", "x=train net"),
    ("classes=\"ank\t", "classes=\"ankle boot\""),
    ("classes=\"ankle b\t", "classes=\"ankle boot\""),
    ("\"a/b/f\t", "\"a/b/first.csv"),
    ("LO\tx", "load x"),
    ("lo__ y" + left + left + left + left + "\t", "load y"),
    ("nothing\tx", "nothingx"),
  ]

  @Test("The only candidate stands in the line with its suffix", arguments: onlyCandidates)
  func onlyCandidate(keys: String, input: String) throws {
    let terminal = try Probe.start()
    try terminal.type(keys + "\r", expecting: "[\(input)]")
  }

  @Test func whatSeveralCandidatesShareIsFilledIn() throws {
    let terminal = try Probe.start()
    try terminal.type("\"a/\ts\t\r", expecting: "[\"a/b/second.csv]")
  }

  @Test func severalCandidatesAreListedWithTheirDescriptions() throws {
    let terminal = try Probe.start()
    try terminal.send("load m\t\t")
    try terminal.expect("measure  measure S_rel — it changes nothing")
    try terminal.expect("model    a recipe of a network")
    try terminal.expect("probe> ")
    try terminal.expect("load m")
    try terminal.type("o\tnet\r", expecting: "[load model net]")
  }

  @Test func descriptionsAreCutToTheWindow() throws {
    let terminal = try Probe.start(columns: 30)
    try terminal.send("m\t\t")
    try terminal.expect("measure  measure S_rel — it c\r\n")
    try terminal.expect("model    a recipe of a networ\r\n")
  }

  @Test func theCompleterSeesTheLinesBefore() throws {
    let terminal = try Probe.start()
    try terminal.type("αβγ {\r", expecting: "....> ")
    try terminal.type("lo\tx }\r", expecting: "[αβγ {\\nload x }]")
  }
}
