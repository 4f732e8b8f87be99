import Foundation
import Kernels

/// Times and what follows from them, by name; written and read as a flat JSON object.
struct Results {
  private(set) var numbers: [String: Double] = [:]
  private var kernels = ""
  private var machine: Machine?

  init(machine: Machine, threads: Int) {
    self.machine = machine
    kernels = Instructions.ofProducts
    numbers = [
      "threads": Double(threads), "peak_gflops_1_thread": machine.peak.one, "peak_gflops": machine.peak.all,
      "bandwidth_gbs_1_thread": machine.bandwidth.one, "bandwidth_gbs": machine.bandwidth.all,
    ]
  }

  /// Reads what `json` or the PyTorch yardstick wrote: numbers by name, all else is passed over.
  init(reading path: String) throws {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
    guard let entries = object as? [String: Any] else {
      throw CocoaError(
        .fileReadCorruptFile,
        userInfo: [NSLocalizedDescriptionKey: "\(path) is not a JSON object of seconds by name"])
    }
    numbers = entries.compactMapValues { $0 as? Double }
  }

  var json: String {
    get throws {
      var object: [String: Any] = numbers
      object["kernels"] = kernels
      let data = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
      return String(decoding: data, as: UTF8.self)
    }
  }

  mutating func add(_ work: Workload, seconds: Double) {
    numbers[work.name] = seconds
    let name = work.name.dropLast(2)
    if work.multiplyAdds > 0 { numbers[name + "_gflops"] = 2 * Double(work.multiplyAdds) / seconds / 1e9 }
    if work.bytes > 0 { numbers[name + "_gbs"] = Double(work.bytes) / seconds / 1e9 }
    if let items = work.items {
      numbers["\(name)_\(items.unit.lowercased())_per_s"] = items.count() / seconds
    }
  }

  mutating func add(_ program: ProgramCost, _ cost: (seconds: Double, megabytes: Double)) {
    numbers[program.name + "_s"] = cost.seconds
    numbers[program.name + "_mb"] = cost.megabytes
  }

  // MARK: - The table

  var heading: String {
    guard let machine else { return "" }
    let threads = Int(numbers["threads"] ?? 1)
    return """
      \(kernels); \(threads) threads
      peak \(fixed(machine.peak.one, 0)) GFLOP/s on one thread, \(fixed(machine.peak.all, 0)) on \(threads); \
      memory \(fixed(machine.bandwidth.one, 1)) GB/s on one, \(fixed(machine.bandwidth.all, 1)) on \(threads)

      \(left("work", 34))  \(right("time", 12))  \(right("rate", 22))  of the measured limit
      """
  }

  func row(of work: Workload) -> String {
    let time = numbers[work.name] ?? 0
    var (rate, share) = ("", "")
    if work.multiplyAdds > 0, let machine {
      let speed = 2 * Double(work.multiplyAdds) / time / 1e9
      let peak = work.isShared ? machine.peak.all : machine.peak.one
      (rate, share) = ("\(fixed(speed, 1)) GFLOP/s", "\(fixed(100 * speed / peak, 0)) % of peak")
    } else if work.bytes > 0, let machine {
      let speed = Double(work.bytes) / time / 1e9
      let limit = work.isShared ? machine.bandwidth.all : machine.bandwidth.one
      (rate, share) = ("\(fixed(speed, 1)) GB/s", "\(fixed(100 * speed / limit, 0)) % of memory's rate")
    } else if let items = work.items {
      rate = "\(fixed(items.count() / time, 0)) \(items.unit)/s"
    }
    return "\(left(work.name, 34))  \(right(duration(time), 12))  \(right(rate, 22))  \(share)"
  }

  func row(of program: ProgramCost, _ cost: (seconds: Double, megabytes: Double)) -> String {
    "\(left(program.name, 34))  \(right(duration(cost.seconds), 12))  \(right("\(fixed(cost.megabytes, 0)) MB", 22))  peak of the process"
  }
}

/// `12.3 µs`, `4.56 ms`, `1.23 s`
func duration(_ seconds: Double) -> String {
  switch seconds {
  case ..<1e-3: fixed(seconds * 1e6, 1) + " µs"
  case ..<1: fixed(seconds * 1e3, 2) + " ms"
  default: fixed(seconds, 2) + " s"
  }
}

func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

func left(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
