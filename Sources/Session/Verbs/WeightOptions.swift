import Language
import Network
import Training

extension Call {
  /// How names and shapes of a file's weights are brought to those of a network.
  static let weightNaming = [
    OptionDeclaration(
      "rename", .names("rules such as \"module.* -> *\""),
      "new names for the weights of the file, the first rule that fits counts; nothing after -> leaves a weight out"
    ),
    OptionDeclaration(
      "strict", .flag,
      "whether all weights have to fit, yes if not given; else those that do not stay as drawn, and are told"),
  ]

  /// Where the first weights come from.
  static let weightOptions =
    [
      OptionDeclaration(
        "weights", .text,
        "begin with the weights of a safetensors file with PyTorch's names, as in torchvision")
    ] + weightNaming
}

extension Session {
  /// The file that `weights=` names, read.
  func weightFile(_ call: Call) throws -> WeightFile? {
    guard let path = call.text("weights") else {
      for option in ["rename", "strict"] where call.ranges[option] != nil {
        throw SessionError.missingOption(owner: option + "=", option: "weights", kind: "a safetensors file")
          .diagnostic(at: call.range(of: option))
      }
      return nil
    }
    return try weightFile(path, call, at: call.range(of: "weights"))
  }

  /// A file of weights with the renaming and strictness that a command says.
  func weightFile(_ path: String, _ call: Call, at range: ByteRange) throws -> WeightFile {
    let rules = try located(at: call.range(of: "rename")) {
      try (call.words("rename") ?? []).map { text throws(NetworkError) in try WeightRenaming(text) }
    }
    return try located(at: range) {
      try WeightFile(reading: path, renaming: rules, isStrict: call.options["strict"]?.flag ?? true)
    }
  }

  /// Gives a run the weights of a file; those that do not fit are told where they need not.
  func load(_ file: WeightFile, into run: inout Run, _ call: Call) throws {
    let mismatch = try located(at: call.ranges["weights"] ?? call.command.range) { try run.load(file) }
    if !mismatch.isEmpty { output(.warning("warning: of \(file.path) does not fit: \(mismatch)")) }
  }
}
