/// A unit that may touch a number: a time or a memory size.
public enum QuantityUnit: String, Hashable, Sendable, CaseIterable {
  case milliseconds = "ms"
  case seconds = "s"
  case minutes = "min"
  case hours = "h"
  case days = "d"
  case bytes = "B"
  case kilobytes = "kB"
  case megabytes = "MB"
  case gigabytes = "GB"

  public enum Dimension: String, Hashable, Sendable {
    case time, size
  }

  public var dimension: Dimension {
    switch self {
    case .milliseconds, .seconds, .minutes, .hours, .days: .time
    case .bytes, .kilobytes, .megabytes, .gigabytes: .size
    }
  }

  /// The unit in seconds or in bytes.
  public var factor: Double {
    switch self {
    case .milliseconds: 0.001
    case .seconds: 1
    case .minutes: 60
    case .hours: 3600
    case .days: 86_400
    case .bytes: 1
    case .kilobytes: 1e3
    case .megabytes: 1e6
    case .gigabytes: 1e9
    }
  }
}

/// What a schedule inside `train` counts.
public enum ScheduleUnit: String, Hashable, Sendable, CaseIterable {
  case batches, steps, epochs

  /// Reads `batches` or `batch`, and so on.
  init?(word: String) {
    switch word {
    case "batch", "batches": self = .batches
    case "step", "steps": self = .steps
    case "epoch", "epochs": self = .epochs
    default: return nil
    }
  }
}
