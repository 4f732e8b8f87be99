import Foundation
import Random
import Testing
import Theory

@Suite struct FeatureClassificationTests {
  static let features = DoubleMatrix(rows: [[1, 0, 0.5], [0.8, 0.3, 0], [0, 1, 0.2], [0.1, 0.9, 0.6]])
  static let labels = [0, 0, 1, 1]
  static let start = DoubleMatrix(rows: [[0.2, -0.1, 0.4], [-0.3, 0.5, 0.1]])

  static func point(_ i: Int) -> LabelledPoint { LabelledPoint(features.row(i), label: labels[i]) }

  static func flow(penalty: Double = 0.5, stepPenalty: Double? = nil) throws -> FeatureFlow {
    let problem = try FeatureClassification(features: features, labels: labels, classes: 2, penalty: penalty)
    return try FeatureFlow(problem, start: start, stepPenalty: stepPenalty)
  }

  /// Time, loss, S(0→1), S(0→2), and as published S(0→1), S(0→0), along the right flow.
  static let golden: [[Double]] = [
    [0, 0.2847, 0.6659800386, 0.1645631219, 0.9152946678, 1.2012012648],
    [1, 0.2131455484, 0.6608752696, 0.3526895261, 1.7385695105, 2.333885006],
    [5, 0.1810745013, 0.6231854426, 0.8514147594, 0.5943266694, 0.9652105839],
    [50, 0.1794380467, 0.580426134, 0.8121217266, 0.5188868005, 1.0071191959],
  ]

  @Test(arguments: golden) func goldenValuesHold(_ row: [Double]) throws {
    let flow = try Self.flow()
    let state = try flow.states(at: [row[0]])[0]
    #expect(abs(state.loss - row[1]) < 1e-10)
    func s(_ flow: FeatureFlow, _ probe: Int) -> Double {
      flow.response(state.weights, source: Self.point(0), probe: Self.point(probe)).value ?? .nan
    }
    #expect(abs(s(flow, 1) - row[2]) < 1e-10)
    #expect(abs(s(flow, 2) - row[3]) < 1e-10)
    #expect(abs(s(flow, 0) - 1) < 1e-14)
    let published = try FeatureFlow(
      FeatureClassification(
        features: Self.features, labels: Self.labels, classes: 2, penalty: 0.5, as: .published),
      start: Self.start)
    #expect(abs(s(published, 1) - row[4]) < 2e-10)
    #expect(abs(s(published, 0) - row[5]) < 2e-10)
  }

  @Test func goldenWeightsHold() throws {
    let weights = try Self.flow().states(at: [1])[0].weights
    let expected = [0.3990062492, -0.062483757, 0.3426049875, -0.1843346111, 0.5741449047, 0.1737858884]
    #expect(distance(weights, expected) < 1e-10)
  }

  @Test func withoutPenaltySIsConstant() throws {
    let flow = try Self.flow(penalty: 0)
    let states = try flow.states(at: [0, 0.3, 2, 10, 40])
    for state in states {
      let values = flow.elasticities(
        state, pairs: [(Self.point(0), Self.point(1)), (Self.point(0), Self.point(2))])
      #expect(abs((values[0] ?? .nan) - 0.64) < 1e-12)
      #expect(abs((values[1] ?? .nan) - 0.08) < 1e-12)
    }
  }

  /// Random problems, some of lower rank than features and some without penalty.
  static func problem(_ index: Int) throws -> (FeatureFlow, DoubleMatrix, [Int], Double, DoubleMatrix, Double)
  {
    var draws = Draws("features", index)
    let (count, p, classes) = (draws.integer(2...12), draws.integer(1...6), draws.integer(2...4))
    let features = DoubleMatrix(rows: count, columns: p, scalars: draws.normals(count * p))
    let labels = (0..<count).map { _ in draws.integer(0...classes - 1) }
    let penalty = index % 4 == 0 ? 0 : draws.uniform(0...2)
    let scale = draws.uniform(0.5...1.5)
    let start = DoubleMatrix(rows: classes, columns: p, scalars: draws.normals(classes * p))
    let problem = try FeatureClassification(
      features: features, labels: labels, classes: classes, penalty: penalty, timeScale: scale)
    return (try FeatureFlow(problem, start: start), features, labels, penalty, start, scale)
  }

  @Test func theFlowIsThatOfTheGradient() throws {
    let times = [0, 0.1, 1, 3, 10.0]
    for index in 0..<100 {
      let (flow, features, labels, penalty, start, scale) = try Self.problem(index)
      let (n, classes) = (Double(labels.count), start.rows)
      let p = features.columns
      // Gradient of the loss written out sample by sample.
      func gradient(_ w: [Double]) -> [Double] {
        var result = w.map { $0 * penalty / Double(classes) }
        for i in labels.indices {
          let h = features.row(i)
          for c in 0..<classes {
            let gap = inner(Array(w[c * p..<(c + 1) * p]), h) - (labels[i] == c ? 1 : 0)
            for j in 0..<p { result[c * p + j] += gap * h[j] / n }
          }
        }
        return result
      }
      func loss(_ w: [Double]) -> Double {
        var sum = inner(w, w) * penalty / (2 * Double(classes))
        for i in labels.indices {
          for c in 0..<classes {
            let gap = inner(Array(w[c * p..<(c + 1) * p]), features.row(i)) - (labels[i] == c ? 1 : 0)
            sum += gap * gap / (2 * n)
          }
        }
        return sum
      }
      let oracle = integrate(start.scalars, to: times, step: 2e-3) {
        gradient($0).map { -scale * scale * $0 }
      }
      for (state, weights) in zip(try flow.states(at: times), oracle) {
        #expect(distance(state.weights, weights) < 1e-6, "problem \(index), time \(state.time)")
        #expect(abs(state.loss - loss(weights)) < 1e-6 * max(1, loss(weights)), "loss of problem \(index)")
      }
    }
  }

  @Test func sIsThatOfAStepOfAnySize() throws {
    for index in 0..<100 {
      let (flow, features, labels, penalty, start, _) = try Self.problem(index)
      let (classes, p) = (start.rows, start.columns)
      let (h, other) = (features.row(0), features.row(1))
      for rate in [1e-3, 0.3] {
        var moved = start
        for c in 0..<classes {
          let gap = inner(start.row(c), h) - (labels[0] == c ? 1 : 0)
          for j in 0..<p {
            moved[c, j] -= rate * (gap * h[j] + penalty / Double(classes) * start[c, j])
          }
        }
        func change(_ x: [Double]) -> Double {
          (0..<classes).reduce(0) { sum, c in
            let d = inner(moved.row(c), x) - inner(start.row(c), x)
            return sum + d * d
          }.squareRoot()
        }
        let s = flow.response(
          start.scalars, source: LabelledPoint(h, label: labels[0]), probe: LabelledPoint(other))
        #expect(abs((s.value ?? .nan) - change(other) / change(h)) < 1e-9 * max(1, s.value ?? 0))
      }
    }
  }

  @Test func curvesOfManyPairsAreThoseOfSingleStates() throws {
    for formula in FeatureFormula.allCases {
      let problem = try FeatureClassification(
        features: Self.features, labels: Self.labels, classes: 2, penalty: 0.5, as: formula)
      let pairs = [(Self.point(0), Self.point(1)), (Self.point(2), Self.point(1))]
      let other = DoubleMatrix(rows: [[1, 2, 3], [-1, 0, 1]])
      let times = (0..<2500).map { Double($0) / 100 }
      let curves = try problem.elasticityCurves(
        times: times, pairs: pairs, starts: [[Self.start, other], [other, Self.start]])
      for (pair, starts) in [[Self.start, other], [other, Self.start]].enumerated() {
        for (place, start) in starts.enumerated() {
          let flow = try FeatureFlow(problem, start: start)
          let expected = try flow.states(at: times).map {
            flow.elasticities($0, pairs: [pairs[pair]])[0] ?? .nan
          }
          #expect(distance(curves[pair][place], expected) < 1e-10)
        }
      }
    }
  }

  @Test func badInputIsRefused() throws {
    func refused(_ body: () throws -> Void) -> TheoryError? {
      do { try body() } catch let error as TheoryError { return error } catch {}
      return nil
    }
    let good = Self.features
    #expect(
      refused { _ = try FeatureClassification(features: good, labels: [0], classes: 2, penalty: 1) } != nil)
    #expect(
      refused { _ = try FeatureClassification(features: good, labels: [0, 1, 2, 0], classes: 2, penalty: 1) }
        == .invalid(what: "a label", value: 2, reason: "classes are 0 to 1"))
    #expect(
      refused { _ = try FeatureClassification(features: good, labels: Self.labels, classes: 2, penalty: -1) }
        != nil)
    var holed = good
    holed[0, 0] = .nan
    #expect(
      refused { _ = try FeatureClassification(features: holed, labels: Self.labels, classes: 2, penalty: 1) }
        == .notFinite("the matrix of second moments"))
    #expect(refused { _ = try Self.flow().states(at: [-1]) } != nil)
    #expect(refused { _ = try Self.flow().states(at: [.infinity]) } != nil)
    #expect(
      refused {
        _ = try FeatureFlow(Self.flow().problem, start: DoubleMatrix(rows: [[1, 2, 3]]))
      } == .otherSize(what: "the start", expected: 6, found: 3))
  }
}
