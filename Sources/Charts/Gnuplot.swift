import Foundation

extension Figure {
  /// The path of the gnuplot that draws figures, nil where there is none.
  public static var drawingProgram: String? { Gnuplot.program(in: nil)?.path }
}

/// Runs gnuplot on a script: directly, never through a shell, without the user's start-up files, in a folder of
/// its own that is gone afterwards.
enum Gnuplot {
  /// The bytes that gnuplot draws for the script.
  /// - Throws: `gnuplotMissing`, `gnuplotFailed` with what gnuplot said, `noRoomForDrawing`.
  static func draw(
    _ figure: Figure, as format: FigureFormat, searching folders: String?
  ) throws(ChartError) -> [UInt8] {
    guard let program = program(in: folders) else { throw .gnuplotMissing }
    let folder = FileManager.default.temporaryDirectory.appending(path: "srel-figure-\(UUID().uuidString)")
    let script = folder.appending(path: "figure.gp")
    let output = folder.appending(path: "figure.\(format.rawValue)")
    let messages = folder.appending(path: "messages")
    defer { try? FileManager.default.removeItem(at: folder) }
    let status: Int32
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let text = GnuplotScript(figure: figure, format: format).text(output: output.path)
      try Data(text.utf8).write(to: script)
      try Data().write(to: messages)
      status = try run(program, script: script, messages: messages)
    } catch {
      throw .noRoomForDrawing(reason: error.localizedDescription)
    }
    let said = (try? String(contentsOf: messages, encoding: .utf8)) ?? ""
    let bytes = (try? Data(contentsOf: output)) ?? Data()
    if status != 0 || bytes.isEmpty {
      throw .gnuplotFailed(reason: reason(status: status, said: said))
    }
    return Array(bytes)
  }

  /// The first gnuplot that may be run in folders separated by colons, nil being the PATH of the process.
  static func program(in folders: String?) -> URL? {
    (folders ?? ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").lazy
      .map { URL(filePath: "\($0)/gnuplot") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  private static func run(_ program: URL, script: URL, messages: URL) throws -> Int32 {
    let process = Process()
    process.executableURL = program
    process.arguments = ["-d", script.path]
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GNUPLOT") }
    environment["LC_ALL"] = "C.UTF-8"
    environment["GNUTERM"] = nil
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = try FileHandle(forWritingTo: messages)
    defer { try? errors.close() }
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
      ? -process.terminationStatus : process.terminationStatus
  }

  /// The last line of what gnuplot said that is not a caret or a quotation of the script.
  private static func reason(status: Int32, said: String) -> String {
    let lines = said.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    if let line = lines.last(where: { $0.contains(": ") && !$0.hasPrefix("Fontconfig") }) {
      return line.range(of: ": ").map { String(line[$0.upperBound...]) } ?? line
    }
    return status < 0
      ? "it was stopped by signal \(-status)" : "it ended with status \(status) and said nothing"
  }
}
