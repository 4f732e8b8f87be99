import FoundationEssentials
import Kernels

/// The version of the program, as `--version` and every report give it, and what it computes with.
public enum Version {
  public static let program = "0.1.0"
  /// The version of the command language that `use srel N` names.
  public static let language = 1
  /// The version of all numbers that the engine computes. Raise it with every change after which any command can give
  /// other bits for the same input (another order of a sum, another kernel, another draw): what notebooks have kept of
  /// their cells is then computed anew.
  public static let numeric = 4

  /// What matrix products are computed with.
  public static var matrixProducts: String { Instructions.ofProducts }

  /// `2 threads, avx avx2 fma`: the processors that this process may use and the instructions that matter for speed.
  public static var processor: String {
    let threads = Workers.all.count
    let count = "\(threads)".counting("thread")
    return ([count] + (vectorInstructions.isEmpty ? [] : [vectorInstructions.joined(separator: " ")]))
      .joined(separator: ", ")
  }

  /// The flags of the first processor in `/proc/cpuinfo` that name vector instructions.
  private static var vectorInstructions: [String] {
    guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return [] }
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
    let flags = Set((line ?? "").split { $0 == " " || $0 == "\t" })
    return ["sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "asimd", "sve"].filter {
      flags.contains($0[...])
    }
  }
}
