extension Table {
  /// What the columns of the product's own result files mean, so that a CSV read back has its roles again.
  public enum Schema {
    /// The columns of the tables of averages, in order.
    public static let averages: [(String, ColumnRole)] = [
      ("run", .replicate), ("seed", .replicate), ("epoch", .axis), ("step", .axis), ("loss", .value),
      ("accuracy", .value), ("update", .key), ("update_lr", .key), ("control", .key), ("distance", .key),
      ("average", .key), ("source_class", .key), ("probe_class", .key), ("same", .key), ("n", .note),
      ("dropped", .note), ("value", .value), ("low", .value), ("high", .value),
    ]

    /// The columns of the tables of single pairs of samples, in order.
    public static let pairs: [(String, ColumnRole)] = [
      ("run", .replicate), ("seed", .replicate), ("epoch", .axis), ("step", .axis), ("loss", .value),
      ("accuracy", .value), ("update", .key), ("update_lr", .key), ("control", .key), ("distance", .key),
      ("source_class", .key), ("probe_class", .key), ("same", .key), ("source_id", .key), ("probe_id", .key),
      ("d_source", .value), ("d_probe", .value), ("sign", .value), ("value", .value),
    ]

    /// The role of a column by its name, nil for a name that the product does not use itself.
    public static func role(of name: String) -> ColumnRole? {
      switch name {
      case "time": return .axis
      case "kernel_drift": return .value
      default: break
      }
      return (averages + pairs).first { $0.0 == name }?.1
    }

    /// The kind that a column has by its name, even if its texts look like numbers (a class called `7`).
    static func kind(of name: String) -> CellKind? {
      switch name {
      case "update", "control", "distance", "average", "source_class", "probe_class": .text
      case "same": .flag
      case "epoch", "step", "time", "loss", "accuracy", "update_lr", "n", "dropped", "value", "low", "high",
        "d_source", "d_probe", "sign":
        .number
      default: nil
      }
    }
  }
}
