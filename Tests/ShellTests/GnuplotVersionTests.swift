import Foundation
import ProgramSupport
import TestSupport
import Testing

@Suite struct GnuplotVersionTests {
  /// A figure is drawn again by another gnuplot; what draws none does not ask.
  @Test func anotherGnuplotDrawsFiguresAnew() throws {
    let script = try Script(
      """
      # %% numbers
      d = make mixture classes=2 per_class=10 dimensions=3
      run = train model(linear) on=d batch=5 steps=4
      # %% figure
      plot run.history x=step y=loss to="h.svg"
      """, name: "n.srel")
    func install(_ version: String) throws {
      let path = try script.folder.write(
        "#!/bin/sh\n# \(version)\nexec /usr/bin/gnuplot \"$@\"\n", as: "gnuplot")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    let environment = ["PATH": script.folder.path + ":/usr/bin:/bin"]
    try install("5.4")
    #expect(try Program.run([script.path], environment: environment).code == 0)
    let again = try Program.run([script.path], environment: environment)
    #expect(again.errors.contains("numbers: unchanged, kept\nfigure: unchanged, kept"), "\(again.errors)")
    try install("6.0")
    let why = try Program.run([script.path, "--why", "figure"], environment: environment)
    #expect(
      why.output == "figure would run:\n  gnuplot, which draws its figures, is another program\n", "\(why)")
    let drawn = try Program.run([script.path], environment: environment)
    #expect(drawn.errors.contains("numbers: unchanged, kept"), "\(drawn.errors)")
    #expect(!drawn.errors.contains("figure: unchanged"), "\(drawn.errors)")
  }
}
