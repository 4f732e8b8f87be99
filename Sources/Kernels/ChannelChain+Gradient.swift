import CKernels
import Tensor

extension ChannelChain {
  /// Sums over rows of the gradient at the bias, and of it times the operand of the scale: for each group of samples and
  /// channel, `[groups, channels]`. They are the gradients at bias and scale, and what the gradient through the statistics
  /// of a batch is made of.
  public struct Sums: Sendable {
    public private(set) var bias: [Double] = []
    /// Empty for a chain without scale and standardization.
    public private(set) var scale: [Double] = []
    public private(set) var groups = 0

    public init() {}

    /// Makes room, which is kept from one pass to the next.
    fileprivate mutating func prepare(groups: Int, channels: Int, withScale: Bool) {
      self.groups = groups
      let (first, second) = (groups * channels, withScale ? groups * channels : 0)
      if bias.count != first { bias = [Double](repeating: 0, count: first) }
      if scale.count != second { scale = [Double](repeating: 0, count: second) }
    }

    fileprivate mutating func withPointers(
      _ body: (UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    ) {
      bias.withUnsafeMutableBufferPointer { bias in
        scale.withUnsafeMutableBufferPointer { scale in
          body(bias.baseAddress, scale.isEmpty ? nil : scale.baseAddress)
        }
      }
    }

    /// The sum over all groups of one channel, or that of one group.
    public static func total(_ sums: [Double], _ channel: Int, of channels: Int, group: Int?) -> Double {
      if let group { return sums[group * channels + channel] }
      return stride(from: channel, to: sums.count, by: channels).reduce(0) { $0 + sums[$1] }
    }
  }

  /// What goes through the statistics of a batch: the means over the whole batch of the gradient after the scale, and of it
  /// times what was standardized, one each a channel.
  public struct BatchMeans: Sendable {
    fileprivate let means: [Float]
    fileprivate let projections: [Float]

    /// From the sums of all parts of a batch, in their order, over `rows` pixels and samples together.
    public init(_ parts: [Sums], rows: Int, scale: Tensor?, channels: Int) {
      func mean(_ sums: (Sums) -> [Double]) -> [Float] {
        (0..<channels).map { c in
          let sum = parts.reduce(0) { $0 + Sums.total(sums($1), c, of: channels, group: nil) }
          return Float(sum * (scale.map { Double($0[flat: c]) } ?? 1) / Double(rows))
        }
      }
      means = mean(\.bias)
      projections = mean(\.scale)
    }
  }

  /// Sums what the gradient at the result makes of bias and scale.
  ///
  /// - Parameters:
  ///   - operand: that of the scale, where the chain standardizes or scales.
  ///   - groups: 1, or the number of samples for the sums of each one.
  public func sum(
    _ d: Tensor, result: Tensor, operand: Tensor?, groups: Int, into sums: inout Sums,
    instructions: Instructions = .best
  ) {
    precondition(d.shape == result.shape, "a chain of shape \(result.shape) with a gradient of \(d.shape)")
    d.withPointer { d in
      withGradient(result.shape, result: result, operand: operand, nil, groups: groups, true, &sums) {
        chain_gradient(instructions.set, $0, $1, d, nil, nil)
      }
    }
  }

  /// Takes the gradient at the result back to the operand, in place.
  ///
  /// ReLU: d where the result is above 0, else 0; scale: d·γ; fixed statistics: d·r with r = 1/√(variance + ε); those of the
  /// batch: (d − mean(d) − y·mean(d·y))·r with y what was standardized (Ioffe & Szegedy 2015, arXiv 1502.03167).
  /// - Parameters:
  ///   - batch: where statistics are those of the batch.
  ///   - sums: as `sum` finds them, where they are wanted too.
  ///   - other: the gradient at the second operand of an addition; `adds` to what is there, else overwrites it.
  public func takeBack(
    _ d: inout Tensor, result: Tensor, operand: Tensor?, batch: BatchMeans? = nil, groups: Int = 1,
    sums: inout Sums?, other: inout Tensor?, adds: Bool = false, instructions: Instructions = .best
  ) {
    let shape = d.shape
    precondition(other.map { $0.shape == shape } ?? true, "a chain of shape \(shape) with another operand")
    var found = sums.take()
    let wanted = found != nil
    var room = found ?? Sums()
    found = nil
    withMutable(&other) { other in
      d.withMutablePointer { out in
        withGradient(
          shape, result: result, operand: operand, batch, groups: groups, wanted, &room
        ) { chain, gradient in
          gradient.pointee.adds = adds
          chain_gradient(instructions.set, chain, gradient, out, out, other)
        }
      }
    }
    if wanted { sums = room }
  }

  /// The same for a batch that is not in parts, and a chain whose result is what was standardized.
  public func takeBackThroughBatch(
    _ d: inout Tensor, standardized y: Tensor, instructions: Instructions = .best
  ) {
    var sums = Sums()
    sum(d, result: y, operand: y, groups: 1, into: &sums, instructions: instructions)
    let channels = y.shape.last ?? 1
    let means = BatchMeans([sums], rows: y.count / max(channels, 1), scale: scale, channels: channels)
    var (none, other): (Sums?, Tensor?) = (nil, nil)
    takeBack(
      &d, result: y, operand: y, batch: means, sums: &none, other: &other, instructions: instructions)
  }

  /// Calls `body` with what a pass back reads; all of it is held meanwhile.
  private func withGradient(
    _ shape: Shape, result: Tensor, operand: Tensor?, _ batch: BatchMeans?, groups: Int,
    _ sumsAreWanted: Bool,
    _ sums: inout Sums, _ body: (UnsafePointer<channel_chain>, UnsafeMutablePointer<chain_gradient>) -> Void
  ) {
    let channels = shape.last ?? 1
    let hasOperand = statistics != nil || scale != nil
    precondition(result.shape == shape && (operand.map { $0.shape == shape } ?? true), "a chain of \(shape)")
    precondition(operand != nil || !hasOperand, "the gradient at a scale needs its operand")
    if sumsAreWanted { sums.prepare(groups: groups, channels: channels, withScale: hasOperand) }
    withExtendedLifetime((result, operand)) {
      sums.withPointers { bias, scale in
        batch.withPointers { means, projections in
          withChain(like: shape) { chain in
            var gradient = chain_gradient(
              after: address(result), standardized: address(operand), mean: means, projection: projections,
              groups: groups, bias_sums: sumsAreWanted ? bias : nil,
              scale_sums: sumsAreWanted ? scale : nil, adds: false)
            body(chain, &gradient)
          }
        }
      }
    }
  }
}

extension ChannelChain.BatchMeans? {
  fileprivate func withPointers(_ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> Void) {
    guard let self else { return body(nil, nil) }
    self.means.withUnsafeBufferPointer { means in
      self.projections.withUnsafeBufferPointer { body(means.baseAddress, $0.baseAddress) }
    }
  }
}
