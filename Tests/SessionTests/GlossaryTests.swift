import Elasticity
import Foundation
import Session
import Tables
import Testing

/// Words of the field: formula, direction, unit and source from one place.
@Suite struct GlossaryTests {
  private static func isComplete(_ words: [(name: String, meaning: Meaning)]) -> Bool {
    words.allSatisfy { !$0.name.isEmpty && !$0.meaning.formula.isEmpty && !$0.meaning.formula.hasSuffix(".") }
  }

  private static func words<Word: Defined>(_ kind: Word.Type) -> [(name: String, meaning: Meaning)] {
    kind.allCases.map { ($0.rawValue, $0.meaning) }
  }

  @Test func everyCaseHasAFormulaAndNumbersADirectionAndAUnit() {
    let numbers =
      Self.words(Distance.self) + Self.words(Average.self) + Self.words(Locality.self)
      + Self.words(TangentKernel.Column.self)
    #expect(Self.isComplete(numbers + Self.words(UpdateRule.Kind.self) + Self.words(Control.self)))
    for word in numbers {
      #expect(word.meaning.direction != nil && word.meaning.unit != nil, "\(word.name)")
    }
    for word in Self.words(Distance.self) + Self.words(TangentKernel.Column.self) {
      #expect(word.meaning.source != nil, "\(word.name)")
    }
  }

  @Test(
    arguments: Array(
      Set(
        Distance.allCases.map(\.rawValue) + Average.allCases.map(\.rawValue)
          + Locality.allCases.map(\.rawValue) + UpdateRule.Kind.allCases.map(\.rawValue)
          + Control.allCases.map(\.rawValue) + TangentKernel.Column.allCases.map(\.rawValue)
          + Table.Schema.averages.map(\.0) + Table.Schema.pairs.map(\.0))
    ).sorted())
  func everyWordHasHelp(name: String) throws {
    #expect(try shown("help \(name)").contains("\(name): "))
    #expect(try shown("help").contains(name))
  }

  @Test func everyColumnOfASchemaIsExplainedAndNumbersHaveAUnit() {
    for (name, role) in Table.Schema.averages + Table.Schema.pairs {
      let words = Table.Schema.words(for: name)
      #expect(!words.isEmpty, "\(name)")
      if role == .value { #expect(words.allSatisfy { $0.meaning.unit != nil }, "\(name)") }
    }
    #expect(Self.isComplete(Table.Schema.words.map { ($0.name, $0.meaning) }))
  }

  /// What the commands really give, not only what a schema lists.
  @Test func everyColumnOfAResultIsExplained() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    conversation.session.folders = OutputFolders(root: folder)
    try conversation.say(
      smallSetup + """
        run = train net on=d steps=3 test=d { every 1 steps { measure srel points=pts } }
        pairs = measure srel run points=pts keep=pairs drift=yes alignment=yes control=[none, bias_only, shuffle]
        """)
    let known = Set(Table.Schema.words.map(\.name) + TangentKernel.Column.allCases.map(\.rawValue))
    for command in [
      "run.srel", "run.history", "evaluate run on=d", "pairs", "locality(pairs)",
      "averages(pairs, over=seed)",
      "predict run on=pts", "mean(run.srel, value, by=[average, same])",
      "solve homogeneous degree=3 optimum=[1, 0.5, 0] points=20 times=log(0.1, 1000)",
      "plan(pairs, width=0.5)",
      "difference(measure(srel, run, points=pts, update=[sgd(lr=0.001), sgd(lr=0.01)], average=geomean), value, between=update_lr, paired=source_class, by=probe_class)",
      "phases (solve(homogeneous, degree=3, optimum=[1, 0.5, 0], points=20, times=log(0.1, 1000))) exact=yes",
    ] {
      try conversation.say("found = \(command)\nsave found to=\"found.csv\"")
      let file = try String(contentsOfFile: folder + "/results/found.csv", encoding: .utf8)
      let names = file.prefix { $0 != "\n" }.split(separator: ",").map(String.init)
      #expect(!names.isEmpty, "\(command)")
      for name in names where !(command.hasPrefix("predict") && name.hasPrefix("x")) {
        #expect(known.contains(name), "\(command): \(name)")
      }
    }
  }

  private static func inOneLine(_ text: String) -> String {
    text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  @Test(arguments: [
    (
      "kl",
      [
        "kl: a distance, for distance= of measure\n  D = KL(new ‖ old) = Σ_c q_c ln(q_c / p_c)\n",
        "  unit    nats\n",
      ]
    ),
    (
      "lantk",
      [
        "lantk: a summary, of locality\n  same / (same + other), of mean S and not of the normalized kernel",
        "arXiv 2010.11775",
      ]
    ),
    ("auc", ["auc: a summary, of locality\n  for each source", "the mean over sources"]),
    (
      "kernel_alignment",
      [
        "alignment: a column of measure", "one-hot labels less 1/C", "not centered",
        "once called kernel_alignment",
      ]
    ),
    (
      "alignment",
      ["alignment: a column", "alignment=: an option of measure", "alignment_plain", "alignment_centered"]
    ),
    ("alignment_centered", ["⟨HKH, HYYᵀH⟩ / (‖HKH‖ ‖HYYᵀH‖)"]),
    (
      "S",
      ["S(x → x') = D(x') / D(x)", "little locality", "found before the step: S beside it is measured after"]
    ),
    (
      "loss",
      [
        "loss: a distance", "loss: a column of measure, history", "before the step",
        "loss: a column of evaluate",
      ]
    ),
    ("every", ["every COUNT batches|steps|epochs", "every 4 steps acts after steps 1, 5, 9, …"]),
    ("sgd", ["sgd(…)", "sgd: an update", "w⁺ = w - lr g"]),
    (
      "lr", ["lr=: an option of sgd, adam, adam_fresh, bias_only\n  the step size: a number above 0 (needed)"]
    ),
    ("measure", ["Computed again within 3e-07", "moved within their last"]),
    ("controls", ["controls: a column of measure", "once for each update"]),
  ])
  func helpSaysWhatAWordMeans(name: String, parts: [String]) throws {
    // However the terminal breaks its lines.
    let text = Self.inOneLine(try shown("help \(name)"))
    for part in parts.map(Self.inOneLine) { #expect(text.contains(part), "\(text)") }
  }

  /// Verb, function, distance, average, column, option, in this order.
  @Test func helpListsEveryMeaningInOrder() throws {
    for (name, heads) in [
      ("mean", ["mean(values)", "mean: an average"]),
      ("loss", ["loss: a distance", "loss: a column", "loss=: an option of train"]),
      ("seed", ["seed SEED", "seed: a column", "seed=: an option of"]),
      ("bias_only", ["bias_only(…)", "bias_only: an update", "bias_only: a control"]),
      ("output", ["output: a distance", "output: a column"]),
    ] {
      let text = "\n" + (try shown("help \(name)"))
      let places = heads.map { text.firstRange(of: "\n" + $0)?.lowerBound }
      #expect(!places.contains(nil), "\(text)")
      #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted(), "\(text)")
    }
  }

  @Test(arguments: [("lantkk", "lantk"), ("published_k", "published_kl"), ("alignmentt", "alignment")])
  func unknownNamesSuggestNearOnes(typed: String, near: String) {
    #expect(failure("help \(typed)").contains("did you mean '\(near)'?"))
  }

  /// The former name of a column stays accepted, in fields, filters, statistics and files of former versions.
  @Test func kernelAlignmentStaysAccepted() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    conversation.session.folders = OutputFolders(root: folder)
    try conversation.say(
      smallSetup + """
        run = train net on=d steps=1
        t = measure srel run points=pts average=mean alignment=yes
        """)
    #expect(try conversation.say("t.kernel_alignment[0] == t.alignment[0]") == "yes")
    #expect(try conversation.say("count(t[kernel_alignment > -2]) == count(t)") == "yes")
    #expect(try conversation.say("max(t, kernel_alignment, by=same).count") == "2")
    try "run,seed,step,kernel_alignment\nr,1,2,0.5\n".write(
      toFile: folder + "/old.csv", atomically: true, encoding: .utf8)
    try conversation.say("old = load table \"\(folder)/old.csv\"")
    #expect(try conversation.say("old.alignment") == conversation.say("old.kernel_alignment"))
  }

  @Test func controlsAreReadBackAlike() throws {
    let conversation = Conversation()
    let folder = try temporaryFolder()
    conversation.session.folders = OutputFolders(root: folder)
    try conversation.say(
      smallSetup + """
        run = train net on=d steps=1
        t = measure srel run points=pts update=[sgd(lr=1e-3), adam_fresh(lr=1e-3)] control=[none, bias_only]
        """)
    #expect(
      conversation.echoes.contains { $0.contains("control bias_only of adam_fresh(lr=0.001), self left out") }
    )
    #expect(try conversation.say("count(t[controls == adam_fresh]) == count(t[controls == sgd])") == "yes")
    for ending in ["csv", "jsonl", "npz"] {
      try conversation.say("save t to=\"t.\(ending)\"\nu = load table \"\(folder)/results/t.\(ending)\"")
      #expect(
        try conversation.say("count(u[controls == sgd])") == conversation.say("count(t[controls == sgd])"))
      #expect(try conversation.say("describe u") == conversation.say("describe t"), "\(ending)")
    }
  }

  @Test func trainingsSayAfterWhichStepsBlocksAct() throws {
    let conversation = Conversation()
    try conversation.say(
      smallSetup
        + """
        run = train net on=d batch=20 steps=10 { every 4 steps { loss } every 2 batches { loss }
          every 0.5 epochs { loss }
          at end { loss } }
        step run 7 { every 4 steps { loss } }
        step run 100 until=(step > 18) { every 9 steps { loss } }
        step run 1 { every 9 steps { loss } }
        """.replacing("} every 2", with: "}\n every 2"))
    let told = conversation.echoes.filter { $0.contains(" acts ") }
    #expect(
      told == [
        "every 4 steps acts after steps 1, 5, 9", "every 2 batches acts after steps 1, 3, 4, …, 10",
        "every 0.5 epochs acts after steps 2, 3, 5, …, 9", "every 4 steps acts after steps 13, 17",
        "every 9 steps acts after steps 19, 28, 37, …", "every 9 steps acts after no step",
      ])
  }
}
