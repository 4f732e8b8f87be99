import Elasticity
import Kernels
import Network
import Tensor
import Testing
import Training

/// Memory decides how work is cut, and nothing else.
@Suite struct MemoryTests {
  private static let updates: [UpdateRule] = [
    .sgd(learningRate: 1e-3), .adamFresh(learningRate: 1e-3), .trainer(learningRate: 1e-3), .firstOrder,
    .biasOnly(learningRate: 1e-3),
  ]

  private func engine(_ subject: Subject, _ workers: Workers) -> ExactEngine {
    ExactEngine(
      network: subject.network, weights: subject.run.weights, loss: .crossEntropy, workers: workers,
      trainer: Trainer(optimizer: subject.run.optimizer, state: subject.run.state))
  }

  /// The smallest memory in which an update can be measured, as the error names it.
  private func least(_ subject: Subject, _ update: UpdateRule, _ method: Method) throws -> Int {
    do throws(ElasticityError) {
      _ = try engine(subject, Workers(count: 2, memory: 1)).responses(
        sources: subject.points, probes: subject.points, update: update, method: method)
    } catch {
      guard case .memory(let needs, 1) = error else { throw error }
      return needs
    }
    Issue.record("one byte is enough")
    return 0
  }

  @Test(arguments: Subject.nets, updates)
  func noBitDependsOnTheMemory(_ kind: Subject.Kind, _ update: UpdateRule) throws {
    let subject = try kind()
    for method in update == .firstOrder ? [.automatic] : [Method.automatic, .difference, .subtraction] {
      let least = try least(subject, update, method)
      var rows: [[UInt64]] = []
      for (memory, threads) in [(Int.max, 2), (least, 1), (least, 2), (least * 3, 2)] {
        let responses = try engine(subject, Workers(count: threads, memory: memory)).responses(
          sources: subject.points, probes: subject.points, update: update, method: method,
          distances: [.logits, .kl])
        var bits = responses.flatMap { $0.probes.flatMap { $0.delta.map { $0.bitPattern } } }
        bits += [Distance.logits, .kl].map {
          Ratios(responses, distance: $0).selfCheck?.bitPattern ?? 0
        }
        rows.append(bits)
      }
      #expect(rows.allSatisfy { $0 == rows[0] }, "\(update.name) by \(method)")
    }
  }

  @Test func theSmallestMemoryIsEnoughAndOneByteLessIsNot() throws {
    let subject = try Subject.nets[0]()
    let least = try least(subject, .sgd(learningRate: 1e-3), .automatic)
    func measure(_ memory: Int) throws {
      _ = try engine(subject, Workers(count: 2, memory: memory)).responses(
        sources: subject.points, probes: subject.points, update: .sgd(learningRate: 1e-3))
    }
    try measure(least)
    #expect(throws: ElasticityError.memory(needs: least, has: least - 1)) { try measure(least - 1) }
  }

  @Test func aBudgetIsKeptByThePlan() throws {
    let network = try Model(.resnet(ResNet(depth: .fifty, norm: .batch))).network(
      input: .init(height: 224, width: 224, channels: 3), outputs: 10)
    let footprint = network.footprint
    for (sources, memory) in [(24, 2_000_000_000), (60, 2_000_000_000), (24, 8_000_000_000)] {
      for isLinear in [true, false] {
        let plan = try MemoryPlan(
          footprint, sources: sources, probes: sources, usesDifferences: isLinear, isLinear: isLinear,
          workers: Workers(count: 2, memory: memory))
        #expect(plan.bytes <= memory && plan.crew == 2)
      }
    }
  }

  @Test func aBatchThatDoesNotFitIsRefusedBeforeItIsRun() throws {
    var run = try Subject.nets[0]().run
    run.releaseBuffers()
    let needed = run.network.trainingBytes(batch: run.options.batch)
    let refused = TrainingError.memory(batch: run.options.batch, needs: needed, has: needed - 1)
    let before = run.weights
    #expect(throws: refused) { try run.advance(workers: Workers(count: 2, memory: needed - 1)) }
    #expect(run.weights == before)
    try run.advance(workers: Workers(count: 2, memory: needed))
  }
}
