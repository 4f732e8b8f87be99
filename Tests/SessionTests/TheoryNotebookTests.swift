import Foundation
import Language
import Session
import TestSupport
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

  /// Where the authors' pickles are present, their S stands beside that of the notebook.
  @Test(arguments: [("ridge_features", ""), ("ridge_features_intraclass", "_intraclass")])
  func theAuthorsPicklesAreSetBeside(name: String, ending: String) throws {
    let folder = try TemporaryFolder()
    let pickle = RidgePickle.bytes(.arrayOfEachFlow)
    for features in [10, 100] {
      _ = try folder.write(pickle, as: "SRel_path_avg_p\(features)_dim100\(ending).pkl")
    }
    let results = try Self.run(
      name,
      [
        ("features", "[10]"), ("last", "8000"), ("pairs", "3"), ("starts", "2"),
        ("assets", "\"\(folder.path)\""),
      ])
    // The mean of the pickle at time 0 is 9.5 + 4.5/16.
    #expect(results.contains { $0.contains("features=10") && $0.contains("at_start=") }, "\(results)")
  }

  @Test(arguments: notebooks)
  func theNotebookRuns(name: String, parameters: [(String, String)]) throws {
    _ = try Self.run(name, parameters)
  }

  /// With their own parameters the numbers of the prose are asserted. With others the asserts are skipped.
  static let quickNotebooks: [(String, [(String, String)])] = [
    ("first_steps", [("seed", "2")]), ("first_steps", [("noise", "3")]), ("relu_gate", [("last", "20")]),
    ("demo_elastic_phase", [("degree", "1")]), ("ridge_features", [("starts", "2"), ("last", "400")]),
    ("ridge_features_intraclass", [("seed", "7"), ("last", "400")]),
  ]

  @Test(arguments: Set(quickNotebooks.map(\.0)).sorted())
  func theNumbersOfTheProseHold(name: String) throws {
    _ = try Self.run(name, [])
  }

  @Test(arguments: quickNotebooks)
  func otherParametersFailNoAssert(name: String, parameters: [(String, String)]) throws {
    _ = try Self.run(name, parameters)
  }

  /// What the notebook shows with these parameters.
  private static func run(_ name: String, _ parameters: [(String, String)]) throws -> [String] {
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
    return conversation.results
  }
}
