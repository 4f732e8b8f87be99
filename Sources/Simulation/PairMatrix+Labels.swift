import Elasticity
import Random

extension PairMatrix {
  /// So many samples of each class, in the order they have; both roles of a sample stay or go together.
  ///
  /// - Precondition: the sources are the probes, in one order.
  public func sample(perClass count: Int, using generator: inout CounterGenerator) -> PairMatrix {
    let classes = Set(sourceClasses).sorted()
    let chosen = classes.flatMap { c in
      let members = sourceClasses.indices.filter { sourceClasses[$0] == c }
      return generator.sample(min(count, members.count), of: members.count).map { members[$0] }
    }.sorted()
    return PairMatrix(
      values: chosen.flatMap { i in chosen.map { values[i * probes + $0] } },
      denominators: chosen.map { denominators[$0] }, sourceClasses: chosen.map { sourceClasses[$0] },
      probeClasses: chosen.map { probeClasses[$0] }, ownColumns: Array(chosen.indices))
  }

  /// The same S with the labels of the samples in random order, or those of the probes alone.
  ///
  /// - Precondition: the sources are the probes, in one order.
  public func shuffled(isJoint: Bool, using generator: inout CounterGenerator) -> PairMatrix {
    let labels = generator.permutation(probes).map { probeClasses[$0] }
    return PairMatrix(
      values: values, denominators: denominators, sourceClasses: isJoint ? labels : sourceClasses,
      probeClasses: labels, ownColumns: Array(0..<sources))
  }
}
