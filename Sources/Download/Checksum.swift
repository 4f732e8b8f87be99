import CCrypto
import Foundation

/// The checksum of a file in the form in which its publisher gives it: hexadecimal digits in lower case.
public enum Checksum: Hashable, Sendable, CustomStringConvertible {
  case md5(String)
  case sha256(String)

  /// `md5 c32a1d4a…`
  public var description: String {
    switch self {
    case .md5(let digits): "md5 \(digits)"
    case .sha256(let digits): "sha256 \(digits)"
    }
  }

  /// The checksum of the same form of a file's contents, read piece by piece.
  ///
  /// - Throws: `DownloadError.unreadable`.
  func computed(ofFile path: String) throws(DownloadError) -> Checksum {
    guard let file = FileHandle(forReadingAtPath: path) else { throw .unreadable(path: path) }
    defer { try? file.close() }
    // Safe: OpenSSL's context is made, used and freed here; each array is lent for the length of one call.
    guard let context = unsafe EVP_MD_CTX_new() else { throw .unreadable(path: path) }
    defer { unsafe EVP_MD_CTX_free(context) }
    let algorithm =
      switch self {
      case .md5: unsafe EVP_md5()
      case .sha256: unsafe EVP_sha256()
      }
    guard unsafe EVP_DigestInit_ex(context, algorithm, nil) == 1 else { throw .unreadable(path: path) }
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
        let bytes = [UInt8](piece)
        unsafe EVP_DigestUpdate(context, bytes, bytes.count)
      }
    } catch { throw .unreadable(path: path) }
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    unsafe EVP_DigestFinal_ex(context, &digest, &length)
    let digits = digest.prefix(Int(length)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return switch self {
    case .md5: .md5(digits)
    case .sha256: .sha256(digits)
    }
  }
}
