import Session
import TestSupport
import Testing

@Suite struct GetTests {
  @Test func aloneItListsWhatCanBeFetched() throws {
    let text = try shown("get")
    for word in [
      "cifar10", "cifar100", "svhn", "mnist", "fashion_mnist", "train_32x32.mat",
      "2 more columns: checksum, address",
    ] {
      #expect(text.contains(word))
    }
  }

  @Test func unknownNamesAndLonelyMirrorsAreRefused() {
    #expect(failure("get cifar").contains("cifar10"))
    #expect(failure("get from=\"http://127.0.0.1:9\"").contains("get needs NAME"))
    #expect(failure("get mnist from=\"ftp://host\"").contains("begins with http:// or https://"))
  }

  @Test func safeSessionsDoNotDownload() throws {
    let server = try LoopbackServer(serving: [])
    let conversation = Conversation()
    conversation.session.folders.isConfined = true
    #expect(
      conversation.failure("get mnist from=\"\(server.address)\"").contains("--safe refuses to download"))
    #expect(server.requests.isEmpty)
  }
}
