// Drives the line editor the way a shell does, for tests in a pseudo-terminal: prints each input as
// `[text]` with its newlines as \n. `append FILE COUNT` adds entries to a history instead.

import Glibc
import LineEditor

func write(_ text: String, to stream: Int32) {
  let bytes = Array(text.utf8)
  // The bytes are only read, and only as many as there are.
  _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(stream, $0.baseAddress, $0.count) }
}

func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

func appendEntries(to path: String, count: Int) {
  let history = HistoryFile(path: path)
  for number in 0..<count {
    let text = "process \(getpid()) entry \(number)\n" + String(repeating: "x", count: number * 97 % 9000)
    do throws(LineEditorError) {
      try history.append(HistoryEntry(text: text))
    } catch {
      write("\(error)\n", to: 2)
      exit(1)
    }
  }
}

/// Words with descriptions, some above ASCII; file-like names inside a string.
func complete(_ text: String, _ cursor: Int) -> Completion {
  if text.hasPrefix("crash") { abort() }
  if text.hasPrefix("leave") { exit(7) }
  let before = String(decoding: Array(text.utf8).prefix(cursor), as: UTF8.self)
  let words: [Completion.Candidate] = [
    .init("load", description: "read a data set", suffix: " "),
    .init("train", description: "train a network", suffix: " "),
    .init("measure", description: "measure S_rel — it changes nothing", suffix: " "),
    .init("model", description: "a recipe of a network", suffix: " "),
    .init("epochs", description: "passes over the data", suffix: "="),
    .init("αβγ", description: "Greek", suffix: " "),
    .init("ankle boot", description: "a class", suffix: "\""),
    .init("a/b/first.csv"), .init("a/b/second.csv"),
  ]
  let separators: Set<Character> = before.contains("\"") ? ["\""] : [" ", "\n", "=", "("]
  let word = before.reversed().prefix { !separators.contains($0) }.reversed()
  let start = before.utf8.count - String(word).utf8.count
  // In upper case, so that a candidate need not begin with what it replaces.
  let found = words.filter { $0.text.lowercased().hasPrefix(String(word).lowercased()) }
  let after = Array(text.utf8).dropFirst(cursor).prefix { $0 == UInt8(ascii: "_") }.count
  return Completion(replaced: start..<cursor + after, candidates: found)
}

func isComplete(_ text: String) -> Bool {
  text.count { $0 == "{" } <= text.count { $0 == "}" }
}

if CommandLine.arguments.count == 4, CommandLine.arguments[1] == "append" {
  appendEntries(to: CommandLine.arguments[2], count: Int(CommandLine.arguments[3]) ?? 0)
  exit(0)
}

// A program with a handler of its own for SIGTERM hears of it after the terminal has been restored.
if variable("PROBE_HANDLES_TERM") != nil { signal(SIGTERM) { _ in } }

let editor = LineEditor(
  application: "line-editor-probe", history: variable("PROBE_HISTORY").map { HistoryFile(path: $0) },
  isComplete: isComplete, complete: complete,
  report: { write("warning: \($0)\n", to: 2) })
let prompt = variable("PROBE_PROMPT") ?? "probe> "

reading: while true {
  do throws(LineEditorError) {
    switch try editor.read(prompt: prompt, continuation: "....> ") {
    case .text(let text):
      if text == "quit" { break reading }
      let escaped = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
      let shown = escaped.count > 200 ? "\(text.utf8.count) bytes" : escaped
      write("[\(shown)]\n", to: 1)
    case .end:
      break reading
    case .stopped(let signal):
      write("stopped by \(signal)\n", to: 1)
      break reading
    }
  } catch {
    write("\(error)\n", to: 2)
    exit(1)
  }
}
write("bye\n", to: 1)
