import Language
import Session
import Testing

@Suite struct SessionMutationTests {
  private static let script = """
    use srel 1
    param n = 3 "size"
    xs = [1, 2, n]
    def f(a, b=2) { if a > b { a - b } else { (p=a, q="s") } }
    y = f(n)
    assert y >= 1 and not n == 4 "y"
    repeat i in 1..n { xs = xs + [i * 2] }
    sort(xs)[0..1]
    d = make mixture classes=3 per_class=4 dimensions=2
    t = mean([1, 2, 3]) + quantile(xs, 0.5) - log(1, 10, per_decade=2)[1]
    run = train model(mlp, widths=[2]) on=d batch=4 steps=2 seed=(init=1, order=2) {
      every 1 steps { measure srel points=d[0..2] distance=[kl, logits] average=mean update=sgd(lr=1e-3) }
      when (loss < 9) { step }
    }
    late = run.srel[distance == kl, not same, value > (t - 9)]
    mean(late, value, by=step).value
    show run d late
    """

  /// The script with tokens left out, doubled or swapped is refused or runs; it never traps.
  @Test(arguments: 0..<4)
  func mutatedScriptsAreRefusedOrRun(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(max(bound, 1)))
    }
    for _ in 0..<400 {
      let source = Source(Self.script)
      var pieces = Lexer(source).tokens.map { source[$0.range] }
      for _ in 0...next(2) {
        let place = next(pieces.count - 1)
        switch next(4) {
        case 0: pieces.remove(at: place)
        case 1: pieces.insert(pieces[place], at: place)
        case 2: pieces.swapAt(place, place + 1)
        default: pieces[place] = pieces[next(pieces.count)]
        }
      }
      let text = pieces.joined(separator: " ").replacing(" ( ", with: "(").replacing(" [ ", with: "[")
        .replacing(" . ", with: ".")
      let mutated = Source(text)
      let conversation = Conversation()
      do {
        try conversation.session.run(mutated)
      } catch {
        for diagnostic in error.diagnostics {
          let range = diagnostic.range ?? 0..<0
          #expect(range.upperBound <= mutated.byteCount)
          #expect(!DiagnosticText().render(diagnostic, in: mutated).isEmpty)
        }
      }
    }
  }
}
