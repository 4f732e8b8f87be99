import FoundationEssentials

/// Why a file is no notebook of Jupyter that can be read.
enum JupyterError: Error, Equatable {
  /// Where the JSON breaks off or goes wrong, empty where nobody knows.
  case noJSON(String)
  case noNotebook(String)
  case version(Int)
  case kernel(String?)
  case otherCell(number: Int, kind: String)
  case attachment(number: Int)

  init(_ error: DecodingError) {
    func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
      (context.codingPath + (key.map { [$0] } ?? [])).map { step in
        step.intValue.map { "[\($0)]" } ?? ".\(step.stringValue)"
      }.joined()
    }
    switch error {
    case .dataCorrupted(let context):
      self = .noJSON(context.underlyingError.map { "\($0)" } ?? context.debugDescription)
    case .keyNotFound(let key, let context): self = .noNotebook("\(place(context, key)) is missing")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      let place = place(context)
      self = .noNotebook("\(place.isEmpty ? "the whole file" : place) is of another type")
    @unknown default: self = .noJSON("")
    }
  }
}

extension JupyterError: CustomStringConvertible {
  var description: String { sentences.title }

  var sentences: (title: String, hint: String) {
    switch self {
    case .noJSON(let reason):
      (
        "this is no JSON, as an .ipynb file must be\(reason.isEmpty ? "" : " (\(reason))")",
        "save it anew from Jupyter; a part of it may be missing"
      )
    case .noNotebook(let reason):
      ("this is no Jupyter notebook: \(reason)", "give a file that Jupyter or convert has written")
    case .version(let version):
      (
        "this notebook is of nbformat \(version), not 4",
        "open and save it in Jupyter, or run jupyter nbconvert"
      )
    case .kernel(let name):
      (
        "this notebook is for \(name.map { "the kernel '\($0)'" } ?? "no kernel"), not for srel",
        "only commands of srel can be converted; copy the prose by hand"
      )
    case .otherCell(let number, let kind):
      ("cell \(number) is of type '\(kind)'", "make it code or Markdown, or delete it")
    case .attachment(let number):
      ("cell \(number) has pictures attached, which only .ipynb can hold", "delete them, or link to files")
    }
  }
}
