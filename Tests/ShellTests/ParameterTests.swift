import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `-p` and `FILE --help`.
@Suite struct ParameterTests {
  private static let notebook = """
    use srel 1
    # %% [markdown] question
    # # Do steps stay local?
    # We look.
    # %% p
    param alpha = 3  "passes over the images"
    param seeds = [1, 2] "one full run per seed"
    param classes = [sandal, sneaker]
    param rule = adam(lr=1e-4)
    param folder = "/data"
    param half = alpha / 2
    show seeds classes rule folder half
    """

  @Test func helpListsTheParametersOfAScript() throws {
    let script = try Script(Self.notebook, name: "n.srel")
    for arguments in [[script.path, "--help"], ["-h", script.path, "-p", "alpha=2"]] {
      let found = try Program.run(arguments)
      #expect(found.code == 0 && found.errors.isEmpty)
      #expect(
        found.output == """
          \(script.path): Do steps stay local?

            -p alpha=3                    a number           passes over the images
            -p seeds=[1, 2]               a list of numbers  one full run per seed
            -p classes=[sandal, sneaker]  a list of words
            -p rule=adam(lr=1e-4)         an optimiser
            -p folder="/data"             a string
            -p half=alpha / 2             a value

          """)
    }
    #expect(try script.folder.names == ["n.srel"], "nothing is run")
    #expect(
      try Program.run([script.folder.write("show 1", as: "m.srel"), "--help"]).output.contains(
        "no parameters"))
    #expect(try Program.run(["nowhere.srel", "--help"]).code == 2)
    #expect(try Program.run([script.folder.write("show (1", as: "w.srel"), "--help"]).code == 2)
    #expect(try Program.run(["--help"]).output.hasPrefix("OVERVIEW"))
  }

  @Test(arguments: [
    (["seeds=[4,5]"], "[4, 5]"), (["seeds=4..6"], "4..6"), (["seeds=[]"], "[]"),
    (["classes=[boot]"], "[boot]"), (["classes=[\"ankle boot\", sandal]"], "[\"ankle boot\", sandal]"),
    (["rule=sgd(lr=0.1)"], "sgd(lr=0.1)"), (["folder=/x/y z"], "/x/y z"), (["alpha=5"], "2.5"),
  ])
  func valuesOfTheRightKindAreTaken(settings: [String], shown: String) throws {
    let script = try Script(Self.notebook, name: "n.srel")
    let found = try Program.run([script.path, "-q"] + settings.flatMap { ["-p", $0] })
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.output.split(separator: "\n").contains(Substring(shown)), "\(found.output)")
  }

  @Test(arguments: [
    (["alhpa=1"], "there is no parameter 'alhpa' to set with -p\n  did you mean 'alpha'?"),
    (["seeds=[1,x]"], "-p seeds takes a list of numbers, not a list of different things ([1,x])"),
    (["seeds=1"], "-p seeds takes a list of numbers, not a number (1)"),
    (["classes=[1, 2]"], "-p classes takes a list of words, not a list of numbers ([1, 2])"),
    (["rule=first_order()"], "-p rule takes an optimiser, not an update (first_order())"),
    (["alpha=1", "alpha=2"], "-p has alpha twice"), (["alpha="], "-p alpha takes a value, not ''"),
  ])
  func everythingElseIsRefusedBeforeAnythingRuns(settings: [String], message: String) throws {
    let script = try Script(Self.notebook, name: "n.srel")
    for flags in [[], ["-n"]] {
      let found = try Program.run([script.path] + flags + settings.flatMap { ["-p", $0] })
      #expect(found.code == 2 && found.output.isEmpty)
      #expect(found.errors.contains(message), "\(found.errors)")
      #expect(try script.folder.names == ["n.srel"])
    }
  }
}
