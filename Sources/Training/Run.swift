import Autodiff
import Datasets
import Kernels
import Network
import Random
import Synchronization
import Tensor

/// What a run needs to know besides the model, the data and the optimiser.
public struct TrainingOptions: Hashable, Sendable, Codable {
  public var batch: Int
  /// Whether the last, smaller batch of an epoch is left out.
  public var dropLast: Bool
  public var loss: Loss
  public var seed: Seed

  public init(batch: Int, dropLast: Bool = false, loss: Loss = .crossEntropy, seed: Seed) {
    self.batch = batch
    self.dropLast = dropLast
    self.loss = loss
    self.seed = seed
  }
}

/// One training: weights, moments and position, advanced step by step.
///
/// A run is a value: a copy is a snapshot, and whatever is done to the copy leaves the run untouched. The same seed gives
/// the same bits for any number of workers.
public struct Run: Sendable {
  public let network: Network
  public let data: Dataset
  public let optimizer: Optimizer
  public let options: TrainingOptions
  public private(set) var weights: [Tensor]
  public private(set) var state: OptimizerState
  /// Batch loss and accuracy of every step so far, measured before that step's update.
  public private(set) var history: [StepReport] = []

  /// Where a run stands whose weights come from elsewhere.
  public private(set) var start = (step: 0, epoch: 0.0)
  private var shards: [Shard] = []
  /// What one sample takes in training.
  private let sampleBytes: Int
  private var order = EpochOrder()

  /// Draws initial weights (stream `init`); no step is taken.
  ///
  /// - Throws: `TrainingError` where model, data and options do not fit together.
  public init(
    _ model: Model, on data: Dataset, optimizer: Optimizer, options: TrainingOptions, workers: Workers
  ) throws(TrainingError) {
    guard data.count > 0 else { throw .noData(name: data.name) }
    guard options.batch > 0 else { throw .notPositive(what: "batch", value: Double(options.batch)) }
    guard options.batch <= data.count else { throw .batchTooLarge(batch: options.batch, samples: data.count) }
    guard optimizer.learningRate > 0, optimizer.learningRate.isFinite else {
      throw .notPositive(what: "lr", value: optimizer.learningRate)
    }
    guard data.outputs(for: options.loss) > 0 else { throw .noTargets(loss: options.loss, name: data.name) }
    do throws(NetworkError) {
      network = try model.network(input: data.input, outputs: data.outputs(for: options.loss))
    } catch { throw .network(error) }
    self.data = data
    self.optimizer = optimizer
    self.options = options
    weights = network.initialWeights(seed: options.seed, workers: workers)
    state = optimizer.initialState(for: weights)
    sampleBytes = network.footprint.training
  }

  /// A run as it stood: whatever is done to it gives the bits that the run would have given.
  ///
  /// - Throws: `TrainingError.network` for a model that does not take such data, `TrainingError.otherState` for weights,
  ///   moments or a number of steps of another run.
  public init(
    restoring model: Model, on data: Dataset, optimizer: Optimizer, options: TrainingOptions,
    weights: [Tensor], state: OptimizerState, history: [StepReport],
    start: (step: Int, epoch: Double) = (0, 0)
  ) throws(TrainingError) {
    do throws(NetworkError) {
      network = try model.network(input: data.input, outputs: data.outputs(for: options.loss))
    } catch { throw .network(error) }
    let shapes = network.tape.parameterShapes
    let moments = optimizer.momentCounts
    guard weights.map(\.shape) == shapes, options.batch > 0, options.batch <= data.count,
      state.first.map(\.shape) == (moments.first ? shapes : []),
      state.second.map(\.shape) == (moments.second ? shapes : []), state.step >= 0
    else { throw .otherState }
    self.data = data
    self.optimizer = optimizer
    self.options = options
    self.weights = weights
    self.state = state
    self.history = history
    self.start = start
    sampleBytes = network.footprint.training
  }

  /// Steps taken so far.
  public var step: Int { start.step + history.count }

  /// Batches in one epoch.
  public var batchesPerEpoch: Int {
    options.dropLast ? data.count / options.batch : (data.count + options.batch - 1) / options.batch
  }

  /// The fraction of epochs done.
  public var epoch: Double { start.epoch + Double(history.count) / Double(batchesPerEpoch) }

  /// The position of the next batch in its epoch, from 0.
  public var batchInEpoch: Int { step % batchesPerEpoch }

  /// Replaces the weights by those of a file; moments and position stay.
  ///
  /// - Returns: what did not fit, where the file need not be strict.
  /// - Throws: `TrainingError.network` for weights of another network.
  @discardableResult
  public mutating func load(_ file: WeightFile) throws(TrainingError) -> WeightMismatch {
    do throws(NetworkError) {
      if file.isStrict {
        weights = try network.imported(file.tensors)
        return WeightMismatch()
      }
      let found = try network.imported(file.tensors, into: weights)
      weights = found.weights
      return found.mismatch
    } catch { throw .network(error) }
  }

  /// Says where in a training of elsewhere the present weights stand.
  public mutating func begin(atStep step: Int, epoch: Double) { start = (step, epoch) }

  /// Gives back the memory of forward and backward passes; the next step takes it anew.
  public mutating func releaseBuffers() { shards = [] }

  /// The rows of the next batch, in the order of stream `order` for the present epoch.
  private mutating func nextRows() -> [Int] {
    let epoch = step / batchesPerEpoch
    let first = batchInEpoch * options.batch
    return Array(
      order.rows(epoch: epoch, count: data.count, seed: options.seed)[
        first..<min(first + options.batch, data.count)])
  }

  /// Takes one step on the next batch.
  ///
  /// - Throws: `TrainingError.diverged` when the batch loss is not finite; weights and position stay as before.
  ///   `TrainingError.memory` where the batch takes more than the workers may use.
  /// - Complexity: three forward passes of the batch and one pass over the weights.
  @discardableResult
  public mutating func advance(workers: Workers) throws(TrainingError) -> StepReport {
    let rows = nextRows()
    if shards.isEmpty {
      let needed = network.trainingBytes(batch: options.batch)
      if needed > workers.memory {
        throw .memory(batch: options.batch, needs: needed, has: workers.memory)
      }
    }
    var (loss, correct) = (0.0, 0)
    var gradients: [[Tensor]] = []
    var active: ArraySlice<Shard> = []
    let rounds = BatchSplit(rows, network, sampleBytes: sampleBytes).rounds
    for (place, parts) in rounds.enumerated() {
      runShards(parts, batch: rows.count, workers)
      active = shards[..<parts.count]
      loss += active.reduce(0) { $0 + $1.loss }
      correct += active.reduce(0) { $0 + $1.correct }
      if place < rounds.count - 1 {
        gradients = [sums(gradients + active.map(\.part.gradients))]
        active = []
      }
    }
    let report = StepReport(
      step: step + 1, loss: loss / Double(rows.count), accuracy: Double(correct) / Double(rows.count))
    guard report.loss.isFinite else { throw .diverged(step: report.step, loss: report.loss) }
    optimizer.step(
      gradients: gradients + active.map(\.part.gradients), live: network.tape.liveRanges,
      fixed: network.tape.isStatistic, weights: &weights, state: &state, workers: workers)
    keepStatistics(of: active)
    history.append(report)
    return report
  }

  /// The gradients of some parts, added up in their order.
  private func sums(_ parts: [[Tensor]]) -> [Tensor] {
    var total = parts[0]
    for part in parts.dropFirst() {
      for parameter in total.indices where !network.tape.isStatistic[parameter] {
        Elementwise.accumulate(part[parameter], into: &total[parameter])
      }
    }
    return total
  }

  /// Forward and backward of some parts of a batch. The shards are taken out while they are written to: a second owner
  /// would make every buffer be copied.
  private mutating func runShards(_ parts: ArraySlice<[Int]>, batch: Int, _ workers: Workers) {
    while shards.count < parts.count { shards.append(Shard(network: network)) }
    var active: [Shard] = []
    swap(&active, &shards)
    let epoch = step / batchesPerEpoch
    let rows = Array(parts)
    var (isFirst, isDone) = (true, false)
    while !isDone {
      let ends = Mutex(true)
      workers.forEach(of: &active, first: rows.count) {
        [network, weights, data, options, isFirst] index, shard in
        if isFirst {
          shard.begin(
            rows[index], epoch: epoch, seed: options.seed, network: network, data: data, loss: options.loss)
        }
        let end = shard.advance(batch: batch, network: network, weights: weights, loss: options.loss)
        if !end { ends.withLock { $0 = false } }
      }
      isDone = ends.withLock { $0 }
      if !isDone { Shard.join(&active, first: rows.count, network: network, weights: weights) }
      isFirst = false
    }
    swap(&active, &shards)
  }

  /// Moves the kept statistics by a tenth towards those of the batch, the variance in its unbiased form, as PyTorch.
  private mutating func keepStatistics(of shards: ArraySlice<Shard>) {
    guard let shard = shards.first else { return }
    let samples = shards.reduce(0) { $0 + $1.part.samples }
    for (index, batch) in shard.part.statistics {
      guard let parameter = network.tape.nodes[index].parameter else { continue }
      let shape = network.tape.nodes[index].shape
      let count = Float(shape.height * shape.width * samples)
      let channels = batch.shape[1]
      let unbiased = count > 1 ? count / (count - 1) : 1
      for i in 0..<2 * channels {
        let seen = batch[flat: i] * (i < channels ? 1 : unbiased)
        weights[parameter][flat: i] = 0.9 * weights[parameter][flat: i] + 0.1 * seen
      }
    }
  }
}

/// What one step saw.
public struct StepReport: Hashable, Sendable {
  /// Counts from 1.
  public var step: Int
  /// Mean loss of the batch before the step.
  public var loss: Double
  /// Fraction of the batch predicted rightly before the step; 0 for regressions.
  public var accuracy: Double

  public init(step: Int, loss: Double, accuracy: Double) {
    (self.step, self.loss, self.accuracy) = (step, loss, accuracy)
  }
}

/// The order of samples in one epoch, drawn once and kept.
struct EpochOrder: Sendable {
  private var epoch = -1
  private var permutation: [Int] = []

  mutating func rows(epoch: Int, count: Int, seed: Seed) -> [Int] {
    if epoch != self.epoch {
      var generator = RandomStream(seed, .order).generator(UInt64(epoch))
      permutation = generator.permutation(count)
      self.epoch = epoch
    }
    return permutation
  }
}
