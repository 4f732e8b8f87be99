import Foundation
import Language
import Session
import Testing

@Suite struct CellOptionTests {
  private func run(_ text: String, parameters: [(name: String, text: String)] = []) throws -> (
    failure: SessionFailure?, report: String, record: String, conversation: Conversation
  ) {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    conversation.session.folders = OutputFolders(root: folder)
    let runner = try NotebookRunner(
      Source(text, name: "n.srel"), name: "n", session: conversation.session, parameters: parameters)
    let failure = runner.run(in: try RunFolder(for: "n.srel", out: folder))
    return (
      failure, try SessionTests.text(of: folder + "/report.html"),
      try SessionTests.text(of: folder + "/outputs.json"), conversation
    )
  }

  @Test func aCellThatHasToFailShowsItsErrorAndAllGoesOn() throws {
    let (failure, report, record, conversation) = try run(
      "# %% a expect=error\nx = 1\n[1][5]\n# %% b expect=error\nassert x > 2\n# %% c\nshow x")
    #expect(failure == nil)
    #expect(conversation.results.count == 3)
    #expect(conversation.results[0].hasPrefix("n.srel:3:5: error: there is no element 5"))
    #expect(conversation.results[1].contains("assertion failed: x > 2"))
    #expect(conversation.results[2] == "1")
    #expect(record.contains("failed as expected"))
    #expect(report.contains("there is no element 5") && !report.contains("role=\"alert\""))
  }

  @Test func aCellThatShouldHaveFailedIsTheFailure() throws {
    let (failure, report, _, conversation) = try run("# %% a expect=error\nshow 1\n# %% b\nshow 2")
    #expect(failure?.exitCode == 1)
    #expect(failure?.diagnostics.map(\.title) == ["the cell 'a' did not fail"])
    #expect(conversation.results == ["1"])
    #expect(report.contains("the cell &#39;a&#39; did not fail") && report.contains("not run: b"))
  }

  @Test(arguments: [
    ("skip=yes", "1", false), ("skip=no", "1", true), ("skip=(n < 3)", "2", false),
    ("skip=(n < 3)", "3", true),
    ("skip=(n < 3 and m == 2)", "2", false),
  ])
  func aConditionOnParametersSkipsACell(option: String, n: String, isRun: Bool) throws {
    let (failure, report, record, conversation) = try run(
      "# %% p\nparam n = 1\nm = 2\n# %% a \(option)\nshow \"seen\"\n# %% b\nshow n", parameters: [("n", n)])
    #expect(failure == nil)
    #expect(conversation.results == (isRun ? ["seen", n] : [n]))
    #expect(record.contains("\"skipped\"") == !isRun)
    #expect(report.contains("not run: skipped") == !isRun)
  }

  @Test func theReportHidesWhatACellAsks() throws {
    let (_, report, record, _) = try run(
      """
      # %% a hide=code
      show "out a"
      # %% b hide=output
      show "out b"
      # %% c hide=cell
      show "out c"
      # %% [markdown] d hide=cell
      # Prose d.
      # %% e hide=[code, output]
      show "out e"
      [1][8]
      """)
    #expect(report.contains(">out a") && !report.contains("&quot;out a&quot;"))
    #expect(!report.contains(">out b") && report.contains("&quot;out b&quot;"))
    for hidden in ["out c", "Prose d", "out e"] { #expect(!report.contains(hidden), "\(hidden)") }
    #expect(report.contains("there is no element 8"), "an error is never hidden")
    #expect(record.contains("out b") && record.contains("out c"), "the record holds all")
  }

  @Test(arguments: [
    ("tpl=3", "cell has no option 'tpl'", "did you mean 'tol'?"),
    ("expect=eror", "expect has no value 'eror'", "did you mean 'error'?"),
    ("tol=-1", "tol takes a number, 0 or more, not -1", nil),
    ("tol=\"a\"", "tol takes a number, 0 or more, not a string", nil),
    ("hide=yes", "hide takes one or several of code, output, cell, not yes or no", nil),
    ("hide=[code, coed]", "hide has no value 'coed'", "did you mean 'code'?"),
    ("skip=(zz > 1)", "there is no variable 'zz'", nil),
    ("cache=3", "cache takes yes or no, not a number", nil),
    ("ask=3", "ask takes a string, not a number", nil), ("tol=(1 + n)", "there is no variable 'n'", nil),
    ("reveal=maybe", "there is no variable 'maybe'", nil),
  ])
  func wrongOptionsAreToldWithTheirPlaceBeforeAnythingRuns(option: String, title: String, hint: String?)
    throws
  {
    let text = "# %% p\nshow 1\n# %% a \(option)\nshow 2"
    let conversation = Conversation()
    do throws(SessionFailure) {
      _ = try NotebookRunner(Source(text), name: "n", session: conversation.session, parameters: [])
      Issue.record("no error")
    } catch {
      #expect(error.exitCode == 2)
      #expect(error.diagnostics.map(\.title) == [title])
      #expect(hint == nil || error.diagnostics.first?.hint == hint)
      let place = error.diagnostics.first?.range?.lowerBound ?? 0
      #expect(Source(text).position(at: place).line == 3)
    }
  }

  @Test func aScriptRunByACommandHasItsOptionsToo() throws {
    let path = try temporaryFolder() + "/s.srel"
    func run(_ script: String) throws -> Conversation {
      try script.write(toFile: path, atomically: true, encoding: .utf8)
      let conversation = Conversation()
      #expect(conversation.exitCode("do \"\(path)\"\nshow \"after\"") == (script.contains("bad") ? 1 : 0))
      return conversation
    }
    let good = try run("k = 2\n# %% a skip=(k > 1)\nshow 1\n# %% b expect=error\n[1][5]\n# %% c\nshow 3")
    #expect(good.results.count == 3 && good.results[0].contains("there is no element 5"))
    #expect(good.results[1...] == ["3", "after"])
    #expect(try run("# %% bad expect=error\nshow 1").results == ["1"])
  }
}
