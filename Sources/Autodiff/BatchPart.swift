import Kernels
import Tensor

/// A part of a training batch on its way through a network and back.
///
/// Where a layer normalizes by the statistics of the whole batch, all parts wait for each other: each says what it knows,
/// `Tape.join` puts it together in the order of the parts, and each goes on. The result depends on the parts, never on who
/// runs them or in which order.
public struct BatchPart: Sendable {
  private var activations = Activations()
  private var backward = Gradients()
  private var isBackward = false
  /// The gradient of every parameter, summed over this part. Dead stretches are 0.
  public private(set) var gradients: [Tensor]

  public init(for tape: Tape) { gradients = tape.zeroGradients() }

  /// Bytes of its values and of the way back, those of the parameters' gradients not counted.
  public var bytes: Int { activations.bytes + backward.bytes }
  public var samples: Int { activations.samples }
  public var output: Tensor { activations.output }
  /// By operation, the statistics of the batch that were used in place of the kept ones.
  public var statistics: [Int: Tensor] { activations.statistics }

  /// Begins with some samples of a batch.
  public mutating func begin(_ input: Tensor, _ tape: Tape) {
    isBackward = false
    tape.begin(input, for: .training, &activations)
  }

  /// Goes on until the gradients are there, or until the parts have to be joined.
  ///
  /// - Parameter outputGradient: asked for once, when the output is there.
  /// - Returns: whether the gradients are there.
  public mutating func advance(
    _ tape: Tape, _ parameters: [Tensor], outputGradient: (Tensor) -> Tensor
  ) -> Bool {
    if !isBackward {
      guard tape.advance(parameters, &activations) else { return false }
      isBackward = true
      tape.begin(outputGradient(activations.output), activations, &backward)
    }
    return tape.advance(parameters, activations, &backward, into: &gradients)
  }

  /// What this part knows of the statistics that it waits for.
  fileprivate var known: Known {
    if isBackward { return .sums(at: backward.position, backward.sums[backward.position]) }
    return .moments(activations.moments)
  }

  fileprivate enum Known {
    case moments(ChannelMoments?)
    case sums(at: Int, ChannelChain.Sums?)
  }

  fileprivate mutating func receive(_ statistics: ChannelMoments.Joined) { activations.receive(statistics) }
  fileprivate mutating func receive(_ means: ChannelChain.BatchMeans) { backward.batch = means }
}

extension Tape {
  /// Joins what the parts of a batch know where they wait, so that each of them can go on.
  ///
  /// - Parameter part: the part at a place in 0..<count.
  public func join(
    _ parameters: [Tensor], count: Int, _ part: (_ place: Int, _ change: (inout BatchPart) -> Void) -> Void
  ) {
    var (known, samples): ([BatchPart.Known], Int) = ([], 0)
    for place in 0..<count {
      part(place) {
        known.append($0.known)
        samples += $0.samples
      }
    }
    if case .sums(let position, _)? = known.first, let chain = chains[position] {
      let sums: [ChannelChain.Sums?] = known.map { if case .sums(_, let sums) = $0 { sums } else { nil } }
      let means = batchMeans(chain, parameters, sums, samples)
      for place in 0..<count { part(place) { $0.receive(means) } }
      return
    }
    let moments: [ChannelMoments] = known.compactMap {
      if case .moments(let moments) = $0 { moments } else { nil }
    }
    let joined = ChannelMoments.joined(moments)
    for place in 0..<count { part(place) { $0.receive(joined) } }
  }
}
