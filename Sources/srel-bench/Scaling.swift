import Autodiff
import Elasticity
import Foundation
import Kernels
import Network
import Tables
import Training

/// The cost of a measurement over threads, probes, width and pixels, beside its lower bound.
///
/// The bound is 2[(P² + 2P)F + P²·C]/π: P points, F multiply-adds of a forward pass, C those of the low-rank corrections
/// of an SGD step, π the measured peak of as many threads.
struct Scaling {
  var repeats: Int
  var threads: Int

  /// Writes one row for each measured time and each bound; prints the speed-up by threads.
  func write(to path: String) throws {
    var table = Table(
      columns: [("over", .key), ("kind", .key), ("x", .axis), ("seconds", .value), ("multiply_adds", .value)])
    let machine = Machine(threads: threads)
    let speedup = try threadPairs(&table, machine)
    print("1 -> \(threads) threads: \(fixed(speedup, 2)) times faster (median of \(repeats) pairs)")
    for points in [6, 12, 24, 48, 96] {
      try add(over: "probes", x: points, width: 32, points: points, threads, machine.peak.all, &table)
    }
    for width in [16, 32, 64, 96] {
      try add(over: "width", x: width, width: width, points: 24, threads, machine.peak.all, &table)
    }
    for pixels in [32, 64, 96, 128, 160, 192, 224] {
      try add(
        over: "pixels", x: pixels, width: 64, points: 12, norm: .batch, pixels: pixels, threads,
        machine.peak.all, &table)
    }
    try table.writeCSV(to: path)
    print("wrote \(path)")
  }

  /// The full-size measurement on one thread and on all in turns, so that both see the same machine.
  private func threadPairs(_ table: inout Table, _ machine: Machine) throws -> Double {
    var (one, all): ([Double], [Double]) = ([], [])
    let subject = try Subject(width: 64, points: 60)
    for _ in 0..<repeats {
      one.append(try subject.seconds(threads: 1))
      all.append(try subject.seconds(threads: threads))
    }
    for (count, times, peak) in [(1, one, machine.peak.one), (threads, all, machine.peak.all)] {
      try append("threads", count, median(times), subject, peak, &table)
    }
    return median(zip(one, all).map { $0 / $1 })
  }

  private func add(
    over: String, x: Int, width: Int, points: Int, norm: ResNet.Norm = .none, pixels: Int = 32,
    _ threads: Int, _ peak: Double, _ table: inout Table
  ) throws {
    let subject = try Subject(width: width, points: points, norm: norm, pixels: pixels)
    _ = try subject.seconds(threads: threads)
    let time = median(try (0..<repeats).map { _ in try subject.seconds(threads: threads) })
    try append(over, x, time, subject, peak, &table)
  }

  private func append(
    _ over: String, _ x: Int, _ time: Double, _ subject: Subject, _ peak: Double, _ table: inout Table
  ) throws {
    let work = Double(subject.multiplyAdds)
    for (kind, value) in [("measured", time), ("bound", 2 * work / peak / 1e9)] {
      try table.append([.text(over), .text(kind), .number(Double(x)), .number(value), .number(work)])
    }
    print(
      "\(left(over, 8)) \(right("\(x)", 4))  \(right(duration(time), 10))  \(fixed(100 * 2 * work / time / 1e9 / peak, 0)) % of the bound's speed"
    )
  }

  /// A ResNet-18 of some width, points and pixels for an SGD measurement of all pairs.
  private struct Subject {
    let run: Run
    let points: Int

    init(width: Int, points: Int, norm: ResNet.Norm = .none, pixels: Int = 32) throws {
      run = try Workload.imageRun(
        Model(.resnet(ResNet(depth: .eighteen, width: width, norm: norm))), samples: points,
        batch: min(points, 6), pixels: pixels, Workers.all)
      self.points = points
    }

    /// (P² + 2P)F + P²·C.
    var multiplyAdds: Int {
      let tape = run.network.tape
      let corrections = tape.nodes.reduce(0) { total, node in
        guard node.primitive.prefersLowRank else { return total }
        switch node.primitive {
        case .linear(let inputs, let outputs): return total + inputs + outputs
        case .convolution(let convolution): return total + convolution.lowRankMultiplyAdds
        default: return total
        }
      }
      return (points * points + 2 * points) * tape.multiplyAdds + points * points * corrections
    }

    func seconds(threads: Int) throws -> Double {
      let options = MeasurementOptions(updates: [.sgd(learningRate: 1e-3)])
      return try srel_bench.seconds {
        _ = try Measurement(
          of: run, name: "run", sources: run.data, probes: run.data, options: options,
          workers: Workers(count: threads))
      }
    }
  }
}
