import Autodiff
import Kernels
import Network
import Tensor

/// What forming a step at one source found, besides the step.
public enum StepFinding: Hashable, Sendable {
  /// SGD, its first order, a step taken elsewhere: nothing.
  case nothing
  /// A fresh Adam step: of the live weights with a gradient ≠ 0, the fraction with |g| < 10ε, where Adam leaves its
  /// sign regime.
  case freshAdam(smallGradients: Double)
  /// A step of the run's own optimiser: ‖Δz‖ at the source by momentum and weight decay alone.
  case trainer(drift: Double)
}

/// A step at one source: how it moves the weights, and what forming it found.
struct Step: Sendable {
  enum Movement: Sendable {
    /// By how much each parameter changes; predictions follow by differences.
    case changes([ParameterChange])
    /// The parameters after the step; predictions are subtracted.
    case weights([Tensor])
  }

  var movement: Movement
  /// Weights after the step in panels, where more than one batch is predicted with them.
  var packed: [PackedWeights?] = []
  /// What was counted while it was formed.
  var sums: Sums

  /// No step.
  static var none: Step { Step(movement: .changes([]), sums: Sums()) }

  /// Packs stepped weights for more than one batch.
  mutating func pack(_ tape: Tape) {
    if case .weights(let stepped) = movement { packed = tape.packed(stepped, Workers(count: 1)) }
  }

  /// Sums over weights, as far as a step has to look at them: a fresh Adam step does, and every step whose predictions are
  /// subtracted.
  struct Sums: Sendable {
    /// Weights with 0 < |g| < 10ε.
    var small = 0
    /// Weights with g ≠ 0.
    var live = 0
    /// Σ g·c of the changes c that were asked for, and of those that were left of them after rounding w + c.
    private var asked = 0.0
    private var done = 0.0

    /// Which part of the step's first-order effect on its own loss is lost because w + c rounds to w.
    var lostPart: Double { asked == 0 ? 0 : min(abs(1 - done / asked), 1) }

    /// - Parameters:
    ///   - looks: about so many weights of the piece are looked at.
    ///   - changes: of a weight with its gradient the change asked for and the one done.
    mutating func add(
      _ gradient: Tensor, _ piece: Range<Int>, looks: Int,
      _ changes: (_ place: Int, _ g: Double) -> (Double, Double)
    ) {
      // An odd stride: an even one would meet the same channels again and again.
      for place in stride(from: piece.lowerBound, to: piece.upperBound, by: piece.count / looks | 1) {
        let g = Double(gradient[flat: place - piece.lowerBound])
        let (asked, done) = changes(place, g)
        self.asked += g * asked
        self.done += g * done
      }
    }
  }
}

/// Room that one worker keeps between steps. Nothing in it says anything: a step writes all that it reads.
struct StepScratch: Sendable {
  /// The gradient of a piece of a parameter, then that of the next.
  var gradient = Tensor.empty
  /// For each parameter room for its change or its stepped values, or empty.
  private var parameters: [Tensor]
  /// One per number of samples: a full tile, the last tile and few samples keep their own buffers.
  var activations = BuffersBySize<Activations>()
  var differences = BuffersBySize<Differences>()
  /// Base predictions that are not kept.
  var base = BuffersBySize<Activations>()

  /// Room for a parameter is made when it is first needed: a step in factors needs none.
  init(network: Network) {
    parameters = [Tensor](repeating: .empty, count: network.parameters.count)
  }

  /// Moves out room for a parameter. Only live stretches are written, and only they are read: pages of dead taps are
  /// never touched.
  mutating func takeRoom(for parameter: Int, _ shape: Shape) -> Tensor {
    var room = Tensor.empty
    swap(&room, &parameters[parameter])
    return room.count == shape.count ? room : Tensor(uninitialized: shape)
  }

  /// Makes room for the gradient of a piece.
  mutating func makeRoomForGradient(_ count: Int) {
    if gradient.count < count { gradient = Tensor(uninitialized: [count]) }
  }

  /// Gives the room of differences back, where they only stepped in.
  mutating func forgetDifferences() { (differences, base) = (BuffersBySize(), BuffersBySize()) }

  /// Takes back the room of a step that is done with; `isFixed` names the parameters that it borrowed.
  mutating func reclaim(_ step: inout Step, isFixed: [Bool]) {
    defer { step = .none }
    switch step.movement {
    case .weights(let weights):
      for parameter in weights.indices where !isFixed[parameter] {
        parameters[parameter] = weights[parameter]
      }
    case .changes(let changes):
      for parameter in changes.indices {
        if case .dense(let change) = changes[parameter] { parameters[parameter] = change }
      }
    }
  }
}

/// Buffers by the number of samples they are for. There are few sizes: a search beats a dictionary.
struct BuffersBySize<Buffer: Sendable>: Sendable {
  private var kept: [(samples: Int, buffer: Buffer)] = []

  /// Moves the buffers for so many samples out.
  mutating func take(_ samples: Int) -> Buffer? {
    kept.lastIndex { $0.samples == samples }.map { kept.remove(at: $0).buffer }
  }

  mutating func keep(_ buffer: Buffer, _ samples: Int) { kept.append((samples, buffer)) }
}
