/// Mends what gnuplot writes as PDF.
enum PDF {
  /// The file with the beginning of 1970 as the date of its making: then the same figure has the same bytes.
  ///
  /// The date has as many letters as before, since the file holds the places of its parts as numbers.
  static func undated(_ bytes: [UInt8]) -> [UInt8] {
    guard let found = bytes.firstRange(of: Array("/CreationDate (D:".utf8)) else { return bytes }
    let date = Array("19700101000000".utf8)
    let place = found.upperBound..<found.upperBound + date.count
    guard place.upperBound <= bytes.count, bytes[place].allSatisfy({ (48...57).contains($0) }) else {
      return bytes
    }
    var result = bytes
    result.replaceSubrange(place, with: date)
    return result
  }
}
