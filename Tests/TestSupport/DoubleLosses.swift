import Foundation

/// Losses and their gradients in `Double`, as the textbook has them.
public enum DoubleLosses {
  public static func softmax(_ z: [Double]) -> [Double] {
    let top = z.max() ?? 0
    let powers = z.map { exp($0 - top) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  /// −log p_y.
  public static func crossEntropy(_ z: [Double], _ label: Int) -> Double { -log(softmax(z)[label]) }

  /// p − y.
  public static func crossEntropyGradient(_ z: [Double], _ label: Int) -> [Double] {
    softmax(z).enumerated().map { $0.element - ($0.offset == label ? 1 : 0) }
  }

  /// The mean of (f − y)².
  public static func meanSquaredError(_ f: [Double], _ y: [Double]) -> Double {
    zip(f, y).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / Double(f.count)
  }

  public static func meanSquaredErrorGradient(_ f: [Double], _ y: [Double]) -> [Double] {
    zip(f, y).map { 2 * ($0 - $1) / Double(f.count) }
  }

  /// A flat row-major array cut into rows.
  public static func rows(_ flat: [Double], width: Int) -> [[Double]] {
    stride(from: 0, to: flat.count, by: width).map { Array(flat[$0..<$0 + width]) }
  }
}
