import Foundation
import Language
import Session
import Testing

/// The notebooks on theory and regression run, at a reduced size.
@Suite struct TheoryNotebookTests {
  static let notebooks: [(String, [(String, String)])] = [
    ("demo_elastic_phase", [("points", "20"), ("steps", "300")]),
    ("demo_inelastic_phase", [("points", "20"), ("seeds", "[1]"), ("steps", "400")]),
    ("ridge_features", [("features", "[5]"), ("last", "200"), ("pairs", "3"), ("starts", "2")]),
    ("ridge_features_intraclass", [("features", "[10]"), ("last", "200"), ("pairs", "3"), ("starts", "2")]),
    ("relu_gate", [("points", "10")]), ("homogeneous", [("points", "20"), ("seeds", "[1, 2]")]),
    ("regression_two_phase", [("seeds", "[1]"), ("steps", "100"), ("points", "6")]),
  ]

  @Test(arguments: notebooks)
  func theNotebookRuns(name: String, parameters: [(String, String)]) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let text = try String(contentsOfFile: "\(folder)/notebooks/\(name).srel", encoding: .utf8)
    let conversation = Conversation()
    let out = try temporaryFolder()
    conversation.session.folders = OutputFolders(root: out)
    let runner = try NotebookRunner(
      Source(text, name: "\(name).srel"), name: name, session: conversation.session,
      parameters: parameters.map { (name: $0.0, text: $0.1) })
    let failure = runner.run(in: try RunFolder(for: "", out: out), keepsGoing: false)
    #expect(failure == nil, "\(failure.map { $0.diagnostics.map(\.title).joined(separator: "; ") } ?? "")")
  }
}
