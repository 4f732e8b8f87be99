import Datasets
import Elementary
import Language
import Tables

extension Registry {
  /// Functions of one number; of a list, element by element.
  static let elementary: [FunctionDeclaration] = [
    elementwise("exp", "e to the power x", example: "exp(1)") { exp($0) },
    FunctionDeclaration(
      name: "log",
      doc: "natural logarithm; with two numbers: evenly spaced in the logarithm, both ends included",
      usage: ["log(x)", "log(first, last, per_decade=10)"], example: "log(1, 1000, per_decade=3)",
      apply: logarithm),
    elementwise("log10", "logarithm to base 10", example: "log10(1000)") { log10($0) },
    elementwise("log2", "logarithm to base 2", example: "log2(8)") { log2($0) },
    elementwise("sqrt", "square root", example: "sqrt(2)") { $0.squareRoot() },
    elementwise("abs", "absolute value", example: "abs(-3)") { Swift.abs($0) },
    elementwise("sin", "sine", example: "sin(1)") { sin($0) },
    elementwise("cos", "cosine", example: "cos(1)") { cos($0) },
    elementwise("tan", "tangent", example: "tan(1)") { tan($0) },
    elementwise("tanh", "hyperbolic tangent", example: "tanh(1)") { tanh($0) },
    elementwise("floor", "the whole number at or below x", example: "floor(2.7)") { $0.rounded(.down) },
    elementwise("ceil", "the whole number at or above x", example: "ceil(2.1)") { $0.rounded(.up) },
    FunctionDeclaration(
      name: "round", doc: "the nearest whole number, or so many decimals",
      usage: ["round(x)", "round(x, decimals)"],
      example: "round(3.14159, 2)", apply: rounded),
  ]

  private static func elementwise(
    _ name: String, _ doc: String, example: String, _ function: @escaping @Sendable (Double) -> Double
  ) -> FunctionDeclaration {
    FunctionDeclaration(name: name, doc: doc, usage: ["\(name)(x)"], example: example) { call in
      try call.expect(1...1)
      return try map(call, call.value(0), function)
    }
  }

  private static func map(_ call: FunctionCall, _ value: Value, _ function: (Double) -> Double) throws
    -> Value
  {
    if let number = value.number { return .number(function(number)) }
    guard let items = value.elements else { throw call.wrongKind(value, "a number or a list of numbers", 0) }
    return .list(
      try items.map { item in
        guard let number = item.number else { throw call.wrongKind(item, "numbers", 0) }
        return .number(function(number))
      })
  }

  @Sendable private static func logarithm(_ call: FunctionCall) throws -> Value {
    try call.expect(1...2, named: ["per_decade"])
    guard call.positional.count == 2 else {
      guard call.argument(named: "per_decade") == nil else { throw call.usageError }
      return try map(call, call.value(0)) { log($0) }
    }
    let (first, last) = (try call.number(0), try call.number(1))
    var perDecade = 10.0
    if let argument = call.argument(named: "per_decade") {
      let value = try call.session.evaluate(argument.value)
      guard let number = value.number, number >= 1, number <= 1000 else {
        throw SessionError.wrongKind(
          what: "per_decade", expected: "a number from 1 to 1000", found: value.displayText, hint: nil
        ).diagnostic(at: argument.range)
      }
      perDecade = number
    }
    guard first > 0, last >= first, last.isFinite else {
      throw SessionError.wrongKind(
        what: "log(first, last)", expected: "two numbers above 0 in ascending order", found: "these",
        hint: nil)
    }
    let decades = log10(last) - log10(first)
    let count = Int((decades * perDecade).rounded(.up))
    let step = decades / Double(max(count, 1))
    let inner = (0..<count).map { Value.number(pow(10, log10(first) + Double($0) * step)) }
    return .list(inner + [.number(last)])
  }

  @Sendable private static func rounded(_ call: FunctionCall) throws -> Value {
    try call.expect(1...2)
    let decimals = call.positional.count == 2 ? try call.number(1) : 0
    guard Swift.abs(decimals) <= 15, decimals == decimals.rounded() else { throw call.usageError }
    let factor = pow(10, Swift.abs(decimals))
    return try map(call, call.value(0)) { number in
      decimals >= 0 ? (number * factor).rounded() / factor : (number / factor).rounded() * factor
    }
  }

  // MARK: - Lists

  static let lists: [FunctionDeclaration] = [
    FunctionDeclaration(
      name: "count", doc: "how many elements a list has, rows a table, samples a data set",
      usage: ["count(values)", "count(table, column, by=columns)"], example: "count([4, 5, 6])", apply: count),
    FunctionDeclaration(
      name: "sort", doc: "the values in ascending order; a table by a column",
      usage: ["sort(values)", "sort(table, column)"],
      example: "sort([3, 1, 2])", apply: sorted),
  ]

  @Sendable private static func count(_ call: FunctionCall) throws -> Value {
    try call.expect(1...2, named: ["by"])
    if call.positional.count == 2 || call.argument(named: "by") != nil { return try statistic(.count, call) }
    let value = try call.value(0)
    switch value {
    case .table(let table): return .number(Double(table.rowCount))
    case .dataset(let data): return .number(Double(data.count))
    case .runs(let runs): return .number(Double(runs.runs.count))
    default:
      guard let items = value.elements else {
        throw call.wrongKind(value, "a list, a table or a data set", 0)
      }
      return .number(Double(items.count))
    }
  }

  @Sendable private static func sorted(_ call: FunctionCall) throws -> Value {
    try call.expect(1...2)
    let value = try call.value(0)
    if case .table(let table) = value {
      guard call.positional.count == 2 else { throw call.usageError }
      return .table(try table.sorted(by: call.columns(call.positional[1], of: table)))
    }
    guard call.positional.count == 1, let items = value.elements else {
      throw call.wrongKind(value, "a list", 0)
    }
    if items.allSatisfy({ $0.number != nil }) {
      return .list(
        items.compactMap(\.number).sorted { $0 < $1 || ($1.isNaN && !$0.isNaN) }.map { .number($0) })
    }
    if items.allSatisfy({ $0.text != nil }) {
      return .list(items.sorted { ($0.text ?? "") < ($1.text ?? "") })
    }
    throw call.wrongKind(value, "a list of numbers or of words", 0)
  }
}
