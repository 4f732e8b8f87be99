import Language
import Tables

/// The reference manual, made from the declarations.
public enum Manual {
  /// The manual as Markdown.
  /// - Parameter commandLine: the program's own account of its flags.
  public static func markdown(commandLine: String) -> String {
    let sections = [
      introduction, "## Command line\n\n" + indented(commandLine), exitCodes, prompt, notebooks, grammar,
      "## Statements\n\n" + statements,
      "## Verbs\n\n" + Registry.verbs.map(section).joined(separator: "\n\n"),
      "## Recipes\n\nValues that say what to do: optimisers, and the updates of `measure`.\n\n"
        + Registry.recipes.map(section).joined(separator: "\n\n"),
      "## Functions\n\n" + functions, "## Words of the field\n\n" + words, json,
    ]
    return sections.joined(separator: "\n\n") + "\n"
  }

  private static let introduction = """
    # srel-repl: reference manual

    Made by `srel-repl --manual` from the declarations that also check every command; version \(Version.program), language \
    \(Version.language). `help NAME` shows the same at the prompt.
    """

  private static let exitCodes = """
    ## Exit codes

    | code | meaning |
    |---|---|
    | 0 | all went well |
    | 1 | a command failed |
    | 2 | the script, an option or a parameter is wrong; nothing was run |
    | 3 | an assertion failed |
    | 4 | with --verify or --reprun: a run differs from the record, or from the other one |
    | 129 | the terminal was closed; what was made so far is kept |
    | 130 | stopped by Ctrl-C; what was made so far is kept |
    | 143 | terminated; what was made so far is kept |

    The first failure decides. A pipe stops at the first error as a file does; `--keep-going` goes on.
    """

  private static let prompt = """
    ## At the prompt

    | typed | meaning |
    |---|---|
    | `?`, `?train` | help, help on one name |
    | `train net ?` | help on what is being typed; the input comes back without the `?` |
    | `??TEXT` | everything in the help that speaks of a text |
    | `!COMMAND` | a command of the system's shell (not with `--safe`) |
    | up, down | earlier inputs that begin with what is typed; Ctrl-R searches inside them |
    | Ctrl-X Ctrl-E | the input in `$VISUAL` or `$EDITOR` |
    | `_`, `_3` | the last result, the third one |
    | `tra net on=d` | verbs may be cut short where that is unambiguous; the whole command is shown |
    | Ctrl-C | clears the input; in a command the first finishes the step and keeps everything, a second abandons it |

    Commands in `$XDG_CONFIG_HOME/srel-repl/init.srel` (`~/.config/srel-repl/init.srel`) are run first, unless `--no-init` is
    given. Long results go through `$PAGER`, or `less` where that is not set. With `--safe` there is no shell, text editor or pager, no history is kept, and
    files are written only below the folder of `--out`.
    """

  private static let notebooks = """
    ## Notebooks

    A cell begins with a line `# %% NAME OPTION=…`, a cell of prose with `# %% [markdown] NAME`; in `.srel.md` a cell is a fence
    ```` ```srel NAME OPTION=… ````. The options of a cell, of which prose takes
    \(Registry.proseOptions.map { "`\($0.name)`" }.joined(separator: ", ")):

    \(table(Registry.cellOptions.map { row($0) }))

    A run leaves these in `NAME.out`, or in the folder of `--out`; where the folder of the notebook cannot be written, in one below
    `$XDG_CACHE_HOME/srel-repl`. Each is written under another name first, and after every cell anew.

    | file | what it holds |
    |---|---|
    | `outputs.json` | for each cell: its options, what it said, its figures and files, its error, digests of its values |
    | `report.html` | the same for people, with the code and the prose |
    | `figures/`, `results/` | what `plot` and `save` wrote |
    | `run.json` | when, where, how and for how long it ran |
    | `cache/` | what each cell made: a cell of which nothing has changed is taken from there; `--fresh` takes nothing |
    | `checkpoints/` | trainings that were stopped half-way: `--resume` goes on with them, `--fresh` begins anew |
    | `.gitignore` | names the files that are not meant to be shared |

    Two runs of a notebook differ in `run.json` alone. `--verify` runs a notebook again in a folder of its own, with the recorded
    parameters where no -p is given, and says for each cell what differs from the record. Numbers in texts, values, CSV, JSON lines,
    NPZ and safetensors may differ by `tol=` times the larger of the two; with a `tol=` drawings are not compared, but the tables
    beside them are. Everything else has to be the same. `--reprun` runs it twice and compares exactly. A second run that would write to the same folder at the same time is refused.
    """

  private static let grammar = """
    ## Grammar

    ```
    program  = { statement ( NEWLINE | ";" ) }
    statement = "use" "srel" NUMBER
             | "param" NAME "=" value [ STRING ]
             | "repeat" NAME "in" value { option } block
             | "every" value ( "batches" | "steps" | "epochs" ) block
             | "at" ( "start" | "end" | value ( "steps" | "epochs" ) ) block
             | "when" "(" expression ")" block
             | "if" expression block { "else" "if" expression block } [ "else" block ]
             | "assert" expression [ STRING ]
             | "def" NAME "(" [ NAME [ "=" expression ] { "," … } ] ")" block
             | NAME "=" ( command | repeat | expression )
             | command | expression
    command  = VERB { thing } { NAME "=" value } [ block ]
    block    = "{" program "}"
    value    = an expression of the levels  ..   + -   * / %   unary -   ^
    expression adds  or   and   not   == != < <= > >=
    thing    = NUMBER [UNIT] | STRING | NAME | yes | no | "[" … "]" | "(" expression ")" | (name=value, …),
               then any of  .NAME  (arguments)  [index or condition]  that touch it
    ```

    Words are names, parentheses compute: an option with words of its own takes them literally, `distance=(d)` is the variable.
    `#` begins a comment, `\\` at the end of a line joins it with the next. A verb touched by `(` is a call of it:
    `train(net, on=d)`. `every`, `at` and `when` stand in the blocks of `train` and `step`; there `step`, `epoch`, `loss`,
    `accuracy` and the name of the run are defined.
    """

  private static let json = """
    ## JSON

    With `--json` every result is one line of JSON on stdout. Numbers, strings and `true` / `false` stand for themselves; a
    missing entry is `null`, and numbers that JSON lacks are `"nan"`, `"inf"`, `"-inf"`. Words are strings, lists arrays,
    records objects, tables arrays of records. A data set, model, recipe, run, series of runs, figure or definition is an object
    with a `kind`. Help and other words are `{"text": …}`. An error is
    `{"error": {"title", "file", "line", "column", "text", "why", "hint", "notes", "exit_code"}}`, without the fields that do
    not apply; it is also told on stderr in words.
    """

  /// A table for each kind of word, and one of the columns.
  private static var words: String {
    let parts = Glossary.sections.map { section in
      let rows = section.entries.map { ("`\($0.name)`", $0.meaning) }
      return "### \(section.title)\n\n" + meanings(rows)
    }
    let columns = Table.Schema.words.map { ("`\($0.name)` (\($0.tables))", $0.meaning) }
    return (parts + ["### Columns\n\n" + meanings(columns)]).joined(separator: "\n\n")
  }

  private static func meanings(_ rows: [(name: String, meaning: Meaning)]) -> String {
    let lines = rows.map { name, meaning in
      let cells = [meaning.formula, meaning.direction, meaning.unit, meaning.source].map { escaped($0 ?? "") }
      return "| \(name) | \(cells.joined(separator: " | ")) |"
    }
    return "| | meaning | a high number says | unit | source |\n|---|---|---|---|---|\n"
      + lines.joined(separator: "\n")
  }

  private static func section(_ verb: Verb) -> String {
    var parts = ["### \(verb.name)", sentence(verb.doc), "    \(verb.usage)"]
    let things = verb.things.map { ("\($0.name)", $0.kind.description, "", $0.doc) }
    let options = verb.options.map { row($0) }
    let (kind, doc) = verb.furtherOptions.help
    let further = verb.furtherOptions.usage.map { [($0, kind, "", doc)] } ?? []
    let rows = things + options + further
    if !rows.isEmpty { parts.append(table(rows)) }
    parts += verb.notes.map(sentence)
    parts.append("Example: `\(verb.example)`")
    return parts.joined(separator: "\n\n")
  }

  private static func section(_ recipe: RecipeDeclaration) -> String {
    [
      "### \(recipe.name)",
      "\(sentence(recipe.doc)) Used as \(recipe.roles.map(\.article).joined(separator: " or ")).",
      table(recipe.options.map { row($0) }), "Example: `\(recipe.example)`",
    ].joined(separator: "\n\n")
  }

  private static var statements: String {
    let rows = Registry.statements.map { "| `\(escaped($0.usage))` | \($0.doc) | `\(escaped($0.example))` |" }
    return "| statement | meaning | example |\n|---|---|---|\n" + rows.joined(separator: "\n")
  }

  /// A bar would end the cell of a Markdown table, even in code.
  private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }

  private static var functions: String {
    let rows = Registry.functions.map { function in
      let usage = function.usage.map { "`\($0)`" }.joined(separator: ", ")
      return "| \(usage) | \(function.doc) | `\(function.example)` |"
    }
    return "| call | meaning | example |\n|---|---|---|\n" + rows.joined(separator: "\n")
  }

  private static func row(_ option: OptionDeclaration) -> (String, String, String, String) {
    let fallback = option.isRequired ? "needed" : option.defaultText.map { "`\($0)`" } ?? ""
    return (option.name + "=", option.kind.description, fallback, option.doc)
  }

  private static func table(_ rows: [(String, String, String, String)]) -> String {
    let lines = rows.map { name, kind, fallback, doc in "| `\(name)` | \(kind) | \(fallback) | \(doc) |" }
    return "| | takes | default | |\n|---|---|---|---|\n" + lines.joined(separator: "\n")
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.allSatisfy { $0 == " " } ? "" : "    " + $0 }.joined(separator: "\n")
      .replacing("\n\n\n", with: "\n\n")
  }
}
