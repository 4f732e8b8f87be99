import Elasticity
import Language
import Tables
import Theory

extension Verb {
  static let solve = Verb(
    "solve",
    "S_rel, loss and weights of a closed form along its gradient flow, in double precision: "
      + ClosedForm.allCases.map { "\($0.rawValue): \($0.doc)" }.joined(separator: "; "),
    things: [ThingDeclaration("FORM", .word(ClosedForm.allCases.map(\.rawValue)), "which closed form")],
    options: [
      OptionDeclaration(
        "times", .either([.number(.nonNegative), .numbers]),
        "the times of the flow; [0] and log(0.01, 100, per_decade=10) if not given, 0..8000 for ridge"),
      OptionDeclaration(
        "points", .either([.dataset, .whole(atLeast: 2)]),
        "samples that are each source and probe, or so many standard normal ones (100 if not given)"),
      OptionDeclaration("source", .numbers, "the numbers of one source, in place of points"),
      OptionDeclaration("probe", .numbers, "the numbers of one probe"),
      OptionDeclaration(
        "average", .words(Average.allCases.map(\.rawValue)), default: "mean",
        "how the pairs of two classes become one number"),
      OptionDeclaration(
        "keep", .word(["averages", "pairs", "weights", "plane"]), default: "averages",
        "averages of S, S of single pairs, the weights, or for gates in the plane which probes move at the last time"
      ),
      OptionDeclaration("on", .dataset, "features, kernel: the data that the flow fits"),
      OptionDeclaration(
        "start", .either([.number(.any), .numbers]),
        "the first weights, or one number for all, above 0 for powers of degree above 1; else 0.3 for powers, normal numbers for the rest"
      ),
      OptionDeclaration("rate", .number(.positive), "the rate of the flow, 1 if not given"),
      OptionDeclaration(
        "degree", .number(.positive),
        "homogeneous, point: the power of the weights, 1 or more, 2 if not given"),
      OptionDeclaration(
        "optimum", .numbers, "homogeneous: the coefficients that fit; population: the teacher's weights"),
      OptionDeclaration(
        "moments", .numbers, "homogeneous: the second moments of the features, 0 or more, 1 if not given"),
      OptionDeclaration(
        "dimensions", .whole(atLeast: 1), "fill optimum or point up with zeros; ridge: numbers in a sample"),
      OptionDeclaration("point", .numbers, "gate, point, chain: the data point"),
      OptionDeclaration("target", .number(.any), "gate, point, chain: its target, 1 if not given"),
      OptionDeclaration("factors", .numbers, "chain: the first factors"),
      OptionDeclaration(
        "as", .words(FeatureFormula.allCases.map(\.rawValue)),
        "features, ridge: the corrected formulas, or those of the published notebooks"),
      OptionDeclaration(
        "penalty", .number(.nonNegative), "features, ridge: weight of the squared weights in the loss"),
      OptionDeclaration(
        "step_penalty", .number(.nonNegative),
        "features: the penalty in the step at a source; else as the loss has it"),
      OptionDeclaration("time_scale", .number(.positive), "features, ridge: time runs with its square"),
      OptionDeclaration(
        "features", .either([.whole(atLeast: 1), .wholes(atLeast: 1)]),
        "ridge: how many random features, one experiment each, drawn one after the other; 10 if not given"),
      OptionDeclaration("per_class", .whole(atLeast: 1), "ridge: samples of each class, 1000 if not given"),
      OptionDeclaration("pairs", .whole(atLeast: 1), "ridge: pairs of samples, 20 if not given"),
      OptionDeclaration("starts", .whole(atLeast: 1), "ridge: starts of each pair, 10 if not given"),
      OptionDeclaration(
        "pairing", .words(RidgeExperiment.Pairing.allCases.map(\.rawValue)),
        "ridge: pairs between the classes, or within one"),
      OptionDeclaration("seed", .seed, "the seed of drawn points and starts; ridge: NumPy's, 5 if not given"),
    ], example: "solve homogeneous degree=3 optimum=[1, 0.5, 0] points=20 times=log(0.1, 100, per_decade=4)"
  ) { session, call in
    guard let form = call.things[0].text.flatMap(ClosedForm.init) else { return .nothing }
    let input = try ClosedFormInput(session, call, form)
    return try session.located(at: call.command.range) {
      if form == .ridge { return .table(try input.ridge()) }
      if let formulas = call.words("as"), formulas.count > 1 {
        throw SessionError.wrongKind(
          what: "as", expected: "one formula", found: "several", hint: "only ridge takes several")
      }
      let flow = try input.flow()
      let states = try flow.states(at: input.times)
      let points = try ClosedFormPoints(input, flow: flow)
      let table = ClosedFormTable(
        flow: flow, states: states, name: form.rawValue,
        formula: form == .features ? input.formula.rawValue : nil, points: points)
      switch call.text("keep") {
      case "pairs": return .table(try table.pairs())
      case "weights": return .table(try table.weights())
      case "plane": return .table(try table.plane())
      default:
        return .table(try table.averages(call.words("average")?.compactMap(Average.init) ?? [.mean]))
      }
    }
  }
}
