import Charts
import Testing

@Suite struct TerminalPictureTests {
  /// A ramp of `width` x `height` from the upper left to the lower right.
  private func ramp(_ width: Int, _ height: Int, caption: [String] = []) throws -> TerminalPicture {
    let values = (0..<(width * height)).map { Float($0 % width + $0 / width) - 3 }
    return try TerminalPicture(values: values, height: height, width: width, channels: 1, caption: caption)
  }

  @Test func `an image without colours is drawn in shades`() throws {
    let shades = try ramp(16, 8, caption: ["ramp", "#3"]).text(TerminalStyle())
    #expect(
      shades == """
            ░░░░░▒▒▒▒▓▓▓
          ░░░░░▒▒▒▒▓▓▓▓▓
        ░░░░░▒▒▒▒▓▓▓▓▓██
        ░░░▒▒▒▒▓▓▓▓▓████
              ramp
               #3
        """)
    let ascii = try ramp(16, 8, caption: ["ramp", "#3"]).text(TerminalStyle(unicode: false))
    #expect(
      ascii == """
          ..:::--==++**#
        ..:::--==++**###
        :::--==++**###%%
        :--==++**###%%@@
              ramp
               #3
        """)
  }

  @Test func `two pixels share a character in two colours`() throws {
    let parts: [(left: [Float], right: [Float])] = [([1, -1, -1], [-1, 1, -1]), ([-1, -1, 1], [0, 0, 0])]
    let values = parts.flatMap { row in (0..<16).flatMap { $0 < 8 ? row.left : row.right } }
    let image = try TerminalPicture(values: values, height: 2, width: 16, channels: 3, range: -1...1)
    #expect(
      image.text(TerminalStyle(colors: .trueColor))
        == "\u{1B}[38;2;255;0;0;48;2;0;0;255m▀▀▀▀▀▀▀▀\u{1B}[0m"
        + "\u{1B}[38;2;0;255;0;48;2;128;128;128m▀▀▀▀▀▀▀▀\u{1B}[0m")
    #expect(image.text(TerminalStyle(colors: .ansi256)).contains("38;5;196"))
    #expect(!image.text(TerminalStyle(colors: .ansi16)).contains("\u{1B}"))
    #expect(
      !image.text(TerminalStyle(unicode: false, colors: .ansi256)).unicodeScalars.contains { !$0.isASCII })
  }

  @Test func `pictures stand side by side and go on below`() throws {
    let images = try ["sandal", "日本語", "ankle boot of a very long name"].enumerated().map {
      try ramp(16, 16, caption: [$1, "#\($0)"])
    }
    let wide = TerminalPicture.row(images, TerminalStyle(columns: 60))
    #expect(wide.split(separator: "\n").count == 10)
    #expect(wide.contains("日本語") && wide.contains("…") && wide.contains("#2"))
    let narrow = TerminalPicture.row(images, TerminalStyle(columns: 36))
    #expect(narrow.split(separator: "\n").count == 20)
    #expect(TerminalPicture.row([], TerminalStyle()) == "")
  }

  @Test(arguments: [1, 5, 16, 33, 80], TerminalStyle.Colors.allCases)
  func `no line is wider than the terminal`(columns: Int, colors: TerminalStyle.Colors) throws {
    let images = try [(1, 1), (28, 28), (32, 32), (200, 3), (3, 200), (224, 224)].map { size in
      try ramp(size.0, size.1, caption: ["a class name", "👟"])
    }
    for unicode in [true, false] {
      let style = TerminalStyle(columns: columns, unicode: unicode, colors: colors)
      let text = TerminalPicture.row(images, style)
      let plain = text.replacing(/\u{1B}\[[0-9;]+m/, with: "")
      #expect(plain.split(separator: "\n").allSatisfy { $0.displayWidth <= columns })
      #expect(!plain.contains("\u{1B}") && (colors != .none || plain == text))
      #expect(TerminalPicture.row(images, style) == text)
    }
  }

  @Test func `odd values are shown and never trap`() throws {
    let values: [Float] = [.nan, .infinity, -.infinity, 3.4e38, -3.4e38, 0]
    let style = TerminalStyle(unicode: false)
    let image = try TerminalPicture(values: values, height: 2, width: 3, channels: 1)
    #expect(image.text(style).contains("?") && image.text(style).contains("@"))
    #expect(image.text(TerminalStyle(colors: .trueColor)).contains("?"))
    let flat = try TerminalPicture(values: [7, 7, 7, 7], height: 2, width: 2, channels: 1)
    #expect(Set(flat.text(style)).subtracting("\n").count == 1)
    let two = try TerminalPicture(values: [0, 2, 1, 1], height: 1, width: 2, channels: 2)
    #expect(Set(two.text(style)).subtracting("\n").count == 1)
  }

  @Test func `a wrong size is refused with the numbers`() {
    for (count, size) in [(5, (2, 2, 1)), (0, (0, 0, 1)), (4, (-2, -2, 1)), (1, (Int.max, 2, 3))] {
      let error = #expect(throws: ChartError.self) {
        try TerminalPicture(
          values: Array(repeating: 0, count: count), height: size.0, width: size.1, channels: size.2)
      }
      #expect(error?.description.hasPrefix("\(count) values are no image of \(size.0) x \(size.1)") == true)
    }
  }
}
