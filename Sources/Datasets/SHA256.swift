import CCrypto

/// The SHA-256 of a file.
///
/// - Throws: the errors of reading a file.
public func sha256(ofFile path: String) throws(DatasetError) -> String { sha256(try readFile(path)) }

/// The SHA-256 of the bytes (FIPS 180-4), as 64 hexadecimal digits.
///
/// Binds libcrypto's one-shot function: both pointers are lent for the call only; the result has 32 bytes.
public func sha256(_ bytes: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  _ = SHA256(bytes, bytes.count, &digest)
  return digest.map(hexadecimal).joined()
}
