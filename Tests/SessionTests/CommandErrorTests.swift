import Session
import Testing

@Suite struct CommandErrorTests {
  @Test(arguments: [
    (
      "load fashion_mnist classes=[sandal] per_clas=500",
      """
      error: load has no option 'per_clas'
        | load fashion_mnist classes=[sandal] per_clas=500
        |                                     ^^^^^^^^ did you mean 'per_class'?
      """
    ),
    (
      "load fashon_mnist",
      """
      error: load has no value 'fashon_mnist'
        | load fashon_mnist
        |      ^^^^^^^^^^^^ did you mean 'fashion_mnist'?
      """
    ),
    (
      "names = [sandal]\nload fashion_mnist_subset classes=names",
      """
      error: classes has no value 'names'
        | load fashion_mnist_subset classes=names
        |                                   ^^^^^ write classes=(names) to use the variable
      """
    ),
    (
      "load fashion_mnist_subset per_class=\"5\"",
      """
      error: per_class takes a whole number, 1 or more, not a string
        | load fashion_mnist_subset per_class="5"
        |                                     ^^^
      """
    ),
    (
      "load fashion_mnist_subset per_class=0.5 pad=-3",
      """
      error: per_class takes a whole number, 1 or more, not 0.5
        | load fashion_mnist_subset per_class=0.5 pad=-3
        |                                     ^^^
      error: pad takes a whole number, 1 or more, not -3
        | load fashion_mnist_subset per_class=0.5 pad=-3
        |                                             ^^
      """
    ),
    (
      "net = model mlp\ntrain net",
      """
      error: train needs on=
        | train net
        | ^^^^^^^^^ on= takes a data set
      """
    ),
    (
      "net = model mlp\nmeasure srel net points=pts",
      """
      error: there is no variable 'pts'
        | measure srel net points=pts
        |                         ^^^
      """
    ),
    (
      "d = make mixture\nnet = model mlp\nmeasure srel net points=d",
      """
      error: measure takes a run or a series of runs, not a model recipe without weights
        | measure srel net points=d
        |              ^^^ train it first: run = train net on=… steps=0
      """
    ),
    (
      "d = make mixture per_class=5\ntrain model(mlp) on=d batch=50",
      """
      error: a batch of 50 is larger than the data set of 15: use batch=15 or less
        | train model(mlp) on=d batch=50
        |                       ^^^^^^^^
      """
    ),
    (
      "d = make mixture per_class=5\npick d per_class=9",
      """
      error: 9 samples of the class '0' were asked for; ask for at most the 5 that there are
        | pick d per_class=9
        |        ^^^^^^^^^^^
      """
    ),
    (
      "d = make mixture\ntrain model(mlp) on=d optimizer=adam_fresh(lr=1e-3)",
      """
      error: optimizer takes an optimiser, not an update
        | train model(mlp) on=d optimizer=adam_fresh(lr=1e-3)
        |                                 ^^^^^^^^^^^^^^^^^^^
      """
    ),
    (
      "d = make mixture\ntrain model(mlp) on=d optimizer=adam(lr=0)",
      """
      error: lr takes a number above 0, not 0
        | train model(mlp) on=d optimizer=adam(lr=0)
        |                                         ^
      """
    ),
    (
      "d = make mixture\ntrain model(mlp) on=d { measure srel points=d }",
      """
      error: a block of train or step says when
        | train model(mlp) on=d { measure srel points=d }
        |                         ^^^^^^^^^^^^^^^^^^^^^ every 9 batches { … }, at end { … } or when (loss < 0.1) { … }
      """
    ),
    (
      "model resnet18 norm=layer",
      """
      error: norm has no value 'layer'
        | model resnet18 norm=layer
        |                     ^^^^^ one of none, batch, group
      """
    ),
    (
      "model resnet18 widths=[3]",
      """
      error: model resnet18 has no option 'widths'
        | model resnet18 widths=[3]
        |                ^^^^^^^^^^ only mlp has it
      """
    ),
    (
      "seed 1 2",
      """
      error: seed takes no further thing
        | seed 1 2
        |        ^
      """
    ),
    (
      "pick",
      """
      error: pick needs DATA
        | pick
        | ^^^^ it takes a data set
      """
    ),
    (
      "help trian",
      """
      error: help has no value 'trian'
        | help trian
        |      ^^^^^ did you mean 'train'?
      """
    ),
    (
      "load fashion_mnist folder=\"/nowhere\"",
      """
      error: fashion_mnist was not found (looked in /nowhere); the folder has to hold train-images-idx3-ubyte and \
      train-labels-idx1-ubyte, plain or .gz
        | load fashion_mnist folder="/nowhere"
        |                    ^^^^^^^^^^^^^^^^^
      """
    ),
    (
      "make mixture seed=(inti=3, order=1)",
      """
      error: seed has no value 'inti'
        | make mixture seed=(inti=3, order=1)
        |              ^^^^^^^^^^^^^^^^^^^^^^ did you mean 'init'?
      """
    ),
  ])
  func errorsOfCommandsPointAtTheirCause(text: String, expected: String) {
    #expect(failure(text) == expected)
  }

  @Test(arguments: [
    (
      "load fashion_mnist classes=[sandal, sandle]",
      "                            ^^^^^^ did you mean 'sandal'?"
    ),
    ("model mlp widths=[1000001]", "widths takes at most"),
    ("d = make mixture\ntrain model(mlp, widths=[100000, 100000]) on=d", "10,001,500,003 weights"),
    ("make mixture per_class=1000000000", "more than 2^28"),
    ("d = make mixture\ntrain model(cnn) on=d", "cnn takes images, these are vectors"),
    ("d = make mixture\ntrain model(mlp) on=d epochs=1e300", "epochs takes a smaller number"),
    ("d = make mixture\ntrain model(mlp) on=d steps=2 epochs=1", "steps= and epochs= cannot both be given"),
    (
      "d = make mixture\nrun = train model(mlp) on=d steps=0\nmeasure srel run points=d distance=kll",
      "did you mean 'kl'?"
    ),
    ("d = make mixture\nrun = train model(mlp) on=d steps=0\nmeasure srel run", "measure needs points="),
    (
      "d = make mixture\ne = make mixture classes=2\nrun = train model(mlp) on=d steps=0\nmeasure srel run points=e",
      "the sources have the classes 0, 1"
    ),
    (
      "d = make mixture\nrun = train model(mlp) on=d steps=0\nplot run.srel x=step to=\"a.svg\"",
      "the table has no rows"
    ),
    ("d = make mixture\nshow d[300]", "there is no element 300"), ("save 3 to=\"x\"", "save takes a run"),
    ("d = make mixture\npick d", "pick needs per_class="), ("load table \"/nowhere.csv\"", "/nowhere.csv"),
    ("del x", "there is no variable 'x'"), ("d = make mixture\ndel d\nshow d", "there is no variable 'd'"),
    (
      "d = make mixture\nrun = train model(linear, bias=no) on=d steps=0\nmeasure srel run points=d[0..3] control=bias_only",
      "linear has no bias in its last layer"
    ),
  ])
  func sizesAndCombinationsThatCannotBeAreRefused(text: String, part: String) {
    #expect(failure(text).contains(part), "\(failure(text))")
  }

  @Test func errorsOfFormAndOfNamesAreToldTogether() {
    let conversation = Conversation()
    let found = conversation.failure(
      "show 1\nx = load fashion_mnist per_clas=3\ny = (1 +\nz = x2 + 1\ntrain net on=x\nshow y z w")
    let titles = found.split(separator: "\n").filter { $0.hasPrefix("error:") }
    #expect(
      titles == [
        "error: load has no option 'per_clas'", "error: '(' is never closed",
        "error: there is no variable 'x2'", "error: there is no variable 'net'",
        "error: there is no variable 'w'",
      ])
    #expect(conversation.results.isEmpty)
  }

  @Test func allErrorsOfATextAreToldBeforeAnythingRuns() {
    let conversation = Conversation()
    let found = conversation.failure(
      "show 1\nmodel mlp widht=3\nx = y + 1\nload fashion_mnist clases=[a]\nevery 2 steps { show 1 }")
    #expect(found.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 4)
    #expect(conversation.results == [])
    #expect(Conversation().exitCode("show 1\nmodel mlp widht=3") == 2)
    #expect(Conversation().exitCode("[1][3]") == 1)
  }

  @Test func errorsInsideADefinitionOfAnEarlierInputAreToldInWords() throws {
    let conversation = Conversation()
    try conversation.say("def f(a) { a[7] }")
    let found = conversation.failure("x = f([1])")
    #expect(found.contains("there is no element 7"))
    #expect(found.contains("note: in f: 7"))
  }
}
