import Datasets
import Language
import Network
import Tables

extension Double {
  /// The number as results show it: whole numbers in full, else at most 12 significant digits (0.1 + 0.2 is 0.3).
  var resultText: String {
    let exact = shortest
    return exact.count <= 13 ? exact : significant(12)
  }
}

extension Value {
  /// The value as a command shows it.
  public var displayText: String {
    switch self {
    case .nothing: ""
    case .number(let value): value.resultText
    case .string(let text): text
    case .list(let items): "[" + items.map(\.partText).joined(separator: ", ") + "]"
    case .record(let fields):
      "(" + fields.map { "\($0.name)=\($0.value.partText)" }.joined(separator: ", ")
        + (fields.count == 1 ? ",)" : ")")
    case .table(let table): table.columns.isEmpty ? "no measurements yet" : table.text()
    case .dataset(let data): data.summary
    case .model(let model): model.sourceText
    case .run(let run): run.summary
    case .runs(let runs): runs.summary
    case .figure(let figure): figure.paths.joined(separator: "\n") + "   " + figure.summary
    case .definition(let definition): "def \(definition.name)(\(definition.signature))"
    default: sourceText
    }
  }

  /// The value as it is shown inside a list or record: numbers rounded as results are, texts between quotes.
  private var partText: String {
    switch self {
    case .number, .list, .record: displayText
    default: sourceText
    }
  }

  /// The value as a command shows it in a window of so many columns.
  func displayText(width: Int) -> String {
    if case .table(let table) = self, !table.columns.isEmpty { return table.text(width: width) }
    return displayText
  }

  /// The value as it would be typed, where it can be.
  public var sourceText: String {
    switch self {
    case .nothing: "nothing"
    case .number(let value): value.shortest
    case .quantity(let value, let unit): value.shortest + unit.rawValue
    case .string(let text): Cell.quoted(text)
    case .word(let text): Cell.text(text).optionText
    case .flag(let flag): flag ? "yes" : "no"
    case .range(let first, let last): "\(first)..\(last)"
    case .list(let items): "[" + items.map(\.sourceText).joined(separator: ", ") + "]"
    case .record(let fields):
      "(" + fields.map { "\($0.name)=\($0.value.sourceText)" }.joined(separator: ", ")
        + (fields.count == 1 ? ",)" : ")")
    case .recipe(let recipe): recipe.sourceText
    case .model(let model): model.sourceText
    case .table, .dataset, .run, .runs, .figure, .definition: "(\(kindName))"
    }
  }
}

extension Cell {
  /// A text between double quotes, as the language reads it.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.append(character)
      }
    }
    return result + "\""
  }
}

extension Definition {
  var signature: String { parameters.map(\.name.text).joined(separator: ", ") }
}

extension Model {
  /// The model as a call of the language, without what is at its default.
  var sourceText: String {
    var parts = [name]
    switch architecture {
    case .linear, .gate: break
    case .homogeneous(let degree): parts.append("degree=\(degree.shortest)")
    case .mlp(let widths): parts.append("widths=[\(widths.map(String.init).joined(separator: ", "))]")
    case .cnn(let channels): parts.append("channels=[\(channels.map(String.init).joined(separator: ", "))]")
    case .resnet(let resnet):
      parts.append("norm=\(resnet.norm.rawValue)")
      if resnet.stem != .imagenet { parts.append("stem=\(resnet.stem.rawValue)") }
      if resnet.width != 64 { parts.append("width=\(resnet.width)") }
    }
    if !bias, hasBiasOption { parts.append("bias=no") }
    if initializer != .standard { parts.append("init=\(initializer.rawValue)") }
    if activation != .relu { parts.append("activation=\(activation.rawValue)") }
    if parametrization != .standard { parts.append("parametrization=\(parametrization.rawValue)") }
    if scale != 1 { parts.append("scale=\(scale.shortest)") }
    if let weights {
      parts.append("weights=\"\(weights.path)\"")
      if !weights.renaming.isEmpty {
        parts.append("rename=[\(weights.renaming.map { "\"\($0)\"" }.joined(separator: ", "))]")
      }
      if !weights.isStrict { parts.append("strict=no") }
    }
    return "model(\(parts.joined(separator: ", ")))"
  }
}

extension Dataset {
  /// `1500 images 3x32x32, 3 classes x 500, split=train, mean 0.29`, and on further lines how the pixels were prepared
  /// and `sha256 5f3a..c1`.
  var summary: String {
    let (height, width, channels) = sampleShape
    let shape =
      height * width == 1
      ? "\(count) vectors of \(channels)" : "\(count) images \(channels)x\(height)x\(width)"
    let counts = Set(classCounts)
    let perClass =
      counts.count == 1
      ? " x \(counts.first ?? 0)" : " (\(classCounts.map(String.init).joined(separator: ", ")))"
    let digest = self.digest.count > 8 ? "\(self.digest.prefix(4))..\(self.digest.suffix(2))" : self.digest
    return "\(shape), \(classNames.count) classes\(perClass), split=\(split), mean \(mean.significant(3))\n"
      + Self.lines(preparation + ["sha256 \(digest)"], indent: 11, width: 92)
  }

  /// The items after one another, separated by commas, in lines that begin with blanks.
  private static func lines(_ items: [String], indent: Int, width: Int) -> String {
    var lines: [String] = []
    for item in items {
      if let last = lines.last, last.count + 2 + item.count <= width - indent {
        lines[lines.count - 1] = last + ", " + item
      } else {
        if !lines.isEmpty { lines[lines.count - 1] += "," }
        lines.append(item)
      }
    }
    let blanks = String(repeating: " ", count: indent)
    return lines.map { blanks + $0 }.joined(separator: "\n")
  }
}
