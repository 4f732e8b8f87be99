/// Reads files that have an end.
public enum RegularFile {
  /// All bytes of the file at `path`, at most `limit` of them; pipes and devices are refused without waiting.
  /// - Throws: `FileError`: `missing`, `isFolder`, `notRegularFile`, `noPermission`, `tooLarge`, `other`.
  public static func bytes(of path: String, limit: Int) throws(FileError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try POSIX.contents(of: path, limit: limit)
    } catch {
      if case .missing = error { FileTrace.noteAbsence(of: path) }
      throw error
    }
    FileTrace.noteRead(path, bytes)
    return bytes
  }

  /// The lines of a file in which the system tells about itself, which is no input of anything that is computed; none
  /// where there is no such file.
  public static func systemLines(_ path: String) -> [Substring] {
    guard let bytes = try? POSIX.contents(of: path, limit: 1 << 20) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
