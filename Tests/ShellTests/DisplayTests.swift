import Foundation
import Testing

/// What results look like where nobody looks on, or only in ASCII.
@Suite struct DisplayTests {
  private static let sketch = """
    d = make mixture per_class=5
    r = train model(linear) on=d batch=5 steps=6
    sketch r.history x=step y=loss
    """

  @Test(arguments: [("C", false), ("POSIX", false), ("C.UTF-8", true), ("en_US.utf8", true)])
  func sketchesAreBrailleWhereTheLocaleHasIt(locale: String, isUnicode: Bool) throws {
    let found = try Program.run(["-q", "-e", Self.sketch], environment: ["LC_ALL": locale, "TERM": "xterm"])
    #expect(found.code == 0, "\(found.errors)")
    let hasBraille = found.output.unicodeScalars.contains { (0x2800...0x28FF).contains($0.value) }
    #expect(hasBraille == isUnicode)
    #expect(found.output.utf8.allSatisfy { $0 < 128 } == !isUnicode)
    #expect(!found.output.contains("\u{1B}"))
    #expect(found.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func coloursAndWidthAreAsAskedFor() throws {
    let coloured = try Program.run(["-q", "--color", "always", "-e", Self.sketch])
    #expect(coloured.output.contains("\u{1B}["))
    let set = try Program.run(["-q", "-e", "set colour=always width=50\n" + Self.sketch])
    #expect(set.output.contains("\u{1B}["))
    let narrow = try Program.run(["-q", "-e", "set width=40\n" + Self.sketch])
    #expect(narrow.output.split(separator: "\n").allSatisfy { $0.count <= 40 })
  }

  @Test func aCommandMayBeginWithASign() throws {
    let found = try Program.run(["-e", "-2^2", "-e", "param n = 1\n-n", "-p", "n=-3"])
    #expect(found.code == 0 && found.output == "-4\n3\n")
  }

  @Test func theVersionNamesLibrariesAndProcessor() throws {
    let lines = try Program.run(["--version"]).output.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("srel-repl ") && lines[0].hasSuffix(", language 1"))
    #expect(lines[1].hasPrefix("lines "))
    #expect(
      lines[2].hasPrefix("matrix products by ") && lines[2].contains("by OpenBLAS 0.")
        && lines[2].hasSuffix(" kernels"))
    #expect(lines[3].hasPrefix("processor: ") && lines[3].contains(" thread"))
  }

  @Test func formAndNamesOfAFileAreToldTogether() throws {
    let script = try Script("x = 1 +\nload fashion_mnist per_clas=3\nshow y\n")
    for flags in [[], ["-n"]] {
      let found = try Program.run(flags + [script.path])
      #expect(found.code == 2 && found.output.isEmpty)
      for place in [
        ":1:8: error: expected a value", ":2:20: error: load has no option", ":3:6: error: there is no",
      ] {
        #expect(found.errors.contains(place), "\(found.errors)")
      }
    }
  }

  @Test func aLineOfAMegabyteIsAnErrorThatIsToldAtOnce() throws {
    for text in [
      "x = " + String(repeating: "1 + ", count: 250_000) + "1", String(repeating: "(", count: 1_000_000),
    ] {
      let script = try Script(text)
      let found = try Program.run([script.path])
      #expect(found.code == 2)
      #expect(found.errors.utf8.count < 100_000 && found.errors.contains(":1:"))
    }
  }

  @Test func scriptsRunFromAnyFolderAndTheirErrorsNameThem() throws {
    let found = try Program.run(["-q", "-e", "do first_steps epochs=1; run.step"])
    #expect(found.code == 0 && found.output.hasSuffix("\n12\n"), "\(found.errors)")
    let script = try Script("show 1\n[1][3]\n")
    let json = try Program.run(["--json", "-e", "do \"\(script.path)\""])
    #expect(json.code == 1)
    #expect(json.output.contains("\"file\":\"\(script.path)\",\"line\":2,\"column\":5,\"text\":\"3\""))
  }
}
