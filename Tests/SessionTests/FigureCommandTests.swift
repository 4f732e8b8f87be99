import Foundation
import Language
import Session
import Testing

@Suite struct FigureCommandTests {
  private static let setup =
    smallSetup + """
      run = train net on=d steps=6 batch=20
      pairs = measure srel run points=pts distance=logits keep=pairs
      wave = make sine count=20
      fit = train model(mlp, widths=[8]) on=wave loss=mse optimizer=sgd(lr=0.1) batch=20 steps=2
      both = predict fit on=wave source=(wave[0])
      plane = solve gate point=[1, 0.5] target=2 start=[0.5, -0.2] points=30 keep=plane times=[0]
      squares = make mixture classes=2 per_class=4 dimensions=4

      """

  @Test(arguments: [
    ("sketch pairs kind=matrix", "probe"), ("sketch pairs kind=histogram x=value by=same bins=7", "n = "),
    ("sketch pairs kind=points x=d_source y=value by=same", "d_source"),
    ("sketch both kind=function", "after the step"), ("sketch plane kind=plane", "hyperplane w·x = 0"),
  ])
  func everyKindIsSketched(command: String, word: String) throws {
    let text = try shown(Self.setup + command)
    #expect(text.contains(word) || command.contains("matrix") && text.contains("S(x → x′)"), "\(text)")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func everyKindIsWrittenWithItsNumbers() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let conversation = Conversation()
    try conversation.say(Self.setup)
    for (name, options) in [
      ("m", "pairs kind=matrix"), ("h", "pairs kind=histogram x=value height=share"),
      ("f", "both kind=function"),
      ("p", "plane kind=plane"),
    ] {
      try conversation.say("plot \(options) to=\"\(folder)/\(name).svg\"")
      let svg = try String(contentsOfFile: "\(folder)/\(name).svg", encoding: .utf8)
      #expect(svg.contains("</svg>"))
      #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name).data.csv"))
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(left.count == 8, "\(left)")
  }

  @Test(arguments: [
    ("plot pairs kind=matrix x=step to=\"x.svg\"", "plot kind=matrix has no option 'x'"),
    (
      "plot pairs kind=histogram x=value y=value to=\"x.svg\"",
      "it goes with kind=lines, points, matrix, images"
    ),
    ("plot pairs kind=matrix bins=3 to=\"x.svg\"", "it goes with kind=histogram"),
    ("plot pairs x=value bins=3 to=\"x.svg\"", "plot kind=lines has no option 'bins'"),
    ("plot pairs kind=histogram to=\"x.svg\"", "plot needs x="),
    ("plot both kind=function by=state to=\"x.svg\"", "plot kind=function has no option 'by'"),
    ("plot pairs kind=images facet=same to=\"x.svg\"", "plot kind=images has no option 'facet'"),
    ("plot pairs kind=histgram x=value to=\"x.svg\"", "did you mean 'histogram'?"),
    ("plot pairs kind=histogram x=value bins=0 to=\"x.svg\"", "bins takes a whole number, 1 or more"),
    ("sketch pairs kind=plane log=x", "sketch kind=plane has no option 'log'"),
  ])
  func optionsThatAKindDoesNotHaveAreRefusedBeforeTheRun(command: String, message: String) throws {
    let conversation = Conversation()
    try conversation.say(Self.setup)
    let said = conversation.failure(command)
    #expect(said.contains(message), "\(said)")
    #expect(conversation.exitCode(command) == 2)
  }

  @Test(arguments: [
    ("k = \"matrix\"; plot pairs kind=(k) x=step to=\"x.svg\"", "plot kind=matrix has no option 'x'"),
    ("sketch run.history kind=matrix", "measure srel … keep=pairs"),
    ("sketch pairs[value < 0] kind=matrix", "the table has no rows"),
    ("sketch pairs[value < 0] kind=histogram x=value", "the table has no rows"),
    ("sketch pairs kind=function", "predict RUN on=… source=…"),
    ("sketch pairs kind=plane", "solve … keep=plane"),
    ("sketch pairs kind=images", "sketch needs points="),
    ("sketch pairs kind=images points=pts", "points takes images, not samples of 4 numbers"),
    ("sketch pairs kind=matrix facet=distanc", "did you mean 'distance'?"),
    ("sketch pairs kind=histogram x=valu", "did you mean 'value'?"),
    ("sketch pairs kind=histogram x=same", "column 'same' holds flags; an axis needs numbers"),
    (
      "sketch pairs kind=histogram x=value bins=2000",
      """
      bins=2000 is more than a figure can show: at most 1000
        | sketch pairs kind=histogram x=value bins=2000
        |                                     ^^^^^^^^^
      """
    ),
  ])
  func whatCannotBeDrawnIsRefusedWithItsReason(command: String, message: String) throws {
    let conversation = Conversation()
    try conversation.say(Self.setup)
    let said = conversation.failure(command)
    #expect(said.contains(message), "\(said)")
  }

  @Test func imagesOfPairsAreThoseThatWereMeasured() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let conversation = Conversation()
    try conversation.say(
      """
      shoes = load fashion_mnist classes=[sandal, "ankle boot"] per_class=5
      run = train model(mlp, widths=[4]) on=shoes steps=2 batch=5
      pairs = measure srel run source=shoes[0..3] probe=shoes[4..9] distance=logits keep=pairs
      plot pairs kind=images points=shoes pairs=2 to=["\(folder)/i.svg", "\(folder)/i.png"]
      """)
    let svg = try String(contentsOfFile: "\(folder)/i.svg", encoding: .utf8)
    #expect(svg.matches(of: /<image\s/).count == 8)
    #expect(
      conversation.failure("sketch pairs kind=images points=shoes[0..3]").contains("there is no sample"))
    #expect(
      try conversation.say("sketch pairs kind=images source=shoes[0..3] probe=shoes[4..9]").contains(
        "smallest S"))
  }
}
