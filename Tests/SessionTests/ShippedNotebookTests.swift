import Foundation
import Language
import Session
import Testing

private let notebooks = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "notebooks").path

@Suite struct ShippedNotebookTests {
  @Test(
    arguments: try FileManager.default.contentsOfDirectory(atPath: notebooks).filter { $0.hasSuffix(".srel") }
  )
  func everyShippedNotebookIsFreeOfMistakes(name: String) throws {
    let script = try String(contentsOfFile: "\(notebooks)/\(name)", encoding: .utf8)
    do {
      _ = try Conversation().session.program(Source(script))
    } catch {
      Issue.record("\(name): \(error.diagnostics.map(\.title))")
    }
  }
}
