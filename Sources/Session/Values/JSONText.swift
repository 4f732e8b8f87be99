import Datasets
import Language
import Network
import Random
import Tables
import Training

/// Values and errors as JSON (RFC 8259), one line each: what `--json` prints.
///
/// Numbers that JSON does not have are the strings "nan", "inf" and "-inf"; missing entries are null.
public enum JSONText {
  /// A value: tables as an array of records, everything that is no plain value as an object with a `kind`.
  public static func text(_ value: Value) -> String {
    switch value {
    case .nothing: return "null"
    case .number(let number): return text(number)
    case .quantity(let number, let unit):
      return object([("value", text(number)), ("unit", quoted(unit.rawValue))])
    case .string(let words), .word(let words): return quoted(words)
    case .flag(let flag): return flag ? "true" : "false"
    case .range, .list: return array((value.elements ?? []).map(text))
    case .record(let fields): return object(fields.map { ($0.name, text($0.value)) })
    case .table(let table): return text(table)
    case .dataset(let data): return text(data)
    case .model, .recipe:
      return object([("kind", quoted(kind(value))), ("text", quoted(value.sourceText))])
    case .run(let run): return text(run)
    case .runs(let series):
      return object([
        ("kind", quoted("runs")), ("by", quoted(series.name)), ("values", array(series.values.map(text))),
        ("runs", array(series.runs.map(text))),
      ])
    case .figure(let figure):
      return object([("kind", quoted("figure")), ("files", array(figure.paths.map(quoted)))])
    case .definition(let definition):
      return object([
        ("kind", quoted("definition")), ("text", quoted(value.displayText)),
        ("name", quoted(definition.name)),
      ])
    }
  }

  /// An error, with its place counted from 1.
  public static func text(_ diagnostic: Diagnostic, in source: Source?, exitCode: Int32) -> String {
    let source = diagnostic.source ?? source
    var fields = [("title", quoted(diagnostic.title))]
    if let name = source?.name { fields.append(("file", quoted(name))) }
    if let source, let range = diagnostic.range {
      let place = source.position(at: range.lowerBound)
      fields += [
        ("line", String(place.line)), ("column", String(place.column)), ("text", quoted(source[range])),
      ]
    }
    if let why = diagnostic.why { fields.append(("why", quoted(why))) }
    if let hint = diagnostic.hint { fields.append(("hint", quoted(hint))) }
    if !diagnostic.notes.isEmpty { fields.append(("notes", array(diagnostic.notes.map(quoted)))) }
    fields.append(("exit_code", String(exitCode)))
    return object([("error", object(fields))])
  }

  /// Words that are no value, such as a help text.
  static func text(words: String) -> String { object([("text", quoted(words))]) }

  private static func kind(_ value: Value) -> String {
    if case .model = value { "model" } else { "recipe" }
  }

  private static func text(_ table: Table) -> String {
    let columns = table.columns
    return array(
      (0..<table.rowCount).map { row in object(columns.map { ($0.name, text(Value($0[row]))) }) })
  }

  private static func text(_ data: Dataset) -> String {
    let (height, width, channels) = data.sampleShape
    return object([
      ("kind", quoted("dataset")), ("name", quoted(data.name)), ("split", quoted(data.split)),
      ("count", String(data.count)), ("shape", array([channels, height, width].map(String.init))),
      ("classes", object(zip(data.classNames, data.classCounts).map { ($0.0, String($0.1)) })),
      ("preparation", array(data.preparation.map(quoted))), ("sha256", quoted(data.digest)),
    ])
  }

  private static func text(_ run: TrainedRun) -> String {
    object([
      ("kind", quoted("run")), ("name", quoted(run.name)), ("seed", String(run.run.options.seed.root)),
      ("weights", String(run.run.network.weightCount)), ("step", String(run.run.step)),
      ("epoch", text(run.run.epoch)), ("loss", text(run.loss)), ("accuracy", text(run.accuracy)),
      ("measurements", String(run.measurements.count)),
    ])
  }

  private static func text(_ number: Double) -> String { JSONScalar.text(number) }

  private static func array(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { quoted($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }

  static func quoted(_ text: String) -> String { JSONScalar.quoted(text) }
}

/// How results are written.
public enum ResultFormat: Sendable {
  case text
  /// One JSON value a line.
  case json
}

extension Session {
  /// Tells a value as a result.
  /// - Parameter text: writes it in lines of so many columns.
  func show(_ value: Value, as text: ((_ width: Int) -> String)? = nil) {
    let text = text ?? value.displayText(width:)
    transcribe { text($0) }
    if resultFormat == .json {
      output(.result(JSONText.text(value)))
    } else {
      let text = text(textWidth)
      if !text.isEmpty { output(.result(text)) }
    }
  }

  /// Tells words that are no value.
  func show(words: String) {
    transcribe { _ in words }
    output(.result(resultFormat == .json ? JSONText.text(words: words) : words))
  }

  /// Puts a result into the record of a notebook, where it has the same bytes whoever looks on.
  func transcribe(_ text: (_ width: Int) -> String) {
    guard let transcript else { return }
    let text = text(settings.width ?? Self.usualWidth)
    if !text.isEmpty { transcript(text) }
  }
}
