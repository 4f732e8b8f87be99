import Tensor
import Testing

@Suite struct ShapeTests {
  @Test(arguments: [
    (Shape([]), 1, "[]"), (Shape([0]), 0, "[0]"), (Shape([3]), 3, "[3]"),
    (Shape([2, 3, 4]), 24, "[2, 3, 4]"),
    (Shape([2, 0, 4]), 0, "[2, 0, 4]"),
  ])
  func countsItsScalars(_ shape: Shape, _ count: Int, _ text: String) {
    #expect(shape.count == count)
    #expect(shape.rank == shape.dims.count)
    #expect(shape.description == text)
  }

  @Test func aNegativeSizeIsRefused() async {
    await #expect(processExitsWith: .failure) { _ = Shape([2, -1]) }
  }
}

@Suite struct TensorTests {
  let numbers = Tensor([2, 3], scalars: [1, 2, 3, 4, 5, 6])

  @Test func holdsWhatItWasGiven() {
    #expect(numbers.shape == [2, 3])
    #expect(numbers.count == 6)
    #expect(numbers.scalars == [1, 2, 3, 4, 5, 6])
    #expect(numbers[flat: 4] == 5)
    #expect(Tensor(zeros: [3]).scalars == [0, 0, 0])
    #expect(Tensor([2], repeating: 1.5).scalars == [1.5, 1.5])
    #expect(Tensor([], scalars: [7]).scalars == [7])
    #expect(Tensor.empty.scalars.isEmpty)
    #expect(Tensor([0, 4], scalars: []).scalars.isEmpty)
  }

  @Test func aCopyIsLeftAloneByEveryWayOfWriting() {
    let ways: [(String, (inout Tensor) -> Void)] = [
      ("subscript", { $0[flat: 0] = 9 }),
      ("span", { $0.withMutableSpan { $0[0] = 9 } }),
      ("pointer", { $0.withMutablePointer { $0[0] = 9 } }),
    ]
    for (name, write) in ways {
      var copy = numbers
      write(&copy)
      #expect(copy.scalars == [9, 2, 3, 4, 5, 6], "\(name)")
      #expect(numbers.scalars == [1, 2, 3, 4, 5, 6], "\(name)")
      var original = numbers
      let earlier = original
      write(&original)
      #expect(earlier == numbers && original != numbers, "\(name)")
    }
  }

  @Test func elementsOfAnArrayAreValuesToo() {
    let weights = [numbers, numbers]
    var stepped = weights
    stepped[1][flat: 5] = -1
    #expect(weights[0] == numbers && weights[1] == numbers && stepped[0] == numbers)
    #expect(stepped[1].scalars == [1, 2, 3, 4, 5, -1])
  }

  @Test func aSoleOwnerIsWrittenInPlace() {
    var tensor = Tensor(zeros: [1000])
    let before = tensor.withPointer { UInt(bitPattern: $0) }
    tensor[flat: 3] = 1
    tensor[flat: 4] = 2
    #expect(tensor.scalars[3...4] == [1, 2])
    #expect(tensor.withPointer { UInt(bitPattern: $0) } == before)
    let shared = tensor
    tensor[flat: 5] = 3
    #expect(tensor.withPointer { UInt(bitPattern: $0) } != before && shared[flat: 5] == 0)
  }

  @Test func storageLiesOnACacheLine() {
    for count in [0, 1, 7, 16, 1001] {
      #expect(Tensor(zeros: [count]).withPointer { UInt(bitPattern: $0) } % 64 == 0, "\(count) scalars")
    }
  }

  @Test func equalityIsOfShapeAndBits() {
    #expect(Tensor([1], scalars: [.nan]) == Tensor([1], scalars: [.nan]))
    #expect(Tensor([1], scalars: [0]) != Tensor([1], scalars: [-0.0]))
    #expect(Tensor([1], scalars: [1]) != Tensor([1], scalars: [1 + Float.ulpOfOne]))
    #expect(numbers != numbers.reshaped(to: [3, 2]))
    #expect(numbers == Tensor([2, 3], scalars: [1, 2, 3, 4, 5, 6]))
    #expect(Tensor([0, 2], scalars: []) != Tensor([2, 0], scalars: []))
  }

  @Test func reshapingKeepsOrderAndSharesUntilWritten() {
    var flat = numbers.reshaped(to: [6])
    #expect(flat.shape == [6] && flat.scalars == numbers.scalars)
    #expect(flat.withPointer { $0 } == numbers.withPointer { $0 })
    flat[flat: 0] = 0
    #expect(numbers[flat: 0] == 1)
  }

  @Test func spansSeeEveryScalarInOrder() {
    let sum = numbers.withSpan { span in span.indices.reduce(Float(0)) { $0 * 10 + span[$1] } }
    #expect(sum == 123456)
  }

  @Test func whatDoesNotFitIsRefused() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([2, 2], scalars: [1, 2, 3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [4]).reshaped(to: [5]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [4])[flat: 4] }
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [4])[flat: -1] }
    await #expect(processExitsWith: .failure) {
      var tensor = Tensor(zeros: [0])
      tensor[flat: 0] = 1
    }
  }
}
