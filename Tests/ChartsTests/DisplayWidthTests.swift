import Charts
import Testing

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("sandal", 6), ("ankle boot", 10), ("日本語", 6), ("ﾆﾎﾝ", 3), ("ＡＢ", 4), ("한국", 4), ("👟", 2),
    ("👩‍🔬", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("e\u{301}", 1), ("\u{301}", 0),
    ("S(x → x′)", 9), ("naïve", 5), ("\u{200B}", 0), ("\u{1B}", 0), ("⠿█┤", 3), ("한", 2),
  ])
  func `a text takes as many columns as a terminal gives it`(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: [
    ("sandal", 6, "sandal"), ("sandal", 5, "sand…"), ("ankle boot", 7, "ankle…"), ("日本語", 5, "日本…"),
    ("日本語", 4, "日…"), ("日本語", 1, ""), ("ab", 1, "a"), ("ab", 0, ""), ("ab", -3, ""),
    ("👩‍🔬👩‍🔬", 3, "👩‍🔬…"),
  ])
  func `a text is cut between characters and says so`(text: String, width: Int, cut: String) {
    #expect(text.shortened(toWidth: width) == cut)
    #expect(text.shortened(toWidth: width).displayWidth <= max(0, width))
  }
}

@Suite struct TerminalStyleTests {
  @Test(arguments: [
    (["TERM": "xterm-256color", "LANG": "en_GB.UTF-8"], true, true, TerminalStyle.Colors.ansi256),
    (["TERM": "xterm-256color", "LANG": "en_GB.UTF-8"], false, true, .none),
    (["TERM": "xterm", "COLORTERM": "truecolor", "LANG": "C"], true, false, .trueColor),
    (["TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.utf8"], true, true, .none),
    (["TERM": "xterm", "NO_COLOR": "", "LC_ALL": "", "LC_CTYPE": "de_DE.utf-8@euro"], true, true, .ansi16),
    (["TERM": "dumb", "LC_ALL": "C", "LANG": "en_GB.UTF-8"], true, false, .none),
    (["TERM": "linux", "LANG": "en_GB.UTF-8"], true, false, .ansi16), ([:], true, false, .none),
  ])
  func `the environment decides on Unicode and colours`(
    environment: [String: String], isTerminal: Bool, unicode: Bool, colors: TerminalStyle.Colors
  ) {
    let style = TerminalStyle(columns: 0, rows: -1, environment: environment, isTerminal: isTerminal)
    #expect(style == TerminalStyle(columns: 80, rows: 24, unicode: unicode, colors: colors))
  }
}
