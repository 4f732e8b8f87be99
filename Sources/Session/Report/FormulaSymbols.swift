/// The symbols that formulas know by name.
enum FormulaSymbols {
  struct Sign {
    let text: String
    let attributes: String

    init(_ text: String, isBracket: Bool = false) {
      self.text = text
      attributes = isBracket ? " stretchy=\"false\"" : ""
    }
  }

  static let signs: [Character: Sign] = [
    "+": Sign("+"), "-": Sign("−"), "=": Sign("="), "<": Sign("&lt;"), ">": Sign("&gt;"), "/": Sign("/"),
    "(": Sign("(", isBracket: true), ")": Sign(")", isBracket: true), "[": Sign("[", isBracket: true),
    "]": Sign("]", isBracket: true), "|": Sign("|", isBracket: true), ",": Sign(","), ";": Sign(";"),
    ":": Sign(":"), "!": Sign("!"), "*": Sign("∗"), ".": Sign("."), "→": Sign("→"), "±": Sign("±"),
    "·": Sign("·"),
    "−": Sign("−"), "′": Sign("′"), "≤": Sign("≤"), "≥": Sign("≥"), "≈": Sign("≈"), "×": Sign("×"),
    "Δ": Sign("Δ"), "∑": Sign("∑"), "∇": Sign("∇"), "‖": Sign("‖", isBracket: true), "∞": Sign("∞"),
  ]

  static let letters: [String: String] = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
    "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ", "infty": "∞",
    "nabla": "∇", "partial": "∂", "top": "⊤", "emptyset": "∅",
  ]

  static let functions: [String: String] = [
    "log": "log", "ln": "ln", "exp": "exp", "max": "max", "min": "min", "lim": "lim", "sup": "sup",
    "inf": "inf",
    "sin": "sin", "cos": "cos", "tanh": "tanh", "arg": "arg", "det": "det", "dim": "dim", "Pr": "Pr",
  ]

  static let operators: [String: Sign] = [
    "sum": Sign("∑"), "prod": Sign("∏"), "int": Sign("∫"), "cdot": Sign("·"), "times": Sign("×"),
    "div": Sign("÷"),
    "pm": Sign("±"), "mp": Sign("∓"), "to": Sign("→"), "rightarrow": Sign("→"), "leftarrow": Sign("←"),
    "mapsto": Sign("↦"), "Rightarrow": Sign("⇒"), "mid": Sign("∣"), "le": Sign("≤"), "leq": Sign("≤"),
    "ge": Sign("≥"), "geq": Sign("≥"), "ne": Sign("≠"), "neq": Sign("≠"), "approx": Sign("≈"),
    "sim": Sign("∼"),
    "equiv": Sign("≡"), "propto": Sign("∝"), "in": Sign("∈"), "notin": Sign("∉"), "subset": Sign("⊂"),
    "cup": Sign("∪"), "cap": Sign("∩"), "ll": Sign("≪"), "gg": Sign("≫"), "circ": Sign("∘"),
    "odot": Sign("⊙"),
    "ldots": Sign("…"), "dots": Sign("…"), "cdots": Sign("⋯"), "prime": Sign("′"), "colon": Sign(":"),
    "lVert": Sign("‖", isBracket: true), "rVert": Sign("‖", isBracket: true), "|": Sign("‖", isBracket: true),
    "lvert": Sign("|", isBracket: true), "rvert": Sign("|", isBracket: true),
    "langle": Sign("⟨", isBracket: true), "rangle": Sign("⟩", isBracket: true),
    "{": Sign("{", isBracket: true), "}": Sign("}", isBracket: true), "%": Sign("%"), "$": Sign("$"),
    "_": Sign("_"), "&": Sign("&amp;"), "#": Sign("#"),
  ]

  static let spaces: [String: String] = [
    ",": "0.17em", ":": "0.22em", ";": "0.28em", " ": "0.25em", "!": "-0.17em", "quad": "1em", "qquad": "2em",
  ]

  static let doubleStruck = ["R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "E": "𝔼", "P": "ℙ", "1": "𝟙"]

  /// What carries its scripts above and below when displayed.
  static let withLimits: Set<String> = ["sum", "prod", "max", "min", "lim", "sup", "inf"]
}
