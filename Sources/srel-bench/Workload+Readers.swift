import CPNG
import Datasets
import Foundation
import Network
import Random
import Tables
import Tensor

extension Workload {
  /// Readers, in millions of bytes a second of files made for the purpose.
  static var readers: [Workload] {
    [
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
      reader("read_npz") {
        try table(rows: 200_000).writeNPZ(to: $0.path)
      } read: {
        _ = try NPZColumns(reading: $0.path)
      },
      reader("read_mat") {
        try mat(images: 4000).write(to: $0)
      } read: {
        _ = try MATFile(reading: $0.path)
      },
      reader("read_pickle") {
        try table(rows: 50_000).writePickle(to: $0.path)
      } read: {
        _ = try PickleValue(reading: $0.path)
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
      reader("read_png") {
        try writePNG(side: 512, to: $0.path)
      } read: {
        _ = try PNGImage(reading: $0.path)
      },
      cifar(),
    ]
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

  /// One array of bytes, 32 × 32 × 3 × images, as MATLAB saves it with `-v6`: tags of type and length, padded to 8 bytes.
  private static func mat(images: Int) -> Data {
    func little(_ numbers: [Int]) -> Data {
      Data(numbers.flatMap { n in (0..<4).map { UInt8(n >> (8 * $0) & 255) } })
    }
    func element(_ type: Int, _ body: Data) -> Data {
      little([type, body.count]) + body + Data(repeating: 0, count: (8 - body.count % 8) % 8)
    }
    let (uint8, int8, int32, uint32, matrix, classOfBytes) = (2, 1, 5, 6, 14, 9)
    let array =
      element(uint32, little([classOfBytes, 0])) + element(int32, little([32, 32, 3, images]))
      + element(int8, Data("X".utf8)) + element(uint8, Data(repeating: 9, count: 3072 * images))
    let text = Data("MATLAB 5.0 MAT-file".utf8)
    return text + Data(repeating: 0x20, count: 116 - text.count) + Data(repeating: 0, count: 8)
      + Data([0, 1, 0x49, 0x4D]) + element(matrix, array)
  }

  /// A picture of smooth colours with some noise, compressed as libpng does it by default.
  private static func writePNG(side: Int, to path: String) throws {
    let noise = RandomStream(Seed(0), .data, object: "png").normals(0..<UInt64(3 * side * side))
    let pixels = noise.enumerated().map {
      UInt8(max(0, min(255, Double($0.offset / side / 12) + 4 * $0.element)))
    }
    var image = unsafe png_image()
    unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
    unsafe (image.width, image.height) = (png_uint_32(side), png_uint_32(side))
    unsafe image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    // The pixels are lent for the call, of the size that width, height and format say.
    let isWritten = unsafe pixels.withUnsafeBytes {
      unsafe png_image_write_to_file(&image, path, 0, $0.baseAddress, 0, nil)
    }
    guard isWritten != 0 else { throw CocoaError(.fileWriteUnknown) }
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
