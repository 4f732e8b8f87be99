extension Table {
  /// The rows of tables of one experiment below one another, as those of several nights.
  ///
  /// A row is known by its keys, replicates and axes. What stands in several tables with the same entries is taken
  /// once, so that nothing is counted twice; tables without such columns are only put together.
  /// - Throws: `mergeConflict` where tables say different things of the same, `roleConflict` or `wrongKind` if one name
  ///   means two things. Costs O(rows × columns).
  public static func merged(_ tables: [Table]) throws(TableError) -> Table {
    let stacked = try stacked(tables)
    let identity = stacked.columns.filter { [.key, .replicate, .axis].contains($0.role) }.map(\.name)
    guard !identity.isEmpty else { return stacked }
    let tableOfRow = tables.enumerated().flatMap { place, table in
      [Int](repeating: place, count: table.rowCount)
    }
    var isTaken = [Bool](repeating: true, count: stacked.rowCount)
    for group in try stacked.grouping(by: identity) {
      let parts = Dictionary(grouping: group.rows) { tableOfRow[$0] }.sorted { $0.key < $1.key }
      for part in parts.dropFirst() {
        for (place, row) in part.value.enumerated() {
          guard part.value.count == parts[0].value.count else {
            throw .mergeConflict(stacked.place(group, identity), column: nil)
          }
          let first = stacked.row(parts[0].value[place])
          let differing = zip(first, stacked.row(row)).enumerated().first { $0.element.0 != $0.element.1 }
          if let differing {
            throw .mergeConflict(
              stacked.place(group, identity), column: stacked.columns[differing.offset].name)
          }
          isTaken[row] = false
        }
      }
    }
    return stacked.filtered { isTaken[$0] }
  }

  /// `run=a, seed=1, step=9`, the columns left out that say the same everywhere.
  private func place(_ group: RowGroup, _ identity: [String]) -> String {
    let entries = zip(identity, group.key).filter { name, _ in
      columns.first { $0.name == name }.map { $0.levels.count > 1 || $0.role != .key } ?? false
    }
    return entries.map { "\($0)=\($1.optionText)" }.joined(separator: ", ")
  }
}
