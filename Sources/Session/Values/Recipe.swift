import Elasticity
import Language
import Tables
import Training

/// `adam(lr=1e-4)`: a rule with its numbers, taken as an optimiser or as an update where it is used.
public struct Recipe: Sendable {
  public var declaration: RecipeDeclaration
  /// The values given, and the defaults of the others.
  public var values: [String: Value]

  /// The recipe as it is typed, without what is at its default.
  public var sourceText: String {
    let parts = declaration.options.compactMap { option -> String? in
      guard let value = values[option.name]?.sourceText, value != option.defaultText else { return nil }
      return "\(option.name)=\(value)"
    }
    return "\(declaration.name)(\(parts.joined(separator: ", ")))"
  }

  func number(_ name: String) -> Double { values[name]?.number ?? 0 }

  /// The recipe as an optimiser.
  /// - Throws: `SessionError.wrongRecipe` for a rule that only updates know.
  public func optimizer() throws(SessionError) -> Optimizer {
    switch declaration.name {
    case "sgd":
      if values["only"] != nil { throw .optimizerOption(declaration.name, option: "only") }
      return .sgd(
        learningRate: number("lr"), momentum: number("momentum"), weightDecay: number("weight_decay"))
    case "adam":
      return .adam(
        learningRate: number("lr"), beta1: number("beta1"), beta2: number("beta2"), epsilon: number("eps"),
        weightDecay: number("weight_decay"))
    default: throw .wrongRecipe(declaration.name, role: .optimizer)
    }
  }

  private func restricted(_ rule: UpdateRule) -> UpdateRule {
    guard let pattern = values["only"]?.text else { return rule }
    return .restricted(rule, only: pattern)
  }

  /// The recipe as the step taken at a source.
  /// - Throws: `SessionError.wrongRecipe` for a rule that only training knows or that has moments or decay.
  public func update() throws(SessionError) -> UpdateRule {
    switch declaration.name {
    case "sgd":
      for extra in ["momentum", "weight_decay"] where number(extra) != 0 {
        throw .updateOption(declaration.name, option: extra)
      }
      return restricted(.sgd(learningRate: number("lr")))
    case "adam_fresh": return restricted(.adamFresh(learningRate: number("lr")))
    case "first_order": return restricted(.firstOrder)
    case "trainer": return restricted(.trainer(learningRate: 0))
    case "bias_only": return restricted(.biasOnly(learningRate: number("lr")))
    default: throw .wrongRecipe(declaration.name, role: .update)
    }
  }
}

/// What a recipe can be used as.
public enum RecipeRole: String, Sendable, Hashable {
  case optimizer, update

  var article: String { self == .optimizer ? "an optimiser" : "an update" }
}

/// A rule of the language: its name, its options and what it can be used as.
public struct RecipeDeclaration: Sendable {
  public let name: String
  public let doc: String
  public let roles: [RecipeRole]
  public let options: [OptionDeclaration]
  public let example: String
}
