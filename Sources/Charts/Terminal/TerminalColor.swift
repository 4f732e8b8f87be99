/// A colour, and the codes that ask a terminal for it or for the nearest that it has.
struct TerminalColor: Equatable {
  enum Layer { case text, background }

  let red: Int
  let green: Int
  let blue: Int

  /// Parts from 0 to 255.
  init(red: Int, green: Int, blue: Int) { (self.red, self.green, self.blue) = (red, green, blue) }

  /// `#rrggbb`; nil for anything else.
  init?(hex: String) {
    guard hex.hasPrefix("#"), hex.utf8.count == 7, let value = Int(hex.dropFirst(), radix: 16), value >= 0
    else { return nil }
    self.init(red: value >> 16, green: value >> 8 & 255, blue: value & 255)
  }

  /// `#rrggbb`.
  var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A colour between this one (part 0) and another (part 1).
  func mixed(with other: TerminalColor, part: Double) -> TerminalColor {
    func mix(_ a: Int, _ b: Int) -> Int { Int((Double(a) + Double(b - a) * part).rounded()) }
    return TerminalColor(
      red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  /// The parameters of the escape sequence, or nil if no colours may be used.
  func code(_ layer: Layer, colors: TerminalStyle.Colors) -> String? {
    let extended = layer == .text ? "38" : "48"
    switch colors {
    case .none: return nil
    case .ansi16: return "\(nearestOf16 + (layer == .text ? 0 : 10))"
    case .ansi256: return "\(extended);5;\(nearestOf256)"
    case .trueColor: return "\(extended);2;\(red);\(green);\(blue)"
    }
  }

  private func distance(to other: TerminalColor) -> Int {
    let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
    return r * r + g * g + b * b
  }

  /// The colours 31...36 and bright black as present terminals show them; each user's theme differs a little.
  private static let sixteen: [(code: Int, color: TerminalColor)] = [
    (31, TerminalColor(red: 205, green: 49, blue: 49)), (32, TerminalColor(red: 13, green: 188, blue: 121)),
    (33, TerminalColor(red: 229, green: 229, blue: 16)), (34, TerminalColor(red: 36, green: 114, blue: 200)),
    (35, TerminalColor(red: 188, green: 63, blue: 188)), (36, TerminalColor(red: 17, green: 168, blue: 205)),
    (90, TerminalColor(red: 102, green: 102, blue: 102)),
  ]

  private var nearestOf16: Int {
    let isGrey = max(red, green, blue) - min(red, green, blue) < 24
    let choices = Self.sixteen.filter { ($0.code == 90) == isGrey }
    return choices.min { distance(to: $0.color) < distance(to: $1.color) }?.code ?? 39
  }

  /// xterm's cube of six levels a part (16...231) and its 24 greys (232...255).
  private var nearestOf256: Int {
    let levels = [0, 95, 135, 175, 215, 255]
    func level(_ part: Int) -> Int {
      levels.indices.min { abs(levels[$0] - part) < abs(levels[$1] - part) } ?? 0
    }
    let (r, g, b) = (level(red), level(green), level(blue))
    let shade = min(23, max(0, ((red + green + blue) / 3 - 3) / 10))
    let cube = TerminalColor(red: levels[r], green: levels[g], blue: levels[b])
    let grey = TerminalColor(red: 8 + 10 * shade, green: 8 + 10 * shade, blue: 8 + 10 * shade)
    return distance(to: grey) < distance(to: cube) ? 232 + shade : 16 + 36 * r + 6 * g + b
  }
}
