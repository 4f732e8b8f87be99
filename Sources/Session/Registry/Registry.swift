/// Every verb, statement, recipe and function of the language, as data.
///
/// Checking, error messages, `help` and the manual are made from these declarations; no verb checks its own
/// arguments.
public enum Registry {
  public static let verbs: [Verb] = [
    .load, .make, .pick, .split, .corrupt, .get, .model, .train, .step, .resume, .reset, .measure, .evaluate,
    .predict,
    .solve, .compare, .phases, .show, .describe, .sketch, .plot, .save, .merge, .run, .check, .seed, .set,
    .time,
    .list, .delete, .help, .quit,
  ]

  public static let recipes: [RecipeDeclaration] = [
    .sgd, .adam, .adamFresh, .trainer, .firstOrder, .biasOnly,
  ]

  public static let functions: [FunctionDeclaration] = elementary + statistics + lists

  /// The words that begin a command.
  public static let verbNames = Set(verbs.map(\.name))

  static let verbsByName = Dictionary(uniqueKeysWithValues: verbs.map { ($0.name, $0) })
  static let recipesByName = Dictionary(uniqueKeysWithValues: recipes.map { ($0.name, $0) })
  static let functionsByName = Dictionary(uniqueKeysWithValues: functions.map { ($0.name, $0) })

  /// Whether help on a name lists the options of something that has it.
  static func takesOptions(_ name: String) -> Bool {
    verbsByName[name] != nil || recipesByName[name] != nil || name == "cell"
  }

  /// Commands after which the example of every verb runs.
  public static let exampleSetup = """
    shoes = make mixture classes=3 per_class=20 dimensions=4
    net = model mlp widths=[8]
    run = train net on=shoes steps=3 batch=20 { at end { measure srel points=shoes[0..5] } }
    """
}

extension RecipeDeclaration {
  private static let learningRate = OptionDeclaration(
    "lr", .number(.positive), isRequired: true, "the step size")
  private static let weightDecay = OptionDeclaration(
    "weight_decay", .number(.nonNegative), default: "0",
    "added to the gradient as weight_decay times the weight")

  private static let only = OptionDeclaration(
    "only", .text, "as an update: step the weights alone whose names fit, with * and ?, as in \"fc.*\"")

  static let sgd = RecipeDeclaration(
    name: "sgd",
    doc: "gradient descent: as an optimiser with momentum and decay, as an update plain",
    roles: [.optimizer, .update],
    options: [
      learningRate,
      OptionDeclaration("momentum", .number(.nonNegative), default: "0", "the share of the last step kept"),
      weightDecay, only,
    ], example: "sgd(lr=1e-3)")

  static let adam = RecipeDeclaration(
    name: "adam", doc: "Adam as PyTorch has it, decay coupled to the gradient", roles: [.optimizer],
    options: [
      learningRate, weightDecay,
      OptionDeclaration("beta1", .number(.nonNegative), default: "0.9", "decay of the first moment"),
      OptionDeclaration("beta2", .number(.nonNegative), default: "0.999", "decay of the second moment"),
      OptionDeclaration(
        "eps", .number(.positive), default: "1e-08", "added to the root of the second moment"),
    ], example: "adam(lr=1e-4, weight_decay=1e-4)")

  static let adamFresh = RecipeDeclaration(
    name: "adam_fresh", doc: "the first step of a new Adam: the paper's update",
    roles: [.update], options: [learningRate, only], example: "adam_fresh(lr=1e-4, only=\"*.bias\")")

  static let trainer = RecipeDeclaration(
    name: "trainer",
    doc:
      "one step of the run's own optimiser, moments and decay included, against the same step without a gradient",
    roles: [.update], options: [only], example: "trainer()")

  static let firstOrder = RecipeDeclaration(
    name: "first_order", doc: "the limit of sgd for lr -> 0, from the tangent kernel", roles: [.update],
    options: [only], example: "first_order()")

  static let biasOnly = RecipeDeclaration(
    name: "bias_only",
    doc: "the step of adam_fresh on the output bias alone: a control without any dependence on the input",
    roles: [.update], options: [learningRate, only], example: "bias_only(lr=1e-4)")
}
