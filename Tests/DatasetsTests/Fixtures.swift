import Datasets
import Foundation
import Random
import TestSupport
import Testing

/// The path of a committed file that another program wrote.
func fixture(_ name: String) -> String {
  Bundle.module.resourceURL?.appending(path: "Fixtures/" + name).path ?? name
}

func bytes(of path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

/// The pixels of some images of an array [n, h, w, c], divided by 255.
func pixels(_ rows: [Int], of name: String = "cifar10/images.npy") throws -> [Float] {
  let array = try NPYArray(reading: fixture(name))
  let size = array.dimensions.dropFirst().reduce(1, *)
  guard case .uint8(let bytes) = array.elements else { return [] }
  return rows.flatMap { bytes[$0 * size..<($0 + 1) * size].map { Float($0) / 255 } }
}

/// Damaged copies of a file: those of `mutations`, and at every fourth a length of about 2^31 somewhere.
func damaged(_ bytes: [UInt8], count: Int = 2000, seed: UInt64) -> [[UInt8]] {
  var copies = mutations(of: bytes, count: count, seed: seed)
  let stream = RandomStream(Seed(seed), .data, object: "lengths")
  for index in stride(from: 0, to: count, by: 4) where bytes.count > 4 {
    var generator = stream.generator(UInt64(index))
    let place = generator.integer(below: bytes.count - 4)
    let lengths: [[UInt8]] = [
      [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF],
    ]
    copies[index] = bytes
    copies[index].replaceSubrange(place..<place + 4, with: lengths[generator.integer(below: 4)])
  }
  return copies
}

/// Reads every damaged copy; gives how many were refused, and holds each other result against `isHonest`.
func refusals<Result>(
  of copies: [[UInt8]], as name: String, in folder: TemporaryFolder, _ read: () throws -> Result,
  isHonest: (Result) -> Bool
) throws -> Int {
  var refused = 0
  for (index, copy) in copies.enumerated() {
    _ = try folder.write(copy, as: name)
    do {
      let result = try read()
      #expect(isHonest(result), "copy \(index)")
    } catch {
      #expect(error is DatasetError)
      #expect("\(error)".count > 10)
      refused += 1
    }
  }
  return refused
}
