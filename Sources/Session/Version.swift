/// The version of the program, as `--version` and every report give it.
public enum Version {
  public static let program = "0.1.0"
  /// The version of the command language that `use srel N` names.
  public static let language = 1
}
