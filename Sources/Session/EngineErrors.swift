import Charts
import Datasets
import Language
import Network
import Tables
import Training

/// Turns the errors of the targets below into diagnostics at the place of the command.
enum EngineErrors {
  static func diagnostic(_ error: any Error, at range: ByteRange?) -> Diagnostic {
    switch error {
    case let diagnostic as Diagnostic:
      return range.map { diagnostic.located(at: $0) } ?? diagnostic
    case TableError.unknownColumn(let name, let names), ChartError.table(.unknownColumn(let name, let names)):
      return SessionError.noColumn(name, among: names).diagnostic(at: range)
    case let error as SessionError:
      return error.diagnostic(at: range)
    case let error as any CustomStringConvertible:
      return SessionError.engine(error.description).diagnostic(at: range)
    default:
      return Diagnostic("the command failed", at: range)
    }
  }
}

extension Session {
  /// Runs something whose errors belong to a place of the source.
  func located<Result>(at range: ByteRange, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let stop as Stop {
      throw stop
    } catch let failure as SessionFailure {
      throw failure
    } catch {
      throw EngineErrors.diagnostic(error, at: range)
    }
  }
}
