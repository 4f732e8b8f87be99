import Language
import Testing

/// The example lines of the design pages, as they stand there.
@Suite struct DesignExampleTests {
  static let session = """
    shoes = load fashion_mnist classes=[sandal, sneaker, "ankle boot"] per_class=500 channels=3 pad=32
    net = model resnet18 norm=none
    run = train net on=shoes optimizer=adam(lr=1e-4) batch=25 steps=0 seed=1
    step run 10
    measure srel run source=shoes[12] probe=shoes[13..32] distance=[kl, logits]
    pts = pick shoes per_class=20
    step run epochs=1 { every 9 batches { measure srel points=pts distance=[kl, l2, published_kl] } }
    sketch run.srel x=step y=value by=same distance=kl average=median
    plot run.srel x=epoch y=value by=pair facet=distance average=median to="srel.svg"
    save session to="first.srel"
    """

  static let notebook = """
    use srel 1

    # %% [markdown] question
    # # Local elasticity of ResNet-18 on three CIFAR-100 classes
    # One Adam step on a sample $x$ moves the prediction at $x'$ by $D(x')$; we track $S = D(x')/D(x)$.

    # %% params
    param per_class = 500        "training images per class"
    param epochs    = 7
    param seeds     = [1, 2, 3]  "one full run per seed"

    # %% data
    names     = [motorcycle, orange, wardrobe]
    train_set = load cifar100 classes=(names) per_class=per_class augment=crop_flip
    test_set  = load cifar100 classes=(names) per_class=100 split=test
    pts       = pick train_set per_class=20

    # %% train
    runs = repeat seed in seeds {
      train model(resnet18, norm=none) on=train_set test=test_set optimizer=adam(lr=1e-4, weight_decay=1e-4) \\
            epochs=epochs batch=25 seed=seed checkpoint=5min {
        every 9 batches { measure srel points=pts update=[sgd(lr=1e-3), adam_fresh(lr=1e-4)] distance=[kl, l2, logits, published_kl, published_l2] }
      }
    }

    # %% figure
    plot runs.srel x=epoch y=value by=pair facet=[distance, update] average=median band=sd to="srel.svg"

    # %% claim
    late = runs.srel[distance == logits, average == median, update == sgd, epoch > (epochs - 1)]
    assert mean(late[same], value) > mean(late[not same], value) "a step moves its own class more"

    # %% results
    save runs to="results/cifar100" formats=[csv, tensorboard]
    """

  @Test func theSessionParsesAsMeant() {
    let expected = """
      (= shoes <load fashion_mnist classes=[sandal sneaker "ankle boot"] per_class=500 channels=3 pad=32>)
      (= net <model resnet18 norm=none>)
      (= run <train net on=shoes optimizer=(call adam lr=0.0001) batch=25 steps=0 seed=1>)
      <step run 10>
      <measure srel run source=(at shoes 12) probe=(at shoes (.. 13 32)) distance=[kl logits]>
      (= pts <pick shoes per_class=20>)
      <step run epochs=1 {(every 9 batches {<measure srel points=pts distance=[kl l2 published_kl]>})}>
      <sketch (. run srel) x=step y=value by=same distance=kl average=median>
      <plot (. run srel) x=epoch y=value by=pair facet=distance average=median to="srel.svg">
      <save session to="first.srel">
      """
    #expect(outline(Self.session).replacing("; ", with: "\n") == expected)
  }

  @Test func theNotebookParsesAsMeant() {
    let parse = Parser.parse(Source(Self.notebook), verbs: testVerbs)
    #expect(parse.diagnostics == [])
    let lines = parse.program.statements.map { outline($0) }
    #expect(lines.count == 13)
    #expect(lines[0] == "(use 1)")
    #expect(lines[4] == "(= names [motorcycle orange wardrobe])")
    #expect(
      lines[8]
        == "(= runs (repeat seed seeds {<train (call model resnet18 norm=none) on=train_set test=test_set "
        + "optimizer=(call adam lr=0.0001 weight_decay=0.0001) epochs=epochs batch=25 seed=seed checkpoint=5min "
        + "{(every 9 batches {<measure srel points=pts update=[(call sgd lr=0.001) (call adam_fresh lr=0.0001)] "
        + "distance=[kl l2 logits published_kl published_l2]>})}>}))")
    #expect(
      lines[10]
        == "(= late (at (. runs srel) (== distance logits) (== average median) (== update sgd) "
        + "(> epoch (group (- epochs 1)))))")
    #expect(
      lines[11]
        == "(assert (> (call mean (at late same) value) (call mean (at late (not same)) value)) "
        + "\"a step moves its own class more\")")
  }

  @Test func theNotebookIsCutIntoItsCells() throws {
    let notebook = Notebook(Source(Self.notebook))
    #expect(notebook.diagnostics == [])
    #expect(
      notebook.cells.map(\.name) == [
        "cell 1", "question", "params", "data", "train", "figure", "claim", "results",
      ])
    #expect(notebook.cells.map(\.kind) == [.code, .prose] + Array(repeating: .code, count: 6))
    #expect(notebook.prose(of: notebook.cells[1]).hasPrefix("# Local elasticity of ResNet-18"))
    let statements = Parser.parse(notebook.source, verbs: testVerbs).program.statements
    #expect(try statements.map { try notebook.cellIndex(of: $0) } == [0, 2, 2, 2, 3, 3, 3, 3, 4, 5, 6, 6, 7])
  }

  /// The examples in the running text of the pages.
  @Test(arguments: [
    (
      "measure srel before=\"z0.npy\" after=\"z1.npy\" labels=\"y.npy\"",
      "<measure srel before=\"z0.npy\" after=\"z1.npy\" labels=\"y.npy\">"
    ),
    (
      "load checkpoints \"run/step_*.safetensors\" model=(net)",
      "<load checkpoints \"run/step_*.safetensors\" model=(group net)>"
    ),
    ("do demo_elastic_phase degree=1", "<do demo_elastic_phase degree=1>"),
    ("measure srel net", "<measure srel net>"),
    ("run = train net on=d steps=0", "(= run <train net on=d steps=0>)"),
    ("load table \"x.csv\"", "<load table \"x.csv\">"),
    ("load assets \"DIR\"", "<load assets \"DIR\">"),
    ("pick d per_class=20 as=published", "<pick d per_class=20 as=published>"),
    (
      "late = run.srel[(x), distance == kl, same]",
      "(= late (at (. run srel) (group x) (== distance kl) same))"
    ),
    ("mean(t, value, by=seed)", "(call mean t value by=seed)"),
    ("step run 10 until=(loss < 0.1)", "<step run 10 until=(group (< loss 0.1))>"),
    (
      "train model(mlp, widths=[100]) on=d checkpoint=5min seed=(init=s, order=1)",
      "<train (call model mlp widths=[100]) on=d checkpoint=5min seed=(record init=s order=1)>"
    ),
    ("norm = none; write = 3", "(= norm none); (= write 3)"),
    ("model resnet18 norm=none classes=[orange]", "<model resnet18 norm=none classes=[orange]>"),
    ("classes = (names)", "(= classes (group names))"),
    ("time step run 10", "<time <step run 10>>"),
    ("set threads=2 colour=never", "<set threads=2 colour=never>"),
    ("resume; reset run", "<resume>; <reset run>"),
    (
      "plot t x=step log=xy kind=function average=median",
      "<plot t x=step log=xy kind=function average=median>"
    ),
    (
      "r = repeat seed in 1..3 on_error=keep { train net on=d seed=seed }",
      "(= r (repeat seed (.. 1 3) on_error=keep {<train net on=d seed=seed>}))"
    ),
    (
      "train net on=d { every n batches { measure srel points=p } }",
      "<train net on=d {(every n batches {<measure srel points=p>})}>"
    ),
    (
      "step run epochs=1 { when (loss < 0.1) { evaluate on=d } }",
      "<step run epochs=1 {(when (< loss 0.1) {<evaluate on=d>})}>"
    ),
  ])
  func everyOtherExampleParsesAsMeant(line: String, expected: String) {
    #expect(outline(line) == expected)
  }
}
