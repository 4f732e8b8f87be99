import Datasets
import Tables
import Tensor

extension ArchiveWriter {
  mutating func append(_ table: Table) {
    append(table.columns.count)
    for column in table.columns {
      let parts = column.parts
      append(column.name)
      append(column.role.rawValue)
      append(parts.kind?.rawValue)
      append(parts.count)
      append(parts.numbers.count)
      for number in parts.numbers { append(number) }
      append(parts.codes.map(Int.init))
      append(parts.texts)
    }
    append(table.sortedBy)
    append(table.origins)
  }

  mutating func append(_ origins: [Table.Origin]) {
    append(origins.count)
    for origin in origins { append(origin.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }) }
  }

  mutating func append(_ data: Dataset) throws(ArchiveError) {
    append(data.name)
    append(data.labels)
    append(data.classNames)
    append(data.indices)
    append(data.split)
    append(data.digest)
    append(data.preparation)
    append(data.remarks)
    append(data.attributes.count)
    for attribute in data.attributes {
      append(attribute.name)
      append(attribute.values)
    }
    append(data.redrawing != nil)
    if let redrawing = data.redrawing { try append(coded: redrawing) }
    try append(shared: data.samples)
    append(data.targets != nil)
    if let targets = data.targets { try append(shared: targets) }
  }
}

extension ArchiveReader {
  mutating func table() throws(ArchiveError) -> Table {
    let columns = try list { (reader) throws(ArchiveError) in try reader.column() }
    let sortedBy = try texts()
    guard var table = try? Table(columns) else { throw .malformed("table") }
    table.sortedBy = sortedBy
    table.origins = try origins()
    return table
  }

  mutating func origins() throws(ArchiveError) -> [Table.Origin] {
    try list { (reader) throws(ArchiveError) in
      let texts = try reader.texts()
      guard texts.count.isMultiple(of: 2) else { throw .malformed("origin") }
      let entries = stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) }
      return Dictionary(entries) { $1 }
    }
  }

  private mutating func column() throws(ArchiveError) -> Column {
    let name = try text()
    let role = ColumnRole(rawValue: try text())
    let kind = try optionalText()
    var parts = Column.Parts(
      kind: kind.flatMap(CellKind.init), count: try whole(), numbers: [], codes: [], texts: [])
    let count = try count(ofAtLeast: 8)
    parts.numbers.reserveCapacity(count)
    for _ in 0..<count { parts.numbers.append(try number()) }
    for code in try wholes() {
      guard let code = Int32(exactly: code) else { throw .malformed("column") }
      parts.codes.append(code)
    }
    parts.texts = try texts()
    guard let role, (kind == nil) == (parts.kind == nil), let column = Column(name: name, role: role, parts)
    else { throw .malformed("column") }
    return column
  }

  mutating func dataset() throws(ArchiveError) -> Dataset {
    let name = try text()
    let labels = try wholes()
    let classNames = try texts()
    let indices = try wholes()
    let (split, digest, preparation) = (try text(), try text(), try texts())
    let remarks = try texts()
    let attributes = try list { (reader) throws(ArchiveError) in
      (name: try reader.text(), values: try reader.texts())
    }
    let redrawing: Dataset.Redrawing? = try flag() ? try coded() : nil
    let samples = try sharedTensor()
    let targets = try flag() ? try sharedTensor() : nil
    guard samples.shape.rank == 4, samples.shape[0] == labels.count, indices.count == labels.count,
      labels.allSatisfy(classNames.indices.contains),
      targets.map({ $0.shape.rank == 2 && $0.shape[0] == labels.count }) ?? true,
      attributes.allSatisfy({ $0.values.count == labels.count })
    else { throw .malformed("data set") }
    var data = Dataset(
      name: name, samples: samples, labels: labels, targets: targets, classNames: classNames,
      indices: indices, split: split, digest: digest, preparation: preparation)
    data.attributes = attributes
    data.remarks = remarks
    data.redrawing = redrawing
    return data
  }
}
