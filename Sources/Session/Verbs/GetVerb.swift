import Datasets
import Download
import FoundationEssentials
import Language
import Tables

extension Verb {
  static let get = Verb(
    "get", "fetch a data set from its publisher into the data folder; alone, list what can be fetched",
    things: [
      ThingDeclaration("NAME", .word(Publication.names), .optional, "the data set, as in get cifar10")
    ],
    options: [
      OptionDeclaration(
        "from", .text,
        "the folder of a mirror that holds the files; else that of NAME in the environment's SREL_MIRROR, else the publisher's"
      )
    ], example: "get"
  ) { session, call in
    guard let name = call.things.first?.text, let publication = Publication.named(name) else {
      if call.options["from"] != nil {
        throw SessionError.missingThing(owner: "get", thing: "NAME", kind: "the name of a data set")
          .diagnostic(at: call.command.verb.range)
      }
      return .table(try Publication.table(of: Publication.all))
    }
    if session.folders.isConfined {
      throw SessionError.downloadRefused.diagnostic(at: call.command.range)
    }
    let mirror = ProcessInfo.processInfo.environment["SREL_MIRROR"].flatMap {
      $0.isEmpty ? nil : "\($0)/\(name)"
    }
    let address = call.text("from") ?? mirror ?? publication.address
    let range = call.ranges["from"] ?? call.command.items[0].range
    try session.located(at: range) {
      try session.fetch(
        publication.files, Download(from: address, to: DataFolder.place(of: name)), of: name)
    }
    return .table(try Publication.table(of: [publication]))
  }
}

extension Session {
  /// Fetches files one after the other; a request to stop keeps what has come.
  fileprivate func fetch(_ files: [PublishedFile], _ download: Download, of name: String) throws {
    for file in files {
      do throws(DownloadError) {
        let result = try download.fetch(file) { progress in
          output(.download(progress))
          return !interruption.isRequested
        }
        output(.note("\(file.name): \(result.text) in \(download.folder)"))
      } catch {
        guard case .interrupted = error else { throw error }
        output(.warning(error.description))
        throw Stop.interrupted
      }
    }
  }
}

extension Download.Result {
  fileprivate var text: String {
    switch self {
    case .present: "already there"
    case .fetched: "fetched"
    case .resumed: "fetched, going on where an earlier transfer broke off,"
    }
  }
}

extension Publication {
  /// One row a file.
  fileprivate static func table(of publications: [Publication]) throws -> Table {
    var table = Table(columns: [
      ("name", .key), ("file", .key), ("bytes", .value), ("checksum", .note), ("address", .note),
    ])
    for publication in publications {
      for file in publication.files {
        try table.append([
          .text(publication.name), .text(file.name), .number(Double(file.bytes)),
          .text(file.checksum.description), .text(publication.address),
        ])
      }
    }
    return table
  }
}
