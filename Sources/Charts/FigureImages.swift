import Tables

extension Figure {
  /// A small image: three numbers from 0 to 255 a pixel, row by row.
  public struct Image: Sendable, Equatable {
    public let pixels: [UInt8]
    public let height: Int
    public let width: Int

    /// - Throws: `notAnImage` if the number of pixels is not height x width.
    public init(pixels: [UInt8], height: Int, width: Int) throws(ChartError) {
      guard height > 0, width > 0, pixels.count == 3 * height * width else {
        throw .notAnImage(values: pixels.count, height: height, width: width, channels: 3)
      }
      (self.pixels, self.height, self.width) = (pixels, height, width)
    }
  }

  /// A source and a probe side by side with the S between them.
  public struct ImagePair: Sendable, Equatable {
    public var source: Image
    public var probe: Image
    /// The names of their classes.
    public var names: (source: String, probe: String)
    public var value: Double

    public static func == (a: ImagePair, b: ImagePair) -> Bool {
      a.source == b.source && a.probe == b.probe && a.names == b.names && a.value == b.value
    }
  }

  /// Which end of a pair an image is asked for.
  public enum PairEnd: Sendable { case source, probe }

  /// The images of the pairs with the largest and with the smallest S, from a table of pairs of samples
  /// (`measure srel … keep=pairs`); runs are averaged, and a sample with itself is no pair. Costs O(rows log rows).
  ///
  /// - Parameters:
  ///   - count: how many pairs of each kind.
  ///   - image: the picture of a sample by its id.
  /// - Throws: `noPairs`, `severalValues` if a key or a time would be averaged over, `nothingFinite`, `tooManyPairs`, and what `image`
  ///   throws.
  public init(
    imagesOf table: Table, value: String = "value", count: Int = 4, title: String = "",
    image: (Int, PairEnd) throws(ChartError) -> Image
  ) throws(ChartError) {
    if count > ChartError.mostPairs { throw .tooManyPairs(count) }
    let samples = try PairTable(table, value: value, facet: [])
    let whole = samples.plan.table
    func ids(_ pair: PairTable.Pair) throws(ChartError) -> (Int, Int) {
      try withTables { () throws(TableError) in
        let cells = [try whole.cell(pair.row, "source_id"), try whole.cell(pair.row, "probe_id")]
        return (
          cells[0].number.flatMap { Int(exactly: $0) } ?? -1,
          cells[1].number.flatMap { Int(exactly: $0) } ?? -1
        )
      }
    }
    var pairs: [PairTable.Pair] = []
    for pair in samples.pairs {
      let (source, probe) = try ids(pair)
      if source != probe { pairs.append(pair) }
    }
    if pairs.isEmpty { throw .nothingFinite(column: value) }
    let order = pairs.indices.sorted { (-pairs[$0].value, $0) < (-pairs[$1].value, $1) }
    let most = min(count, max(1, order.count / 2))
    let parts = [
      ("largest S", order.prefix(most).map { pairs[$0] }),
      ("smallest S", order.suffix(min(most, order.count - most)).reversed().map { pairs[$0] }),
    ].filter { !$0.1.isEmpty }

    self.init(
      kind: .images, title: title,
      note: Labels(plan: samples.plan).note(
        runs: samples.runs, also: ["left: source x, right: probe x′", "out of \(pairs.count) pairs"]),
      data: try samples.table(of: parts.flatMap(\.1)))
    for (name, chosen) in parts {
      var panel = Panel(title: name, series: [])
      for pair in chosen {
        let (source, probe) = try ids(pair)
        let names = try withTables { () throws(TableError) in
          (
            source: try whole.cell(pair.row, "source_class").description,
            probe: try whole.cell(pair.row, "probe_class").description
          )
        }
        panel.imagePairs.append(
          ImagePair(
            source: try image(source, .source), probe: try image(probe, .probe), names: names,
            value: pair.value))
      }
      panels.append(panel)
    }
  }
}
