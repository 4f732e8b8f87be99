import Tables

extension Figure {
  /// Shades the elastic and the inelastic part of every panel and marks t*, as found by `phases`.
  ///
  /// The elastic part ends where the interval of t* begins, the inelastic part begins where it ends; nothing
  /// is said of what lies between. Without an interval they meet at t*.
  ///
  /// A row of `phases` belongs to the panels and curves whose facets and `by` it names. Where the curves of a
  /// panel have onsets of their own, each is a line in its curve's colour and nothing is shaded. Spikes are
  /// marked by dotted lines.
  ///
  /// - Throws: `table(unknownColumn)` for a table that `phases` did not make.
  public mutating func mark(phases: Table, facet: [String], by: [String]) throws(ChartError) {
    let (onsets, spikes) = try withTables { () throws(TableError) in
      (try phases.numbers(in: "onset"), try phases.numbers(in: "first_spike"))
    }
    let (lows, highs) = try withTables { () throws(TableError) in
      guard phases.hasColumn(named: "low"), phases.hasColumn(named: "high") else { return (onsets, onsets) }
      return (try phases.numbers(in: "low"), try phases.numbers(in: "high"))
    }
    func label(_ row: Int) -> String {
      let onset = "t* = \(onsets[row].significant(2))"
      guard lows[row] < highs[row] else { return onset }
      return onset + " (\(lows[row].significant(2)) to \(highs[row].significant(2)))"
    }
    let keys = try withTables { () throws(TableError) in
      var known: [String] = []
      for name in facet + by where phases.hasColumn(named: name) { known.append(name) }
      return try (0..<phases.rowCount).map { row throws(TableError) in
        var entries: [(name: String, cell: Cell)] = []
        for name in known { entries.append((name, try phases.cell(row, name))) }
        return entries
      }
    }
    for place in panels.indices {
      let rows = keys.indices.filter { row in
        keys[row].allSatisfy { entry in
          !facet.contains(entry.name) || panelEntry(place, entry.name) == entry.cell
        }
      }
      let found = rows.filter { onsets[$0].isFinite }
      if found.count == 1 && rows.count == 1 {
        let row = found[0]
        let hasInterval = lows[row] < highs[row]
        let (end, start) = hasInterval ? (lows[row], highs[row]) : (onsets[row], onsets[row])
        panels[place].shades = [
          Shade(from: -.infinity, to: end, label: "elastic", color: Self.elasticColor),
          Shade(from: start, to: .infinity, label: "inelastic", color: Self.inelasticColor),
        ]
        panels[place].marks.append(
          Mark(x: onsets[row], label: label(row), color: Self.markColor, dashes: []))
      } else {
        for row in found {
          let series = panels[place].series.first { series in
            keys[row].allSatisfy { !by.contains($0.name) || series.entries[$0.name] == $0.cell }
          }
          panels[place].marks.append(
            Mark(
              x: onsets[row], label: label(row),
              color: series?.style.color ?? Self.markColor, dashes: []))
        }
      }
      for row in rows where spikes[row].isFinite {
        panels[place].marks.append(
          Mark(x: spikes[row], label: "D(x) near 0", color: Self.markColor, dashes: [2, 4]))
      }
    }
    note +=
      (note.isEmpty ? "" : "; ") + "t*: where S begins to settle"
      + (zip(lows, highs).contains { $0 < $1 } ? " (95 % interval)" : "")
  }

  private static let elasticColor = "#E69F00"
  private static let inelasticColor = "#0072B2"
  private static let markColor = "#7F7F7F"

  /// The entry of a facet column in a panel, from the numbers behind the figure.
  private func panelEntry(_ place: Int, _ name: String) -> Cell? {
    facetEntries.indices.contains(place) ? facetEntries[place][name] : nil
  }
}
