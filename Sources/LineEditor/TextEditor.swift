import Glibc

extension LineEditor {
  /// Lets the user change a text in their own text editor (VISUAL, EDITOR or `vi`). Blocks until it ends.
  ///
  /// - Returns: the text as saved, without newlines at the end.
  /// - Throws: `LineEditorError.noTextEditor`, `.textEditorFailed`, `.noTemporaryFile`.
  public func edit(_ text: String) throws(LineEditorError) -> String {
    try TextEditor.edit(text)
  }
}

/// The user's text editor.
enum TextEditor {
  static func edit(_ text: String) throws(LineEditorError) -> String {
    let folder = variable("TMPDIR") ?? "/tmp"
    let path = try temporaryFile(in: folder, holding: text)
    defer { unsafe unlink(path) }
    let command = variable("VISUAL") ?? variable("EDITOR") ?? "vi"
    let quoted = path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
    let status = run("\(command) '\(quoted)'")
    if status == 127 { throw .noTextEditor(command: command) }
    guard status == 0 else { throw .textEditorFailed(command: command, status: status) }
    do throws(File.Failure) {
      var bytes = try File(path, O_RDONLY).readAll()[...]
      while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    } catch {
      throw .noTemporaryFile(path: folder, reason: LineEditorError.reason(error.code))
    }
  }

  private static func temporaryFile(in folder: String, holding text: String) throws(LineEditorError) -> String
  {
    let ending = ".srel"
    var template = Array((folder + "/input-XXXXXX" + ending).utf8CString)
    // mkstemps fills in the letters of the template, inside the array; mode 0600.
    let number = unsafe template.withUnsafeMutableBufferPointer { (letters) -> Int32 in
      guard let start = letters.baseAddress else { return -1 }
      return unsafe mkstemps(start, Int32(ending.utf8.count))
    }
    guard number >= 0 else { throw .noTemporaryFile(path: folder, reason: LineEditorError.reason(errno)) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do throws(File.Failure) {
      try File(descriptor: number).write(Array(text.utf8) + [UInt8(ascii: "\n")])
      return path
    } catch {
      unsafe unlink(path)
      throw .noTemporaryFile(path: folder, reason: LineEditorError.reason(error.code))
    }
  }

  /// Runs a shell command on the terminal; gives its exit status, 128 + n for signal n.
  private static func run(_ command: String) -> Int {
    fflush(nil)
    let status = unsafe system(command)
    if status < 0 { return 127 }
    return status & 0x7F == 0 ? Int(status >> 8 & 0xFF) : 128 + Int(status & 0x7F)
  }

  private static func variable(_ name: String) -> String? {
    // The C string is copied at once; nothing in this program changes its environment.
    let value = unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
    return value.isEmpty ? nil : value
  }
}
