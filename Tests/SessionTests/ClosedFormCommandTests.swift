import Foundation
import Language
import Session
import Testing

@Suite struct ClosedFormCommandTests {
  @Test func goldenValuesComeThroughTheLanguage() throws {
    let conversation = Conversation()
    try conversation.say(
      """
      t = solve homogeneous degree=3 optimum=[1, 0.25, 0] start=[0.5, 0.4, 0.3] source=[1, 2, -1] probe=[0.5, -1, 2] times=[0, 1, 10]
      g = solve gate point=[1, 0.5] target=2 start=[0.5, -0.2] source=[1, 0.5] probe=[0.6, 0.8] times=0
      """)
    #expect(try conversation.say("abs(t.value[0] - 0.208959538) < 1e-9") == "yes")
    #expect(try conversation.say("abs(t.value[1] - 0.292128808) < 1e-9") == "yes")
    #expect(try conversation.say("abs(t.value[2] - 0.108200427) < 1e-9") == "yes")
    #expect(try conversation.say("round(g.value[0], 12)") == "0.8")
  }

  @Test(arguments: [
    "solve gate point=[1, 2] points=5", "solve population optimum=[1, 2, 0] points=5 keep=pairs",
    "solve homogeneous optimum=[1, 0.5] dimensions=4 points=5 keep=weights",
    "solve point point=[1, -1] degree=1.5 points=5 average=[mean, median]",
    "solve chain point=[1, -1] factors=[0.5, 0.4] points=5",
    "solve kernel on=(make(teacher, count=6, dimensions=3)) points=5",
    "solve features on=shoes points=shoes[0..5] penalty=0.5",
    "solve features on=shoes points=shoes[0..5] penalty=0.5 as=published step_penalty=0",
    "solve gate point=[1, 2] points=30 keep=plane",
    "solve ridge features=[3, 4] as=[published, corrected] pairing=[between, within] per_class=10 pairs=3 starts=2 times=0..20",
  ])
  func everyFormGivesATable(command: String) throws {
    let conversation = Conversation()
    try conversation.say(Registry.exampleSetup)
    try conversation.say("t = " + command)
    #expect(try conversation.say("t.count > 0") == "yes")
    try conversation.say("u = " + command)
    #expect(try conversation.say("t == u") == "yes")
  }

  /// Converged flows are at rest at any time, and starts of 0 and below go where the flow is linear.
  @Test(arguments: [
    ("chain factors=[0.7, 0.6] start=[0.2, 0.1] point=[1, 0.5] target=-1.3", "[1e3, 1e6, 1e12, 1e18, 1e300]"),
    ("point degree=3 point=[1, 0.5] target=20", "[1e3, 1e6, 1e12, 1e18, 1e300]"),
    ("point degree=1 point=[1, 0.5] start=[0, -2] target=20", "[1e3, 1e6, 1e12, 1e18, 1e300]"),
    ("homogeneous degree=1 optimum=[1, -2] start=0", "[1e3, 1e6, 1e12, 1e18, 1e300]"),
    ("homogeneous degree=3.5 optimum=[1, 2] moments=[1, 0]", "[1e3, 1e6, 1e12, 1e18, 1e300]"),
    ("gate point=[1, 0.5] start=[0, 0]", "[0, 1, 1e300]"),
    ("population optimum=[2, 1] start=[-1, 0.5]", "[1e3, 1e6, 1e12, 1e18, 1e300]"),
  ])
  func lateTimesGiveTheStateAtRest(form: String, times: String) throws {
    let conversation = Conversation()
    try conversation.say("w = solve \(form) points=2 times=\(times) keep=weights")
    try conversation.say("first = w[time == (min(w.time))]; last = w[time == 1e300]")
    for summary in ["sum", "min", "max"] {
      let gap = "abs(\(summary)(first.value) - \(summary)(last.value))"
      #expect(try conversation.say("\(gap) <= 1e-15") == "yes", "\(summary)")
    }
    #expect(try conversation.say("first.count > 0 and max(abs(last.value)) < 1000") == "yes")
  }

  @Test func aFeatureThatIsZeroEverywhereLeavesItsWeight() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    try write("a,b,c,y\n1,1,0,2\n1,-1,0,1\n-1,1,0,0.5\n-1,-1,0,1\n", to: folder + "/d.csv")
    try conversation.say(
      """
      d = load csv "\(folder)/d.csv" target=y
      run = train model(homogeneous, degree=2) on=d loss=mse optimizer=sgd(lr=0.001) batch=4 steps=40
      t = compare run points=d
      """)
    #expect(try conversation.say("max(t[quantity == weights].difference) < 1e-3") == "yes")
  }

  @Test(arguments: [
    ("solve gate", "solve gate needs point="),
    ("solve gate point=[1] degree=2", "solve gate has no option 'degree'"),
    ("solve homogeneous optimum=[1, 2] start=[1]", "the start has 1 number where 2 are needed"),
    ("solve homogeneous optimum=[1, 2] degree=0.5", "the degree is 0.5: degrees are 1 to 100"),
    ("solve homogeneous optimum=[1, 2] start=-1", "a start weight is -1: weights start above 0"),
    ("solve homogeneous optimum=[1, 2] moments=[-1, 1]", "a moment is -1: second moments are 0 or more"),
    ("solve point point=[1, 2] degree=100 start=1e4", "a number of the flow is larger than 1.8e308"),
    ("solve homogeneous optimum=[1, 2] dimensions=1", "dimensions takes at least the 2 numbers of optimum"),
    ("solve homogeneous optimum=[1, 2] times=[-1]", "a time is -1"),
    ("solve homogeneous optimum=[]", "weights: 0 given, at least 1 needed"),
    ("solve point point=[0, 0]", "the square of the point is 0"),
    ("solve point point=[1, 0] source=[1]", "solve point needs probe="),
    ("solve point point=[1, 0] source=[1] probe=[1, 2]", "source has 1 number where 2 are needed"),
    ("solve features on=shoes", "solve features needs points="),
    ("solve kernel on=shoes", "has no column of targets"),
    ("solve ridge pairs=20 per_class=30", "samples of a class: 30 given, at least 40 needed"),
    ("solve ridge seed=-1", "seed"), ("solve nothing", "solve has no value 'nothing'"),
    ("solve chain point=[1] factors=[0.5] keep=plane", "keep=plane draws a gate"),
    ("solve gate point=[1, 2] points=5 as=published", "solve gate has no option 'as'"),
    ("compare run", "no closed form describes this run: its loss is not mse"),
    ("phases run.srel", "average has 4 values"), ("phases run.srel average=mean y=nothing", "nothing"),
    ("predict run on=shoes source=shoes[0..2]", "source takes one sample"),
    ("make sine classes=3", "make sine has no option 'classes'"),
    ("make mixture count=3", "make mixture has no option 'count'"),
    ("model linear activation=tanh", "model linear has no option 'activation'"),
    ("load npy", "load npy needs FILE"), ("load npy \"x.npy\"", "load npy needs target="),
    ("load fashion_mnist_subset target=y", "load fashion_mnist_subset has no option 'target'"),
  ])
  func slipsAreExplained(command: String, part: String) throws {
    let conversation = Conversation()
    try conversation.say(Registry.exampleSetup)
    let text = conversation.failure(command)
    #expect(text.contains(part), "\(text)")
  }

  /// The difference of a flow and its steps falls with the step size, and S of linear networks agrees to rounding.
  @Test(arguments: [
    ("model(linear, bias=no)", "make(mixture, classes=3, per_class=4, dimensions=3)", 12),
    ("model(mlp, widths=[1, 1], activation=none, bias=no)", "make(linear, count=1, dimensions=3)", 1),
    ("model(gate, bias=no)", "make(single_index, count=1, dimensions=2, seed=3)", 1),
  ])
  func networksFollowTheirClosedForms(model: String, data: String, batch: Int) throws {
    let conversation = Conversation()
    try conversation.say(
      """
      d = \(data)
      p = make sum count=6 dimensions=d.shape[0]
      pts = \(batch > 1 ? "d[0..5]" : "p")
      gaps = repeat lr in [0.02, 0.002] {
        compare train(\(model), on=d, loss=mse, optimizer=sgd(lr=lr), batch=\(batch), steps=1 / lr, seed=3) points=pts
      }
      a = max(gaps[quantity == weights and lr == 0.02].difference)
      b = max(gaps[quantity == weights and lr == 0.002].difference)
      """)
    #expect(try conversation.say("a < 0.05") == "yes")
    #expect(
      try conversation.say("b < a / 5") == "yes")
    #expect(try conversation.say("b > 0") == "yes")
    #expect(try conversation.say("max(gaps[quantity == srel and lr == 0.002].difference) < 0.02") == "yes")
  }

  @Test func aWideNetworkHasTheAnalyticKernel() throws {
    let conversation = Conversation()
    try conversation.say(
      """
      d = make linear count=4 dimensions=3
      t = compare train(model(mlp, widths=[20000], parametrization=ntk, bias=no), on=d, loss=mse, optimizer=sgd(lr=0.001), batch=4, steps=0)
      """)
    #expect(try conversation.say("max(t.difference) < 0.05") == "yes")
  }

  @Test func phasesOfClosedFormsAreThoseExpected() throws {
    let conversation = Conversation()
    for perDecade in [3.2, 10] {
      try conversation.say(
        """
        c = repeat degree in [1, 2, 3] {
          solve homogeneous degree=degree optimum=[2, 1.5, 1, 0.7, 0.4] dimensions=50 points=40 times=log(0.01, 1e4, per_decade=\(perDecade))
        }
        p\(Int(perDecade)) = phases c by=degree exact=yes
        """)
    }
    for name in ["p3", "p10"] {
      #expect(try conversation.say("\(name).outcome[0] == \"no phase change\"") == "yes")
      #expect(
        try conversation.say("\(name).outcome[1] == settles and \(name).outcome[2] == settles") == "yes")
    }
    for row in [1, 2] {
      #expect(try conversation.say("r = p3.onset[\(row)] / p10.onset[\(row)]; r > 0.5 and r < 2") == "yes")
    }
  }

  @Test func aStepAtOneSampleChangesPredictions() throws {
    let conversation = Conversation()
    try conversation.say(
      """
      d = make sine count=10
      run = train model(mlp, widths=[20], activation=tanh) on=d loss=mse optimizer=sgd(lr=0.1) batch=10 steps=5
      t = predict run on=d source=d[3] update=sgd(lr=0.05)
      """)
    #expect(try conversation.say("t.count") == "21")
    #expect(
      try conversation.say("max(abs(t[state == before].value)) != max(abs(t[state == after].value))") == "yes"
    )
    #expect(
      try conversation.say("abs(t[state == source].value[0] - t[state == after].value[3]) < 1e-6") == "yes")
    #expect(try conversation.say("count(predict(run, on=d))") == "10")
  }

  @Test func regressionsFromFilesTrainAndAreMeasured() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    try write("a,b,y\n1,2,3\n2,0,1\n0,1,1\n1,1,2\n", to: folder + "/d.csv")
    try conversation.say(
      """
      d = load csv "\(folder)/d.csv" target=y
      run = train model(mlp, widths=[4]) on=d loss=mse optimizer=sgd(lr=0.01) batch=2 steps=4 {
        at [0, 2] steps { measure srel points=d distance=output average=mean drift=yes }
      }
      """)
    #expect(try conversation.say("d.count") == "4")
    #expect(try conversation.say("run.srel.kernel_drift[0] == 0 and run.srel.kernel_drift[1] > 0") == "yes")
    #expect(conversation.failure("load csv \"\(folder)/d.csv\" target=z").contains("z"))
    try write("a,y\n1,2\n,3\n", to: folder + "/hole.csv")
    #expect(conversation.failure("load csv \"\(folder)/hole.csv\" target=y").contains("sample 1 holds NaN"))
    #expect(conversation.failure("load csv \"\(folder)/none.csv\" target=y").contains("none.csv"))
    #expect(
      conversation.failure("load npy \"\(folder)/none.npy\" target=\"y.npy\"").contains("none.npy"))
  }
}

private func write(_ text: String, to path: String) throws {
  try text.write(toFile: path, atomically: true, encoding: .utf8)
}
