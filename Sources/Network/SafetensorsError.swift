import Tables
import Tensor

/// What can be wrong with a safetensors file.
public enum SafetensorsError: Error, Equatable, Sendable {
  case missing(path: String)
  case notAFile(path: String)
  case noPermission(path: String)
  case unreadable(path: String)
  case notWritable(FileError)
  case empty(path: String)
  case tooLarge(path: String, bytes: Int, limit: Int)
  case truncated(path: String, expected: Int, found: Int)
  case oversizedHeader(path: String, length: UInt64, limit: Int)
  case malformedHeader(path: String, byte: Int, reason: String)
  case repeatedName(path: String, name: String)
  case unsupportedType(path: String, tensor: String, type: String)
  case wrongRange(path: String, tensor: String, reason: String)
  case trailingBytes(path: String, expected: Int, found: Int)
}

extension SafetensorsError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .missing(let path): "\(path): no such file"
    case .notAFile(let path): "\(path) is a folder, device or pipe, not a file"
    case .noPermission(let path): "\(path): no permission; change its mode (chmod) or copy it"
    case .unreadable(let path): "\(path) cannot be read: the system refused"
    case .notWritable(let error): "\(error)"
    case .empty(let path): "\(path) is empty; copy or save it again"
    case .tooLarge(let path, let bytes, let limit):
      "\(path) holds \(bytes) bytes; at most \(limit) are read"
    case .truncated(let path, let expected, let found):
      "\(path) is cut short: \(expected) bytes expected, \(found) found; copy or save it again"
    case .oversizedHeader(let path, let length, let limit):
      "\(path) is no safetensors file or is damaged: it claims a header of \(length) bytes; the limit is \(limit)"
    case .malformedHeader(let path, let byte, let reason):
      "\(path): the header is malformed at its byte \(byte): \(reason)"
    case .repeatedName(let path, let name): "\(path) holds two entries called '\(name)'"
    case .unsupportedType(let path, let tensor, let type):
      "\(path): '\(tensor)' has elements of type \(type); F32, F64, F16, BF16 and I64 can be read"
    case .wrongRange(let path, let tensor, let reason):
      "\(path): '\(tensor)' does not fit its bytes: \(reason); the file is damaged"
    case .trailingBytes(let path, let expected, let found):
      "\(path): its tensors end at byte \(expected) of \(found); the file is damaged"
    }
  }
}
