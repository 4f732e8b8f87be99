import Foundation
import Testing

/// A pseudo-terminal with the program at its other end.
private final class TerminalSession {
  private let master: FileHandle
  private let process = Process()
  private var printed = ""

  /// What has been printed, without the marks that ask for pasted text in one block.
  var screen: String {
    printed.replacingOccurrences(of: "\u{1B}[?2004l\r", with: "")
      .replacingOccurrences(of: "\u{1B}[?2004l", with: "")
      .replacingOccurrences(of: "\u{1B}[?2004h", with: "")
  }

  init(_ arguments: [String] = [], environment: [String: String] = [:]) throws {
    let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    // Linux: TIOCSPTLCK unlocks the other end, TIOCGPTN tells its number.
    var (lock, number) = (Int32(0), Int32(0))
    try #require(descriptor >= 0 && ioctl(descriptor, 0x4004_5431, &lock) == 0)
    try #require(ioctl(descriptor, 0x8004_5430, &number) == 0)
    let name = "/dev/pts/\(number)"
    let slave = FileHandle(fileDescriptor: open(name, O_RDWR | O_NOCTTY), closeOnDealloc: true)
    master = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    let usual = ["TERM": "xterm", "PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": "/nowhere"]
    process.environment = usual.merging(environment) { $1 }
    (process.standardInput, process.standardOutput, process.standardError) = (slave, slave, slave)
    try process.run()
    // The program alone holds its end, so that reading ends with it.
    try slave.close()
  }

  /// Reads until a text stands on the screen after everything seen before; a program that falls silent for long is a
  /// failure.
  func wait(for text: String) {
    let start = printed.endIndex
    while !printed[start...].contains(text) {
      var file = pollfd(fd: master.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&file, 1, 20_000) > 0 else {
        process.terminate()
        Issue.record("expected \(text.debugDescription), saw \(printed.suffix(2000).debugDescription)")
        return
      }
      var block = [UInt8](repeating: 0, count: 65536)
      let count = read(master.fileDescriptor, &block, block.count)
      if count <= 0 { return }
      printed += String(decoding: block.prefix(count), as: UTF8.self)
    }
  }

  func type(_ text: String) { master.write(Data(text.utf8)) }

  func interrupt() { signal(SIGINT) }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Whether the kernel edits and echoes lines, as the next program expects.
  var isRestored: Bool {
    var mode = termios()
    let wanted = tcflag_t(ICANON | ECHO | ISIG)
    return tcgetattr(master.fileDescriptor, &mode) == 0 && mode.c_lflag & wanted == wanted
  }

  /// Waits for the end without asking for it; gives the code as a shell tells it.
  func ending() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
  }

  func terminate() -> Int32 {
    kill(process.processIdentifier, SIGTERM)
    wait(for: "\u{0}")
    process.waitUntilExit()
    return process.terminationStatus
  }

  func end() -> Int32 {
    type("\u{4}")
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(.serialized) struct PromptTests {
  @Test func aPromptAnswersGoesOnAfterErrorsAndEndsWithControlD() throws {
    let terminal = try TerminalSession()
    terminal.wait(for: "srel> ")
    terminal.type("1 + 1\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("\n2\r\n"))
    terminal.type("x = (1 +\n")
    terminal.wait(for: "   .. ")
    terminal.type("2)\n")
    terminal.wait(for: "srel> ")
    terminal.type("lod x\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("did you mean 'load'?"))
    #expect(terminal.screen.contains("\u{1B}[1;31merror:"))
    terminal.type("x\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("\n3\r\n"))
    #expect(terminal.end() == 0)
  }

  @Test func controlCClearsTheInput() throws {
    let terminal = try TerminalSession(["--color", "never"])
    terminal.wait(for: "srel> ")
    terminal.type("show (1\n")
    terminal.wait(for: "   .. ")
    terminal.interrupt()
    terminal.wait(for: "srel> ")
    terminal.type("2 + 5\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("\n7\r\n"))
    #expect(!terminal.screen.contains("\u{1B}"))
    #expect(terminal.end() == 0)
  }

  @Test func terminationDuringATrainingEndsTheProgram() throws {
    let terminal = try TerminalSession()
    terminal.wait(for: "srel> ")
    terminal.type("d = make mixture classes=2 per_class=50 dimensions=2\n")
    terminal.wait(for: "srel> ")
    terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    terminal.wait(for: "steps/s")
    #expect(terminal.terminate() == 143)
    #expect(terminal.screen.contains("the program ends here"))
    #expect(!terminal.screen.contains("takes it further"))
  }

  @Test func controlCAbandonsAMeasurementAndSaysSo() throws {
    let terminal = try TerminalSession()
    terminal.wait(for: "srel> ")
    terminal.type("d = make mixture classes=2 per_class=500 dimensions=2\n")
    terminal.wait(for: "srel> ")
    terminal.type("run = train model(mlp, widths=[2000]) on=d steps=1\n")
    terminal.wait(for: "srel> ")
    terminal.type("m = measure srel run points=d\n")
    terminal.wait(for: "/1000 sources")
    terminal.interrupt()
    terminal.wait(for: " of 1000 sources, nothing kept")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("measurement abandoned after "))
    #expect(terminal.end() == 0)
  }

  @Test func controlCEndsATrainingAfterItsStepAndThePromptLivesOn() throws {
    let terminal = try TerminalSession()
    terminal.wait(for: "srel> ")
    terminal.type("d = make mixture classes=2 per_class=50 dimensions=2\n")
    terminal.wait(for: "srel> ")
    terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    terminal.wait(for: "steps/s")
    terminal.interrupt()
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("stopped at step"))
    terminal.type("run.step > 0\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("\nyes\r\n"))
    #expect(terminal.end() == 0)
  }

  @Test func thePromptKnowsResultsPrefixesQuestionsAndTheShell() throws {
    let terminal = try TerminalSession(["--color", "never"])
    terminal.wait(for: "srel> ")
    for (typed, shown) in [
      ("6 * 7", "\n42\r\n"), ("sho (_1 + _)", "# show (_1 + _)"), ("?quit", "example: quit"),
      ("??weight_decay", "added to the gradient as weight_decay"), ("!echo a$((1+1))b", "\na2b\r\n"),
      ("!exit 3", "ended with 3"),
    ] {
      terminal.type(typed + "\n")
      terminal.wait(for: "srel> ")
      #expect(terminal.screen.contains(shown), "\(typed)")
    }
    #expect(terminal.screen.contains("\n84\r\n"))
    #expect(terminal.end() == 0)
  }

  @Test func safeHasNoShellAndTheInitFileIsRunUnlessToldOtherwise() throws {
    let folder = try Program.temporaryFolder()
    try FileManager.default.createDirectory(atPath: folder + "/srel-repl", withIntermediateDirectories: true)
    try "known = 5\n".write(toFile: folder + "/srel-repl/init.srel", atomically: true, encoding: .utf8)
    for (flags, shown) in [
      (["--safe"], "\n35\r\n"), (["--safe", "--no-init"], "there is no variable 'known'"),
    ] {
      let terminal = try TerminalSession(
        flags + ["--color", "never"], environment: ["XDG_CONFIG_HOME": folder])
      terminal.wait(for: "srel> ")
      terminal.type("!echo hello\n")
      terminal.wait(for: "srel> ")
      #expect(terminal.screen.contains("--safe refuses to run commands of the system's shell"))
      terminal.type("known * 7\n")
      terminal.wait(for: "srel> ")
      #expect(terminal.screen.contains(shown))
      #expect(terminal.end() == 0)
    }
  }

  @Test func longResultsGoThroughThePager() throws {
    let pager = ["PAGER": "sed -e 1!d -e s/^/paged:/"]
    for (variables, isPaged) in [(pager, true), (pager.merging(["TERM": "dumb"]) { $1 }, false)] {
      let terminal = try TerminalSession(["--color", "never"], environment: variables)
      terminal.wait(for: "srel> ")
      terminal.type("help\n")
      terminal.wait(for: "srel> ")
      #expect(terminal.screen.contains("paged:") == isPaged)
      terminal.type("1 + 1\n")
      terminal.wait(for: "srel> ")
      #expect(terminal.screen.contains("\n2\r\n"))
      #expect(terminal.end() == 0)
    }
  }

  @Test func aStoppedTrainingTellsHowToGoOnAndStartsOver() throws {
    let terminal = try TerminalSession(["--color", "never"])
    terminal.wait(for: "srel> ")
    terminal.type("d = make mixture classes=2 per_class=50 dimensions=2\n")
    terminal.wait(for: "srel> ")
    terminal.type("run = train model(linear) on=d batch=1 steps=1000000000\n")
    terminal.wait(for: "steps/s")
    terminal.interrupt()
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("'resume' continues, 'reset run' starts over"))
    terminal.type("reset run\n")
    terminal.wait(for: "srel> ")
    terminal.type("run.step\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("\n0\r\n"))
    #expect(terminal.end() == 0)
  }

  @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131)] as [(Int32, Int32)])
  func aSignalAtThePromptLeavesTheTerminalAsItWas(signal: Int32, code: Int32) throws {
    let terminal = try TerminalSession()
    terminal.wait(for: "srel> ")
    terminal.type("half a command")
    terminal.wait(for: "command")
    terminal.signal(signal)
    #expect(terminal.ending() == code)
    #expect(terminal.isRestored)
  }

  @Test func inputsAreKeptForTheNextPromptAndOneLinersLeaveNoTrace() throws {
    let folder = try Program.temporaryFolder()
    let history = folder + "/srel-repl/history.jsonl"
    let environment = ["XDG_STATE_HOME": folder]
    #expect(try Program.run(["-e", "1 + 1"], environment: environment).code == 0)
    #expect(try Program.run([], input: "1 + 1\n", environment: environment).code == 0)
    #expect(!FileManager.default.fileExists(atPath: history))
    let first = try TerminalSession(environment: environment)
    first.wait(for: "srel> ")
    first.type("(40 +\n")
    first.wait(for: "   .. ")
    first.type("4)\n")
    first.wait(for: "srel> ")
    #expect(first.end() == 0)
    #expect(try String(contentsOfFile: history, encoding: .utf8).contains(#""text":"(40 +\n4)""#))
    guard Self.edits else { return }
    let second = try TerminalSession(environment: environment)
    second.wait(for: "srel> ")
    second.type("\u{10}")
    second.wait(for: "4)")
    second.type("\n")
    second.wait(for: "srel> ")
    #expect(second.screen.contains("\n44\r\n"))
    #expect(second.end() == 0)
  }

  @Test(.enabled(if: edits)) func tabCompletesVerbsAndOptions() throws {
    let terminal = try TerminalSession()
    terminal.wait(for: "srel> ")
    terminal.type("d = mak\tmixture clas\t2 per_c\t5 dimen\t2; 5 + 5\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("d = make mixture classes=2 per_class=5 dimensions=2"))
    #expect(terminal.screen.contains("\n10\r\n"), "\(terminal.screen)")
    #expect(terminal.end() == 0)
  }

  @Test func aTerminalThatCannotMoveItsCursorGetsPlainPrompts() throws {
    let terminal = try TerminalSession(environment: ["TERM": "dumb"])
    terminal.wait(for: "srel> ")
    terminal.type("(1 +\n")
    terminal.wait(for: "   .. ")
    terminal.type("1)\n")
    terminal.wait(for: "srel> ")
    #expect(terminal.screen.contains("\n2\r\n"))
    #expect(!terminal.screen.contains("\u{1B}"))
    #expect(terminal.end() == 0)
  }

  @Test func aDashReadsATerminalWithoutPrompts() throws {
    let terminal = try TerminalSession(["-"])
    terminal.type("1 + 1\n")
    terminal.wait(for: "2\r\n")
    #expect(!terminal.screen.contains("srel>"))
    terminal.interrupt()
    #expect(terminal.ending() == 130)
  }

  /// Whether a library edits lines in this build.
  private static let edits = (try? Program.run(["--version"]).output.contains("lines edited by")) == true
}
