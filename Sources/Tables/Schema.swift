extension Table {
  /// What the columns of the product's own result files mean, so that a CSV read back has its roles again.
  public enum Schema {
    /// The columns of the tables of averages, in order.
    public static let averages: [(String, ColumnRole)] =
      [
        ("run", .replicate), ("seed", .replicate), ("epoch", .axis), ("step", .axis), ("loss", .value),
        ("accuracy", .value), ("update", .key), ("update_lr", .key), ("control", .key), ("controls", .key),
        ("distance", .key),
        ("average", .key), ("source_class", .key), ("probe_class", .key), ("same", .key),
      ] + estimate

    /// What stands beside a number made from pairs, in order: how many pairs of how many sources and probes, how many of
    /// them are 0, how many were dropped, the number with its 95 % interval, and why it has none.
    public static let estimate: [(String, ColumnRole)] = [
      ("n", .note), ("sources", .note), ("probes", .note), ("zeros", .note), ("dropped", .note),
      ("value", .value), ("low", .value), ("high", .value), ("note", .note),
    ]

    /// The columns of the tables of single pairs of samples, in order.
    public static let pairs: [(String, ColumnRole)] = [
      ("run", .replicate), ("seed", .replicate), ("epoch", .axis), ("step", .axis), ("loss", .value),
      ("accuracy", .value), ("update", .key), ("update_lr", .key), ("control", .key), ("controls", .key),
      ("distance", .key),
      ("source_class", .key), ("probe_class", .key), ("same", .key), ("source_id", .key), ("probe_id", .key),
      ("d_source", .value), ("d_probe", .value), ("sign", .value), ("value", .value),
    ]

    /// The role of a column by its name, nil for a name that the product does not use itself.
    public static func role(of name: String) -> ColumnRole? {
      switch name {
      case "time": return .axis
      case "kernel_drift", "kernel_alignment", "alignment", "alignment_plain", "alignment_centered":
        return .value
      default: break
      }
      return (averages + pairs).first { $0.0 == name }?.1
    }

    /// Columns that once had another name, which stays accepted: the present one by the former one.
    public static let renamed = ["kernel_alignment": "alignment"]

    /// The name that a column has now.
    public static func presentName(of name: String) -> String { renamed[name] ?? name }

    /// The role of a column that was read from a file, by its name, its kind and the names of all columns.
    ///
    /// A column before `run` and `seed` was put there by a `repeat`, so it is a key even if it holds numbers.
    public static func role(of name: String, kind: CellKind?, among names: [String]) -> ColumnRole {
      if let role = role(of: name) { return role }
      let places = [name, "run", "seed"].map { names.firstIndex(of: $0) }
      if let own = places[0], let run = places[1], let seed = places[2], own < min(run, seed) { return .key }
      return kind == .number ? .value : .key
    }

    /// The kind that a column has by its name, even if its texts look like numbers (a class called `7`).
    public static func kind(of name: String) -> CellKind? {
      switch name {
      case "update", "control", "controls", "distance", "average", "source_class", "probe_class", "note":
        .text
      case "same": .flag
      case "epoch", "step", "time", "loss", "accuracy", "update_lr", "n", "sources", "probes", "zeros",
        "dropped", "value", "low", "high", "d_source",
        "d_probe", "sign":
        .number
      default: nil
      }
    }
  }
}
