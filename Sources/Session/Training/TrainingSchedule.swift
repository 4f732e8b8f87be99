import Language

/// The blocks of a `train` or `step`, with the steps after which they run.
struct TrainingSchedule {
  struct Entry {
    enum Time {
      case everyBatches(Int)
      case everySteps(Int)
      case everyEpochs(Double)
      case start
      case end
      case steps(Set<Int>)
      case when(Expression)
    }

    let time: Time
    let block: Block
    /// A `when` that has held once.
    var isDone = false
  }

  var entries: [Entry] = []
  let batchesPerEpoch: Int

  /// Reads the block of a command; the numbers in it are computed once.
  ///
  /// - Throws: a `Diagnostic` for statements without a time and for counts without meaning.
  init(_ statements: [Statement], batchesPerEpoch: Int, session: Session) throws {
    self.batchesPerEpoch = batchesPerEpoch
    for statement in statements {
      guard case .scheduled(let schedule, let body) = statement.kind else {
        throw SessionError.unscheduled.diagnostic(at: statement.range)
      }
      entries.append(Entry(time: try time(of: schedule, session), block: body))
    }
  }

  private func time(of schedule: Schedule, _ session: Session) throws -> Entry.Time {
    switch schedule {
    case .start: return .start
    case .end: return .end
    case .when(let condition): return .when(condition)
    case .every(let count, .epochs):
      guard let number = try session.evaluate(count).number, number > 0, number.isFinite else {
        throw SessionError.badSchedule("every needs a number of epochs above 0").diagnostic(at: count.range)
      }
      return .everyEpochs(number)
    case .every(let count, let unit):
      guard let number = try session.evaluate(count).wholeNumber, number > 0 else {
        throw SessionError.badSchedule("every needs a whole number of \(unit.rawValue), 1 or more")
          .diagnostic(at: count.range)
      }
      return unit == .batches ? .everyBatches(number) : .everySteps(number)
    case .at(let values, let unit): return .steps(try steps(values, unit, session))
    }
  }

  /// The steps that `at` names; parts of an epoch and log-spaced numbers are rounded to whole steps.
  private func steps(_ expression: Expression, _ unit: ScheduleUnit, _ session: Session) throws -> Set<Int> {
    if unit == .batches {
      throw SessionError.badSchedule("at takes steps or epochs").diagnostic(at: expression.range)
    }
    let value = try session.evaluate(expression)
    let scale = unit == .epochs ? Double(batchesPerEpoch) : 1
    var steps: Set<Int> = []
    for item in value.elements ?? [value] {
      guard let number = item.number, number >= 0, let step = Int(exactly: (number * scale).rounded()) else {
        throw SessionError.badSchedule("at needs numbers of \(unit.rawValue), 0 or more").diagnostic(
          at: expression.range)
      }
      steps.insert(step)
    }
    return steps
  }

  /// Whether an entry's block runs after the step of this number (counted from 1 over the whole run).
  func isDue(_ entry: Entry, after step: Int) -> Bool {
    switch entry.time {
    // Batches are counted inside each epoch from 0, steps over the whole run; both act after that batch's step.
    case .everyBatches(let count): return (step - 1) % batchesPerEpoch % count == 0
    case .everySteps(let count): return (step - 1) % count == 0
    case .everyEpochs(let count):
      let length = count * Double(batchesPerEpoch)
      return whole(Double(step) / length) > whole(Double(step - 1) / length)
    case .steps(let steps): return steps.contains(step)
    case .start, .end, .when: return false
    }
  }

  /// Rounded down, with room for the rounding of the division.
  private func whole(_ value: Double) -> Double { (value + 1e-9).rounded(.down) }

  /// How many blocks will run from one step to another, `when` left out.
  ///
  /// - Parameters:
  ///   - isResumed: those of the start have been run.
  ///   - withEnd: count those of the end.
  func count(from first: Int, to last: Int, isResumed: Bool = false, withEnd: Bool = true) -> Int {
    var count = 0
    for entry in entries {
      switch entry.time {
      case .start: count += isResumed ? 0 : 1
      case .end: count += withEnd ? 1 : 0
      case .when: break
      case .steps(let steps):
        count += steps.count { ($0 > first && $0 <= last) || ($0 == 0 && first == 0 && !isResumed) }
      case .everyBatches, .everySteps, .everyEpochs:
        count += max(0, timesDue(entry.time, upTo: last) - timesDue(entry.time, upTo: first))
      }
    }
    return count
  }

  /// When the blocks of `every` act from one step to another: `after steps 1, 5, 9, …, 97`; nil for other blocks.
  ///
  /// - Parameter isOpen: a condition may end the training before, so that the last step is not known.
  func firstSteps(of entry: Entry, from first: Int, to last: Int, isOpen: Bool) -> String? {
    switch entry.time {
    case .everyBatches, .everySteps, .everyEpochs: break
    case .start, .end, .steps, .when: return nil
    }
    let before = timesDue(entry.time, upTo: first)
    let count = timesDue(entry.time, upTo: max(first, last)) - before
    guard count > 0 else { return "after no step" }
    func step(_ number: Int) -> String { "\(stepDue(entry.time, for: before + number, in: first..<last))" }
    let shown = (1...min(count, 3)).map(step)
    let rest = count <= 3 ? [] : isOpen ? ["…"] : count == 4 ? [step(4)] : ["…", step(count)]
    return "after step\(count == 1 ? "" : "s") \((shown + rest).joined(separator: ", "))"
  }

  /// The step after which an entry is due for the nth time, by bisection.
  private func stepDue(_ time: Entry.Time, for number: Int, in steps: Range<Int>) -> Int {
    var (low, high) = (steps.lowerBound, steps.upperBound)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if timesDue(time, upTo: middle) >= number { high = middle } else { low = middle }
    }
    return high
  }

  /// After how many of the first steps of a run an entry is due, without going through them.
  private func timesDue(_ time: Entry.Time, upTo step: Int) -> Int {
    switch time {
    case .everyBatches(let count):
      let (epochs, batches) = step.quotientAndRemainder(dividingBy: batchesPerEpoch)
      return epochs * Self.multiples(of: count, below: batchesPerEpoch)
        + Self.multiples(of: count, below: batches)
    case .everySteps(let count): return Self.multiples(of: count, below: step)
    case .everyEpochs(let count):
      let length = count * Double(batchesPerEpoch)
      return length < 1 ? step : Int(whole(Double(step) / length))
    case .start, .end, .steps, .when: return 0
    }
  }

  /// How many of 0, count, 2 · count, … lie below a number.
  private static func multiples(of count: Int, below number: Int) -> Int {
    number > 0 ? (number - 1) / count + 1 : 0
  }
}

extension Statement {
  /// `every 4 steps`: what stands before the block of a statement with a time, in one line.
  func scheduleText(in source: Source) -> String {
    guard case .scheduled(_, let block) = kind else { return "" }
    return source[range.lowerBound..<block.range.lowerBound].split { $0 == " " || $0 == "\n" }
      .joined(separator: " ")
  }
}
