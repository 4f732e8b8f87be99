import Foundation
import Testing

/// `model homogeneous` beside Theorems 5.1–5.3.
@Suite struct HomogeneousModelTests {
  /// Eight samples of four orthogonal features ±1, y = 2x₀ + x₁ + x₂/2.
  private static func orthogonalDesign(_ conversation: Conversation) throws {
    let folder = try temporaryFolder()
    var rows = ["a,b,c,d,y"]
    for sample in 0..<8 {
      let (a, b, c) = (sample & 1 == 0 ? 1.0 : -1, sample & 2 == 0 ? 1.0 : -1, sample & 4 == 0 ? 1.0 : -1)
      rows.append("\(a),\(b),\(c),\(a * b * c),\(2 * a + b + c / 2)")
    }
    try rows.joined(separator: "\n").write(toFile: folder + "/d.csv", atomically: true, encoding: .utf8)
    try conversation.say("d = load csv \"\(folder)/d.csv\" target=y")
  }

  /// The difference from the flow falls with the step size, on an orthogonal design and on one point.
  @Test(arguments: ["1", "2", "2.5", "3"], [8, 1])
  func networksFollowTheirFlow(degree: String, count: Int) throws {
    let conversation = Conversation()
    try Self.orthogonalDesign(conversation)
    try conversation.say(
      """
      data = d[0..\(count - 1)]
      gaps = repeat lr in [0.01, 0.001] {
        compare train(model(homogeneous, degree=\(degree)), on=data, loss=mse, optimizer=sgd(lr=lr), batch=\(count), steps=1 / lr) points=d
      }
      a = max(gaps[quantity == weights and lr == 0.01].difference)
      b = max(gaps[quantity == weights and lr == 0.001].difference)
      s = max(gaps[quantity == srel and lr == 0.001].difference)
      """)
    #expect(
      try conversation.say("a < 0.1 and b < a / 5 and b > 0") == "yes")
    #expect(try conversation.say("s < 0.01") == "yes")
  }

  /// What `compare` sets beside the network is what `solve homogeneous` gives: mse is twice the half sum of squares.
  @Test func theClosedFormIsThatOfSolve() throws {
    let conversation = Conversation()
    try Self.orthogonalDesign(conversation)
    try conversation.say(
      """
      t = compare train(model(homogeneous, degree=3), on=d, loss=mse, optimizer=sgd(lr=0.001), batch=8, steps=100) steps=[100]
      f = solve homogeneous degree=3 optimum=[2, 1, 0.5, 0] points=2 times=[t.time[0]]
      """)
    #expect(
      try conversation.say("abs(t[quantity == loss].closed_form[0] / (2 * f.loss[0]) - 1) < 1e-6") == "yes")
    #expect(try conversation.say("t.time[0]") == "0.2")
  }

  @Test func slipsAreExplained() throws {
    let conversation = Conversation()
    try Self.orthogonalDesign(conversation)
    for (command, part) in [
      ("model homogeneous degree=0.5", "1 to 100"), ("model homogeneous degree=101", "1 to 100"),
      ("model homogeneous bias=no", "has no option 'bias'"),
      ("model mlp degree=2", "only homogeneous has it"),
      (
        "compare train(model(homogeneous), on=make(linear, count=9, dimensions=3), loss=mse, optimizer=sgd(lr=0.01), batch=9, steps=1)",
        "not orthogonal"
      ),
    ] {
      let text = conversation.failure(command)
      #expect(text.contains(part), "\(text)")
    }
    #expect(try conversation.say("model homogeneous degree=2.5 scale=2").contains("degree=2.5"))
  }
}
