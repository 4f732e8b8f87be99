import Glibc

/// Runs command lines of the system's shell in the terminal of this program.
enum ShellCommand {
  /// Runs a command line to its end and gives its exit code, 128 + n after signal n, 127 where it cannot be started.
  ///
  /// Ctrl-C and Ctrl-\ are meant for the command and do nothing to this program meanwhile.
  /// - Parameter input: what it reads on stdin; nil for the terminal.
  static func run(_ line: String, input: String? = nil) -> Int32 {
    let file = unsafe input.flatMap { unsafe temporaryFile($0) }
    if input != nil, unsafe file == nil { return 127 }
    // Closed once nobody reads it.
    defer { if let file = unsafe file { unsafe fclose(file) } }
    let handlers = [SIGINT, SIGQUIT].map { ($0, Glibc.signal($0, SIG_IGN)) }
    defer { for (number, handler) in handlers { Glibc.signal(number, handler) } }
    var process = pid_t()
    let stdin = unsafe file.map { unsafe fileno($0) }
    guard spawn(line, stdin: stdin, &process) == 0 else { return 127 }
    var status: Int32 = 0
    // The status is written by the call and read after it.
    while unsafe waitpid(process, &status, 0) < 0 { if errno != EINTR { return 127 } }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// The window in lines and columns, 24 x 80 where nobody knows.
  static var window: (rows: Int, columns: Int) {
    var size = winsize()
    // The call fills the structure; a failure leaves its zeros.
    _ = unsafe ioctl(1, UInt(TIOCGWINSZ), &size)
    return (size.ws_row > 1 ? Int(size.ws_row) : 24, size.ws_col > 1 ? Int(size.ws_col) : 80)
  }

  private static func spawn(_ line: String, stdin: Int32?, _ process: inout pid_t) -> Int32 {
    var attributes = posix_spawnattr_t()
    var actions = unsafe posix_spawn_file_actions_t()
    var signals = sigset_t()
    // Everything handed over lives until the calls have returned; the C strings are made and freed here.
    unsafe posix_spawnattr_init(&attributes)
    unsafe posix_spawn_file_actions_init(&actions)
    defer {
      unsafe posix_spawnattr_destroy(&attributes)
      unsafe posix_spawn_file_actions_destroy(&actions)
    }
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGPIPE, SIGQUIT] { unsafe sigaddset(&signals, number) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    if let stdin { unsafe posix_spawn_file_actions_adddup2(&actions, stdin, 0) }
    let words: [String] = ["sh", "-c", line]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { word in unsafe strdup(word) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    return unsafe posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ)
  }

  /// A nameless file that holds a text, at its beginning; nil where there is no room.
  private static func temporaryFile(_ text: String) -> UnsafeMutablePointer<FILE>? {
    guard let file = unsafe tmpfile() else { return nil }
    let bytes = Array(text.utf8)
    // The bytes are only read, and the file is open until the caller closes it.
    guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count, unsafe fflush(file) == 0 else {
      unsafe fclose(file)
      return nil
    }
    unsafe rewind(file)
    return unsafe file
  }
}
