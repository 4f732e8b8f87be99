/// Pickles of the shape of the authors' SRel_path_avg_p*_dim100*.pkl, [20][10][8001][1], as NumPy writes them.
public enum RidgePickle {
  /// How NumPy nests [20][10][8001][1].
  public enum Nesting: CaseIterable, Sendable {
    case arrayOfEachFlow, oneArray, columnMajorArray, arrayOfEachPair, lists
  }

  /// S of a pair and start at a time.
  static func value(_ pair: Int, _ start: Int, _ time: Int) -> Double {
    Double(pair) + Double(start) / 16 + Double(time) / 8192
  }

  private static func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// An array of doubles by protocol 4: _reconstruct(ndarray, (0,), b"b"), then the state (1, shape, dtype, order, bytes).
  public static func array(_ shape: [Int], columnMajor: Bool = false, _ numbers: [Double]) -> [UInt8] {
    var bytes = text("numpy._core.multiarray") + text("_reconstruct") + [0x93]
    bytes += text("numpy") + text("ndarray") + [0x93] + Array("K".utf8) + [0, 0x85] + Array("C\u{1}b".utf8)
    bytes += [0x87] + Array("R(K".utf8) + [1, UInt8(ascii: "(")]
    for length in shape { bytes += Array("M".utf8) + little(length, 2) }
    bytes += Array("t".utf8) + text("numpy") + text("dtype") + [0x93] + text("f8") + [0x89, 0x88, 0x87]
    bytes += Array("R(K".utf8) + [3] + text("<") + Array("NNNJ".utf8) + little(-1, 4) + Array("J".utf8)
    bytes += little(-1, 4) + Array("K".utf8) + [0] + Array("tb".utf8) + [columnMajor ? 0x88 : 0x89]
    bytes += Array("B".utf8) + little(8 * numbers.count, 4)
    for number in numbers { bytes += little(Int(bitPattern: UInt(number.bitPattern)), 8) }
    return bytes + Array("tb".utf8)
  }

  private static func list(_ parts: [[UInt8]]) -> [UInt8] {
    Array("](".utf8) + parts.flatMap { $0 } + Array("e".utf8)
  }

  /// The pickle, protocol 4.
  public static func bytes(_ nesting: Nesting) -> [UInt8] {
    func flow(_ pair: Int, _ start: Int) -> [Double] { (0...8000).map { value(pair, start, $0) } }
    let body: [UInt8] =
      switch nesting {
      case .arrayOfEachFlow:
        list((0..<20).map { pair in list((0..<10).map { array([8001, 1], flow(pair, $0)) }) })
      case .arrayOfEachPair:
        list((0..<20).map { pair in array([10, 8001, 1], (0..<10).flatMap { flow(pair, $0) }) })
      case .oneArray:
        array([20, 10, 8001, 1], (0..<200).flatMap { flow($0 / 10, $0 % 10) })
      case .columnMajorArray:
        array(
          [20, 10, 8001, 1], columnMajor: true,
          (0...8000).flatMap { time in (0..<200).map { value($0 % 20, $0 / 20, time) } })
      case .lists:
        list(
          (0..<20).map { pair in
            list(
              (0..<10).map { start in
                list(
                  flow(pair, start).map { number in
                    Array("]G".utf8) + little(Int(bitPattern: UInt(number.bitPattern)), 8).reversed()
                      + Array("a".utf8)
                  })
              })
          })
      }
    return [0x80, 4] + body + Array(".".utf8)
  }
}
