// Takes the first images of some classes from a pair of unpacked IDX files, in the order of the file.
//
//     make-assets IMAGES LABELS PER_CLASS OUT_IMAGES OUT_LABELS LABEL...
//
// Compiled and run by scripts/make-assets.

import Foundation

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("make-assets: \(message)\n".utf8))
  exit(1)
}

func contents(_ path: String) -> [UInt8] {
  guard let data = FileManager.default.contents(atPath: path) else { fail("\(path) cannot be read") }
  return [UInt8](data)
}

func bigEndian(_ number: Int) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
}

func number(_ bytes: [UInt8], at start: Int) -> Int {
  bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
}

let arguments = CommandLine.arguments
guard arguments.count > 6, let perClass = Int(arguments[3]) else {
  fail("usage: make-assets IMAGES LABELS PER_CLASS OUT_IMAGES OUT_LABELS LABEL...")
}
let images = contents(arguments[1])
let labels = contents(arguments[2])
guard images.count > 16, images.prefix(4) == [0, 0, 8, 3], labels.count > 8, labels.prefix(4) == [0, 0, 8, 1]
else { fail("these are not IDX files of images and labels") }
let count = number(labels, at: 4)
let size = number(images, at: 8) * number(images, at: 12)
guard number(images, at: 4) == count, images.count == 16 + count * size, labels.count == 8 + count else {
  fail("images and labels do not belong together")
}

var left: [UInt8: Int] = [:]
for word in arguments[6...] {
  guard let label = UInt8(word) else { fail("'\(word)' is not a label") }
  left[label] = perClass
}
var rows: [Int] = []
for row in 0..<count {
  guard let wanted = left[labels[8 + row]], wanted > 0 else { continue }
  left[labels[8 + row]] = wanted - 1
  rows.append(row)
}
guard left.values.allSatisfy({ $0 == 0 }) else { fail("a class has fewer than \(perClass) images") }

let chosenImages = rows.flatMap { images[16 + $0 * size..<16 + ($0 + 1) * size] }
let chosenLabels = rows.map { labels[8 + $0] }
let imageFile = images[..<4] + bigEndian(rows.count) + images[8..<16] + chosenImages
let labelFile = labels[..<4] + bigEndian(rows.count) + chosenLabels
do {
  try Data(imageFile).write(to: URL(fileURLWithPath: arguments[4]))
  try Data(labelFile).write(to: URL(fileURLWithPath: arguments[5]))
} catch {
  fail("\(error)")
}
