import CLineEdit

extension LineEditor {
  /// A line-editing library.
  public struct Library: Equatable, Sendable {
    /// "GNU readline", "libedit" or "none".
    public let name: String
    /// Empty without a library.
    public let version: String
    /// An SPDX identifier: a program that is handed on with GNU readline in it must comply with the GPL.
    /// Empty without a library.
    public let licence: String

    public init(name: String, version: String, licence: String) {
      self.name = name
      self.version = version
      self.licence = licence
    }
  }

  /// The library that this program was built with.
  public static let library: Library = {
    // The C strings are constants of the library.
    let linked = unsafe cle_linked_library()
    return unsafe Library(
      name: String(cString: linked.name), version: String(cString: linked.version),
      licence: String(cString: linked.licence))
  }()
}
