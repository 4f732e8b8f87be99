import Kernels
import Synchronization
import Tensor
import Testing

@Suite struct WorkersTests {
  @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
  func everyPieceRunsExactlyOnce(_ workers: Int, _ pieces: Int) {
    let runs = Mutex([Int](repeating: 0, count: pieces))
    let strangers = Mutex(0)
    Workers(count: workers).forEach(pieces) { piece, worker in
      runs.withLock { $0[piece] += 1 }
      if !(0..<workers).contains(worker) { strangers.withLock { $0 += 1 } }
    }
    #expect(runs.withLock { $0 } == [Int](repeating: 1, count: pieces))
    #expect(strangers.withLock { $0 } == 0)
  }

  @Test(arguments: [1, 2, 5], [0, 1, 3, 100])
  func everyElementIsHandedOutOnceUnderItsIndex(_ workers: Int, _ count: Int) {
    var elements = [Int](repeating: -1, count: count)
    Workers(count: workers).forEach(of: &elements) { index, element in element += index + 1 }
    #expect(elements == Array(0..<count))
  }

  /// Two pieces that shared a scratch would see each other's mark.
  @Test(arguments: [1, 2, 4])
  func scratchIsNeverShared(_ count: Int) {
    struct Scratch: Sendable {
      var owner = -1
      var pieces = 0
    }
    var scratch = [Scratch](repeating: Scratch(), count: count)
    var isAlone = [Bool](repeating: false, count: 300)
    Workers(count: count).forEach(of: &isAlone, scratch: &scratch) { index, isAlone, scratch in
      let before = scratch.owner
      scratch.owner = index
      var sum = 0.0
      for i in 0..<2000 { sum += Double(i ^ index) }
      isAlone = before == -1 && scratch.owner == index && sum > 0
      scratch.owner = -1
      scratch.pieces += 1
    }
    #expect(isAlone.allSatisfy { $0 })
    #expect(scratch.reduce(0) { $0 + $1.pieces } == 300)
  }

  @Test func allWorkersAreAtLeastOne() {
    #expect(Workers.all.count >= 1)
    #expect(!Workers.kernelName.isEmpty)
  }

  @Test func noWorkerAndTooLittleScratchAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = Workers(count: 0) }
    await #expect(processExitsWith: .failure) {
      var (elements, scratch) = ([1, 2, 3], [0])
      Workers(count: 2).forEach(of: &elements, scratch: &scratch) { _, _, _ in }
    }
  }
}

@Suite struct TensorFillingTests {
  @Test(arguments: [1, 2, 3])
  func fillingDependsOnTheIndexAlone(_ workers: Int) {
    let shape: Shape = [3, 70_001]
    let tensor = Tensor(shape, workers: Workers(count: workers)) { Float($0 % 9973) }
    #expect(tensor.shape == shape)
    #expect(tensor.scalars == (0..<shape.count).map { Float($0 % 9973) })
  }

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
  func permutedMovesEveryScalarToItsPlace(_ order: [Int]) {
    let dims = [2, 3, 4]
    let tensor = Tensor(Shape(dims), scalars: (0..<24).map(Float.init))
    let permuted = tensor.permuted(order)
    #expect(permuted.shape == Shape(order.map { dims[$0] }))
    for i in 0..<2 {
      for j in 0..<3 {
        for k in 0..<4 {
          let at = order.map { [i, j, k][$0] }
          let flat = (at[0] * permuted.shape[1] + at[1]) * permuted.shape[2] + at[2]
          #expect(permuted[flat: flat] == Float((i * 3 + j) * 4 + k))
        }
      }
    }
    let inverse = (0..<3).map { order.firstIndex(of: $0) ?? -1 }
    #expect(permuted.permuted(inverse) == tensor)
  }

  @Test func permutedTakesEmptyAndFlatTensors() {
    #expect(Tensor([0, 2], scalars: []).permuted([1, 0]).shape == [2, 0])
    #expect(Tensor([3], scalars: [1, 2, 3]).permuted([0]).scalars == [1, 2, 3])
  }

  @Test func anOrderThatIsNoneIsRefused() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 2]).permuted([0, 0]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 2]).permuted([0]) }
  }
}
