import Foundation
import ProgramSupport
import TestSupport
import Testing

@Suite struct ConvertTests {
  @Test func aLessonInMarkdownRunsAndLeavesItsReport() throws {
    let script = try Script("# Lesson\n\n```srel a\nx = 20\nx * 2\n```\n\nThe end.\n", name: "l.srel.md")
    let found = try Program.run([script.path])
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.output == "40\n")
    #expect(try script.folder.names == ["l.out", "l.srel.md"])
    #expect(try script.folder.text("l.out/report.html").contains("Lesson</h1>"))
    let checked = try Program.run(["--check", script.path])
    #expect(checked.output.contains("3 cells, 2 statements, no errors"), "\(checked.output)")
  }

  @Test(arguments: [
    (
      "Text (with a bracket.\n\n```srel a\nshow 1\nfoo bar\n```\n", 2 as Int32,
      "l.srel.md:5:1: error: unknown", "foo bar"
    ),
    ("\n```srel a\n[1][7]\n```\n", 1, "l.srel.md:3:5: error: there is no element 7", "[1][7]"),
    ("# Formula\n\n$\\nonsense$\n", 2, "l.srel.md:1:1: error: line 3", "# Formula"),
    ("```srel a\nshow (1\n```\n\n```srel b\n)\n```\n", 2, "l.srel.md:", "begins inside a statement"),
  ])
  func anErrorPointsIntoTheMarkdown(text: String, code: Int32, place: String, line: String) throws {
    let script = try Script(text, name: "l.srel.md")
    let found = try Program.run([script.path])
    #expect(found.code == code)
    #expect(found.errors.contains(place), "\(found.errors)")
    #expect(found.errors.contains(line), "\(found.errors)")
  }

  @Test func theCommandConvertsAndHasItsCodes() throws {
    let script = try Script("# %% a\nshow 1\n", name: "n.srel")
    let folder = script.folder
    func convert(_ arguments: String...) throws -> Outcome { try Program.run(["convert"] + arguments) }
    let (jupyter, back) = (folder.file("n.ipynb"), folder.file("back.srel"))
    let done = try convert(script.path, jupyter)
    #expect(done.code == 0, "\(done.errors)")
    #expect(done.output + done.errors == "")
    #expect(try convert(jupyter, back).code == 0)
    #expect(try folder.text("back.srel") == "# %% a\nshow 1\n")
    let again = try convert(script.path, jupyter)
    #expect(again.code == 1)
    #expect(again.errors.contains("exists already\n  give another name, or --force"), "\(again.errors)")
    #expect(try convert("--force", script.path, jupyter).code == 0)
    #expect(try convert(script.path, folder.file("n.doc")).code == 2)
    #expect(try convert(script.path).code == 2)
    // The word is a command only where it comes first.
    #expect(try Program.run(["-q", "convert", script.path, back]).code == 2)
    let run = try Program.run([jupyter])
    #expect(run.code == 2)
    #expect(run.errors.contains("srel-repl convert"), "\(run.errors)")
    #expect(try folder.names == ["back.srel", "n.ipynb", "n.srel"])
  }
}
