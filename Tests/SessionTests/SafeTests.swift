import Foundation
import Session
import Testing

@Suite struct SafeTests {
  @Test(arguments: [
    ("\"t.csv\"", true), ("\"deep/t.csv\"", true), ("\"../t.csv\"", false), ("\"a/../../t.csv\"", false),
    ("\"/tmp/t.csv\"", false), ("\"link/t.csv\"", false),
  ])
  func writingIsConfinedToTheFolder(file: String, isAllowed: Bool) throws {
    let folder = try temporaryFolder()
    let root = folder + "/out"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: root + "/link", withDestinationPath: "..")
    let conversation = Conversation()
    conversation.session.folders = OutputFolders(root: root, isConfined: true)
    try conversation.say(smallSetup + "run = train net on=d steps=2")
    let found = conversation.failure("save run.history to=\(file)")
    if isAllowed { #expect(found == "no error") } else { #expect(found.contains("--safe refuses to write")) }
    #expect(!FileManager.default.fileExists(atPath: folder + "/t.csv"))
  }

  @Test func withoutAFolderNothingIsWritten() throws {
    let conversation = Conversation()
    conversation.session.folders = OutputFolders(root: nil, isConfined: true)
    #expect(conversation.failure("save session to=\"x.srel\"").contains("start with --out FOLDER"))
  }
}
