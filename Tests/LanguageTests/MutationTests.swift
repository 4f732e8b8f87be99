import Language
import Testing

/// A small generator with a fixed sequence (splitmix64).
private struct Generator {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(max(bound, 1)))
  }
}

@Suite struct MutationTests {
  private static let scripts = [
    DesignExampleTests.session, DesignExampleTests.notebook,
    "def f(a, b=[1, 2]) { if a > 1 and not b { a^-2 } else { (x=1, y=\"s\") } }\nassert f(2)[0].x == 3..4 \"why\"",
  ]

  @Test(arguments: 0..<8)
  func mutatedTokensNeverTrapAndDiagnosticsStayInside(seed: UInt64) {
    var random = Generator(state: seed)
    for _ in 0..<1250 {
      var text = Self.scripts[random.next(Self.scripts.count)]
      for _ in 0...random.next(3) {
        text = random.next(3) == 0 ? mutatedBytes(text, &random) : mutated(text, &random)
      }
      let source = Source(text)
      let parse = Parser.parse(source, verbs: testVerbs)
      for diagnostic in parse.diagnostics {
        let range = diagnostic.range ?? 0..<0
        #expect(range.lowerBound >= 0 && range.upperBound <= source.byteCount, "seed \(seed): \(text)")
        #expect(!DiagnosticText().render(diagnostic, in: source).isEmpty)
      }
      let notebook = Notebook(source)
      for statement in parse.program.statements {
        #expect(statement.range.upperBound <= source.byteCount)
        _ = try? notebook.cellIndex(of: statement)
      }
    }
  }

  /// One token left out, doubled, swapped with its neighbour, or put in from elsewhere.
  private func mutated(_ text: String, _ random: inout Generator) -> String {
    let source = Source(text)
    var pieces = Lexer(source).tokens.map { source[$0.range] }
    guard pieces.count > 2 else { return text }
    let place = random.next(pieces.count - 1)
    switch random.next(4) {
    case 0: pieces.remove(at: place)
    case 1: pieces.insert(pieces[place], at: place)
    case 2: pieces.swapAt(place, place + 1)
    default: pieces.insert(pieces[random.next(pieces.count)], at: place)
    }
    return pieces.joined(separator: random.next(2) == 0 ? " " : "")
  }

  /// One byte left out, doubled or replaced.
  private func mutatedBytes(_ text: String, _ random: inout Generator) -> String {
    var bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return text }
    let place = random.next(bytes.count)
    switch random.next(3) {
    case 0: bytes.remove(at: place)
    case 1: bytes.insert(bytes[place], at: place)
    default: bytes[place] = UInt8(random.next(255) + 1)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
