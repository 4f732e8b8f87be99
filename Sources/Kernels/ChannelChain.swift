import CKernels
import Tensor

/// Operations that follow each other and treat every channel by itself: of an addition, a standardization, a scale, a bias and
/// a ReLU those that are there, in this order. One pass over memory computes them all, with the bits of one pass each.
public struct ChannelChain: Sendable {
  /// Mean and variance by channel, `[2, channels]`.
  public var statistics: Tensor?
  public var scale: Tensor?
  public var bias: Tensor?
  public var rectifies: Bool

  public init(statistics: Tensor? = nil, scale: Tensor? = nil, bias: Tensor? = nil, rectifies: Bool = false) {
    (self.statistics, self.scale, self.bias, self.rectifies) = (statistics, scale, bias, rectifies)
  }

  /// Where values are kept that lie between the operations.
  public struct Between: Sendable {
    /// After the standardization.
    public var standardized: Tensor?
    /// Before the ReLU.
    public var before: Tensor?

    public init(standardized: Tensor? = nil, before: Tensor? = nil) {
      (self.standardized, self.before) = (standardized, before)
    }
  }

  /// Where the operand of a chain lies: by itself, or in the place of something that is computed from it.
  public enum Operand: Sendable {
    case tensor(Tensor)
    case standardized, before, result
  }

  /// How scale and bias change; products of two changes are left out in the first order.
  public struct Change: Sendable {
    public var scale: Tensor?
    public var bias: Tensor?
    public var isFirstOrder: Bool

    public init(scale: Tensor? = nil, bias: Tensor? = nil, isFirstOrder: Bool = false) {
      (self.scale, self.bias, self.isFirstOrder) = (scale, bias, isFirstOrder)
    }
  }

  /// The result for x, or for x + other. What `between` has room for is written too.
  ///
  /// - Precondition: all tensors have the shape of the result.
  public func value(
    _ x: Operand, _ other: Tensor? = nil, between: inout Between, into out: inout Tensor,
    instructions: Instructions = .best
  ) {
    var own: Tensor?
    if case .tensor(let tensor) = x { own = tensor }
    check(out, own, other)
    check(out, between.standardized, between.before)
    precondition(statistics != nil || between.standardized == nil, "a chain without a standardization")
    // A second owner of `out` would make it copy itself.
    let shape = out.shape
    withExtendedLifetime((own, other)) {
      withChain(like: shape) { chain in
        withMutable(&between.standardized) { standardized in
          withMutable(&between.before) { before in
            out.withMutablePointer { out in
              let place =
                switch x {
                case .tensor: address(own)
                case .standardized: standardized.map { UnsafePointer($0) }
                case .before: before.map { UnsafePointer($0) }
                case .result: UnsafePointer(out)
                }
              guard let place else { preconditionFailure("the operand of a chain has no place") }
              chain_value(instructions.set, chain, place, address(other), standardized, before, out)
            }
          }
        }
      }
    }
  }

  /// What a difference of x, or the sum of two, makes of the result; nil for delta: it is what `out` holds.
  ///
  /// The rules are those of each operation (`Normalization`, `Elementwise`), so nothing cancels.
  /// - Parameters:
  ///   - between: the values between the operations without the change.
  ///   - result: the result without it.
  ///   - stepped: gets result + difference, where there is room.
  public func difference(
    _ delta: Tensor?, _ other: Tensor? = nil, change: Change, between: Between, result: Tensor,
    into out: inout Tensor, stepped: inout Tensor?, instructions: Instructions = .best
  ) {
    check(out, delta, other)
    check(out, between.standardized, between.before)
    check(out, result, stepped)
    precondition(change.scale == nil || between.standardized != nil, "the operand of a scale that changes")
    precondition(!rectifies || change.isFirstOrder || between.before != nil, "the operand of a ReLU")
    let shape = out.shape
    withExtendedLifetime((delta, other, change, between)) {
      result.withPointer { after in
        var moved = chain_change(
          scale: address(change.scale), bias: address(change.bias), is_first_order: change.isFirstOrder,
          standardized: address(between.standardized) ?? after, before: address(between.before) ?? after,
          after: after)
        withChain(like: shape) { chain in
          withMutable(&stepped) { stepped in
            out.withMutablePointer { out in
              chain_difference(
                instructions.set, chain, &moved, address(delta) ?? UnsafePointer(out), address(other), out,
                stepped)
            }
          }
        }
      }
    }
  }

  private func check(_ out: Tensor, _ one: Tensor?, _ other: Tensor?) {
    precondition(
      (one.map { $0.shape == out.shape } ?? true) && (other.map { $0.shape == out.shape } ?? true),
      "a chain of shape \(out.shape) with tensors of others")
    precondition(
      (scale.map { $0.count == out.shape.last } ?? true) && (bias.map { $0.count == out.shape.last } ?? true),
      "a chain of shape \(out.shape) with other channels")
  }

  /// Calls `body` with the chain for tensors of a shape; its parameters are held meanwhile.
  func withChain(like shape: Shape, _ body: (UnsafePointer<channel_chain>) -> Void) {
    let channels = shape.last ?? 1
    let roots = statistics.map(Normalization.inverseRoots) ?? []
    withExtendedLifetime(self) {
      roots.withUnsafeBufferPointer { roots in
        var chain = channel_chain(
          rows: shape.count / max(channels, 1), channels: channels, mean: address(statistics),
          root: roots.baseAddress, scale: address(scale), bias: address(bias), rectifies: rectifies)
        body(&chain)
      }
    }
  }
}

/// The address of a tensor that may be missing, valid as long as the caller holds the tensor.
func address(_ tensor: Tensor?) -> UnsafePointer<Float>? { tensor.map { $0.withPointer { $0 } } }

func withMutable(_ tensor: inout Tensor?, _ body: (UnsafeMutablePointer<Float>?) -> Void) {
  // Taken out while it is written: a second owner would make it copy itself.
  guard var own = tensor.take() else { return body(nil) }
  own.withMutablePointer { body($0) }
  tensor = own
}
