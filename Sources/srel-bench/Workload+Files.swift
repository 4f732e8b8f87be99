import Datasets
import Foundation
import Kernels
import Language
import Network
import Random
import Tables
import Tensor

extension Workload {
  /// Readers, in millions of bytes a second of files made for the purpose; loading; the parser.
  static func files(_ workers: Workers) -> [Workload] {
    var works = [
      reader("read_idx") {
        try idx(images: 12_000).write(to: $0)
      } read: {
        _ = try IDXFile(reading: $0.path)
      },
      reader("read_npy") {
        let numbers = [Double](repeating: 0.1, count: 1_000_000)
        try NPYArray([1000, 1000], .float64(numbers)).write(to: $0.path)
      } read: {
        _ = try NPYArray(reading: $0.path)
      },
      reader("read_safetensors") {
        try SafetensorsFile(tensors: [("w", Tensor([2000, 1000], repeating: 0.5))]).write(to: $0.path)
      } read: {
        _ = try SafetensorsFile(reading: $0.path)
      },
      reader("read_csv") {
        try table(rows: 50_000).writeCSV(to: $0.path)
      } read: {
        _ = try Table(contentsOfCSV: $0.path)
      },
      reader("read_jsonl") {
        try table(rows: 50_000).writeJSONLines(to: $0.path)
      } read: {
        _ = try Table(contentsOfJSONLines: $0.path)
      },
      cifar(),
      Workload(name: "gather_batch_b256_s", items: Items(256, "samples")) {
        let data = normal([1024, 32, 32, 3], classes: 3)
        let rows = (0..<256).map { $0 * 389 % 1024 }
        return { _ = data.batch(rows: rows) }
      },
      parser(),
    ]
    if AssetLocation.path("Assets/fashion-mnist-subset") != nil {
      works.append(
        Workload(name: "load_fashion_mnist_s", items: Items(1500, "samples")) {
          let options = LoadOptions(perClass: 500, channels: 3, pad: 32)
          return { _ = try Dataset.load(.fashionMNISTSubset, options) }
        })
    }
    return works.map {
      var work = $0
      work.isShared = false
      return work
    }
  }

  /// A file that is made, read again and again, and removed with its folder.
  private static func reader(
    _ name: String, write: @escaping (URL) throws -> Void, read: @escaping (URL) throws -> Void
  ) -> Workload {
    var size = 0
    return Workload(name: "\(name)_s", items: Items(Double(size) / 1e6, "MB")) {
      let folder = try ScratchFolder()
      let file = folder.url.appendingPathComponent(name)
      try write(file)
      size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
      return { try withExtendedLifetime(folder) { try read(file) } }
    }
  }

  private static func idx(images: Int) -> Data {
    var bytes: [UInt8] = [0, 0, 8, 3]
    for size in [images, 28, 28] { bytes += (0..<4).map { UInt8(size >> (24 - 8 * $0) & 255) } }
    return Data(bytes) + Data(repeating: 7, count: images * 28 * 28)
  }

  /// Five batches as their publisher packs them: a label, then 1024 bytes of each colour.
  private static func cifar() -> Workload {
    let images = 2000
    return Workload(name: "read_cifar10_s", items: Items(Double(5 * images * 3073) / 1e6, "MB")) {
      let folder = try ScratchFolder()
      var batch = Data(capacity: images * 3073)
      for image in 0..<images {
        batch.append(UInt8(image % 10))
        batch.append(Data(repeating: UInt8(image % 251), count: 3072))
      }
      for name in (1...5).map({ "data_batch_\($0).bin" }) + ["test_batch.bin"] {
        try batch.write(to: folder.url.appendingPathComponent(name))
      }
      return { _ = try Dataset.load(.cifar10, LoadOptions(folder: folder.url.path)) }
    }
  }

  private static func table(rows: Int) throws -> Table {
    let draws = RandomStream(Seed(0), .data, object: "table").normals(0..<UInt64(rows))
    var table = Table(columns: [("step", .axis), ("update", .key), ("value", .value)])
    for (row, draw) in draws.enumerated() {
      try table.append([.number(Double(row)), .text("adam_fresh"), .number(draw)])
    }
    return table
  }

  private static func parser() -> Workload {
    let block = """
      d = load fashion_mnist classes=[sandal, sneaker, "ankle boot"] per_class=500 channels=3 pad=32
      net = model resnet18 norm=none
      run = train net on=d optimizer=adam(lr=1e-4) batch=25 epochs=3 seed=1 {
        every 9 batches { measure srel points=d[0..59] distance=[kl, logits] update=sgd(lr=1e-3) }
      }
      a = [x / 2 + 1, run.step * -3 ^ 2, mean(run.srel.value) > 0.5 and not yes]
      plot run.srel x=epoch y=value by=same facet=distance average=median to="srel.svg"

      """
    let copies = 500
    let source = Source(String(repeating: block, count: copies))
    let verbs: Set<String> = ["load", "model", "train", "measure", "plot"]
    return Workload(name: "parse_statements_s", items: Items(Double(7 * copies), "statements")) {
      {
        precondition(Parser.parse(source, verbs: verbs).diagnostics.isEmpty, "the parser's text has no error")
      }
    }
  }
}

/// A folder for files of one workload, removed with its last owner.
final class ScratchFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("srel-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
