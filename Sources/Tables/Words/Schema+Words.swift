extension Table.Schema {
  /// What a column holds in certain tables.
  public struct ColumnWords: Sendable, Hashable {
    public let name: String
    /// The tables that have it.
    public let tables: String
    public let meaning: Meaning

    init(_ name: String, in tables: String, _ meaning: Meaning) {
      (self.name, self.tables, self.meaning) = (name, tables, meaning)
    }
  }

  /// Every column of the product's own tables; one that means several things comes several times.
  public static let words: [ColumnWords] =
    places + ways + pairsOfSamples + numbers + certainty + comparisons + phases + further

  /// What the columns of that name hold, under its present or its former name.
  public static func words(for name: String) -> [ColumnWords] {
    let found = words.filter { $0.name == name }
    return found.isEmpty ? words.filter { $0.name == presentName(of: name) } : found
  }

  private static let all = "all tables of runs"
  private static let measurements = "measure"

  /// Where in a training a row stands.
  private static let places: [ColumnWords] = [
    ColumnWords(
      "run", in: all, Meaning("the name of the run, with the value of the repeat that made it")),
    ColumnWords("seed", in: all, Meaning("the root of all random draws of the run")),
    ColumnWords(
      "epoch", in: all,
      Meaning("steps taken / batches of an epoch, parts counted", high: "later", unit: "epochs")),
    ColumnWords(
      "step", in: all,
      Meaning(
        "steps taken so far; a measurement is made after that step, at the weights it left, and step 0 is before the first",
        high: "later", unit: "steps")),
    ColumnWords(
      "time", in: "solve, compare",
      Meaning("the time of gradient flow: step × lr", high: "later", unit: "lr × steps")),
    ColumnWords(
      "loss", in: "measure, history",
      Meaning(
        "mean loss of the batch of that step, found before the step: S beside it is measured after the step; missing at step 0, and `evaluate` gives the loss after it",
        high: "the batch was not fitted", unit: "nats (cross_entropy), squared outputs (mse)")),
    ColumnWords(
      "loss", in: "evaluate",
      Meaning(
        "mean loss over the data set, at the weights after that step", high: "the data are not fitted",
        unit: "nats (cross_entropy), squared outputs (mse)")),
    ColumnWords(
      "loss", in: "solve, phases",
      Meaning(
        "the training loss at that time; in phases: at the onset", high: "the data are not fitted",
        unit: "that of the loss")),
    ColumnWords(
      "accuracy", in: "measure, history",
      Meaning(
        "share of the batch of that step that was classified rightly before the step, as loss; missing at step 0",
        high: "the batch was classified rightly", unit: "none, 0 to 1")),
    ColumnWords(
      "accuracy", in: "evaluate",
      Meaning(
        "share of the data set that is classified rightly after that step",
        high: "the data are classified rightly",
        unit: "none, 0 to 1")),
    ColumnWords("data", in: "evaluate", Meaning("the data set, or test")),
  ]

  /// How was measured.
  private static let ways: [ColumnWords] = [
    ColumnWords("update", in: measurements, Meaning("the rule of the step taken at a source")),
    ColumnWords(
      "update_lr", in: measurements,
      Meaning("the learning rate of that step, 0 where it has none", high: "a larger step", unit: "none")),
    ColumnWords("control", in: measurements, Meaning("what was taken out: none, bias_only or shuffle")),
    ColumnWords(
      "controls", in: measurements,
      Meaning(
        "the update that a control row controls, missing where control is none: bias_only rows come once for each update, with its lr"
      )),
    ColumnWords("distance", in: measurements, Meaning("the D by which S = D(x')/D(x) is formed")),
    ColumnWords(
      "average", in: "measure, averages", Meaning("how the S of all pairs of two classes became one number")),
    ColumnWords("summary", in: "locality, plan", Meaning("the number of locality in the row")),
    ColumnWords(
      "source_class", in: "measure, solve",
      Meaning("the class (with group=: the attribute) of x, where the step is taken")),
    ColumnWords(
      "probe_class", in: "measure, solve",
      Meaning(
        "the class (with group=: the attribute) of x', whose prediction is watched; permuted in control=shuffle"
      )),
    ColumnWords("same", in: "measure, solve", Meaning("whether the two classes are one")),
  ]

  private static let pairsOfSamples: [ColumnWords] = [
    ColumnWords(
      "source_id", in: "measure keep=pairs, solve", Meaning("the number of x in the data set it came from")),
    ColumnWords(
      "probe_id", in: "measure keep=pairs, solve", Meaning("the number of x' in the data set it came from")),
    ColumnWords(
      "d_source", in: "measure keep=pairs, solve",
      Meaning(
        "D(x), how far the step moved the prediction at its own sample", high: "the source moved far",
        unit: "that of the distance")),
    ColumnWords(
      "d_probe", in: "measure keep=pairs, solve",
      Meaning(
        "D(x'), how far the step at x moved the prediction at x'", high: "the probe moved far",
        unit: "that of the distance")),
    ColumnWords(
      "sign", in: "measure keep=pairs, solve",
      Meaning(
        "the sign of the change of one output, of the loss or of the margin at x'; 1 for other distances, 0 where nothing moved",
        high: "it rose", unit: "none: -1, 0 or 1")),
  ]

  private static let numbers: [ColumnWords] = [
    ColumnWords(
      "value", in: "measure, solve, averages",
      Meaning(
        "S(x → x') = D(x') / D(x) of a pair, or an average of it: D by the column distance, after the step of the column update at x, from the weights after the training step of the row",
        high: "a step at x moves x' far: little locality where x and x' differ",
        unit: "none, a ratio; S(x → x) = 1",
        source: "relative similarity S_rel of He & Su, arXiv 1910.06943")),
    ColumnWords(
      "value", in: "locality, difference, predict, solve of weights",
      Meaning("the number that the keys of the row name", unit: "that of the number")),
    ColumnWords(
      "low", in: "tables with intervals",
      Meaning(
        "lower end of the 95 % interval of the number before it; missing where there is none, and note says why",
        unit: "that of the number")),
    ColumnWords(
      "high", in: "tables with intervals",
      Meaning(
        "upper end of the 95 % interval of the number before it; missing where there is none, and note says why",
        unit: "that of the number")),
    ColumnWords(
      "n", in: "measure, averages, locality", Meaning("pairs that the number is made of", unit: "pairs")),
    ColumnWords(
      "n", in: "mean, sd, … by=, evaluate, compare, phases",
      Meaning("values, samples or measurements that the number is made of")),
    ColumnWords(
      "sources", in: "measure, averages, locality, plan",
      Meaning("different sources among the pairs; in plan: those needed in each class", unit: "samples")),
    ColumnWords(
      "probes", in: "measure, averages, locality, plan",
      Meaning("different probes among the pairs; in plan: those needed in each class", unit: "samples")),
    ColumnWords(
      "zeros", in: "measure, averages, locality",
      Meaning(
        "pairs with S = 0, which geomean leaves out", high: "many probes do not move at all", unit: "pairs")),
    ColumnWords(
      "dropped", in: "measure, averages, locality",
      Meaning(
        "pairs without an S: D(x) is too small to divide by, or D(x') is lost in rounding",
        high: "the number speaks of few of the pairs", unit: "pairs")),
  ]

  private static let certainty: [ColumnWords] = [
    ColumnWords(
      "note", in: "tables with intervals", Meaning("why there is no interval, or what else to know")),
    ColumnWords(
      "runs", in: "over=seed, phases, plan", Meaning("runs that the number is made of", unit: "runs")),
    ColumnWords(
      "p", in: "locality",
      Meaning(
        "share of permuted class labels whose auc or geomean_ratio is as far from that of no locality",
        high: "labels and S may have nothing to do with each other", unit: "probability",
        source: "quadratic assignment, Mantel 1967; Krackhardt 1988")),
    ColumnWords(
      "p", in: "difference, phases",
      Meaning(
        "difference: of the hypothesis that conditions do not differ, corrected for the comparisons; phases: an upper value of the share of noise curves that gain as much",
        high: "chance may explain it", unit: "probability")),
    ColumnWords(
      "p_labels", in: "locality",
      Meaning(
        "the same for means: labels matter for S, with or without locality", high: "labels may not matter",
        unit: "probability", source: "quadratic assignment, Mantel 1967; Krackhardt 1988")),
  ]

  private static let comparisons: [ColumnWords] = [
    ColumnWords(
      "between", in: "difference, phases between=", Meaning("the column whose entries are compared")),
    ColumnWords("level", in: "difference, phases between=", Meaning("one entry of it")),
    ColumnWords("against", in: "difference, phases between=", Meaning("the entry that it is compared with")),
    ColumnWords(
      "effect", in: "difference",
      Meaning("what value is: a ratio level / against, or a difference level - against")),
    ColumnWords(
      "pairs", in: "difference", Meaning("entries of paired= that have both numbers", unit: "pairs")),
    ColumnWords(
      "comparisons", in: "difference, phases between=",
      Meaning("how many comparisons interval and p are corrected for")),
    ColumnWords("pilot_runs", in: "plan", Meaning("runs of the table that was planned from", unit: "runs")),
    ColumnWords(
      "pilot_width", in: "plan",
      Meaning(
        "high - low of the pilot, over the value but for lantk and auc", high: "the pilot is uncertain",
        unit: "none")),
    ColumnWords(
      "width", in: "plan",
      Meaning(
        "high - low that the planned sizes give, over the value but for lantk and auc",
        high: "even so many samples leave it uncertain", unit: "none")),
  ]

  private static let phases: [ColumnWords] = [
    ColumnWords("outcome", in: "phases", Meaning("what can be said of the curve; `help phases` lists it")),
    ColumnWords(
      "onset", in: "phases",
      Meaning(
        "t*, the last joint of straight segments of log S over log t, where S settles",
        high: "S settles late",
        unit: "that of the times")),
    ColumnWords(
      "onset_against", in: "phases between=",
      Meaning("t* of the entry that is compared with", high: "S settles late", unit: "that of the times")),
    ColumnWords("runs_settling", in: "phases", Meaning("runs that settle when taken alone", unit: "runs")),
    ColumnWords(
      "runs_against", in: "phases between=", Meaning("runs of the entry that is compared with", unit: "runs")),
    ColumnWords(
      "correlation", in: "phases",
      Meaning(
        "correlation of what the fit leaves at neighboring measurements",
        high: "the curve wanders: joints are found in noise more easily", unit: "none, -1 to 1")),
    ColumnWords(
      "moved", in: "phases",
      Meaning(
        "the factor by which the fitted S moved before t*", high: "a large change", unit: "none, a ratio")),
    ColumnWords(
      "early_slope", in: "phases",
      Meaning(
        "slope of log S over log t before t*", high: "S rises steeply", unit: "decades of S per decade of t")),
    ColumnWords(
      "late_slope", in: "phases",
      Meaning(
        "slope of log S over log t after t*", high: "S still rises", unit: "decades of S per decade of t")),
    ColumnWords(
      "level", in: "phases",
      Meaning("fitted S at the end", high: "steps move others far at the end", unit: "none, a ratio")),
    ColumnWords(
      "left_out", in: "phases",
      Meaning("measurements without a logarithm, or not shared by all runs", unit: "measurements")),
    ColumnWords(
      "spikes", in: "phases",
      Meaning("measurements far off the curve, as where a D(x) crosses 0", unit: "measurements")),
    ColumnWords(
      "first_spike", in: "phases", Meaning("the time of the first of them", unit: "that of the times")),
  ]

  private static let further: [ColumnWords] = [
    ColumnWords("model", in: "solve", Meaning("the closed form")),
    ColumnWords("formula", in: "solve ridge", Meaning("correct, or as published")),
    ColumnWords("weight", in: "solve of weights", Meaning("the name of a weight")),
    ColumnWords("part", in: "solve gate", Meaning("whether the step at the source moves the output there")),
    ColumnWords("x0", in: "solve gate", Meaning("the first coordinate of the point")),
    ColumnWords("x1", in: "solve gate", Meaning("the second coordinate of the point")),
    ColumnWords("quantity", in: "compare", Meaning("what is compared")),
    ColumnWords(
      "closed_form", in: "compare", Meaning("the quantity by the formula", unit: "that of the quantity")),
    ColumnWords(
      "network", in: "compare", Meaning("the quantity of the trained network", unit: "that of the quantity")),
    ColumnWords(
      "difference", in: "compare",
      Meaning(
        "|closed form - network|, of weights and S the largest", high: "formula and network part",
        unit: "that of the quantity")),
    ColumnWords("state", in: "predict", Meaning("before or after the step at the source")),
    ColumnWords("output", in: "predict", Meaning("the number of the output")),
    ColumnWords("id", in: "predict", Meaning("the number of the sample in the data set it came from")),
    ColumnWords("target", in: "predict", Meaning("the target, or 1 for the sample's class and 0 else")),
  ]
}
