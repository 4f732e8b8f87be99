import CKernels

/// The instructions with which the innermost loops run.
///
/// Each element of a matrix product is summed in an order that depends on nothing but the inner dimension, and each term is
/// added in one rounding, so all of them give the same bits, for any number of rows. A processor without fused multiply-add
/// computes that rounding from others, several times as slowly.
public enum Instructions: String, CaseIterable, Sendable {
  case portable
  case avx2 = "AVX2"
  case avx512 = "AVX-512"

  /// The fastest that this processor has.
  public static let best = allCases.last { $0.isSupported } ?? .portable

  /// What all products are computed with: `AVX2 loops; double precision by OpenBLAS 0.3.21, Haswell kernels`.
  public static var ofProducts: String {
    "\(best.rawValue) loops; double precision by OpenBLAS \(Workers.libraryVersion), \(Workers.kernelName) kernels"
  }

  public var isSupported: Bool { has_instructions(set) }

  /// What the C loops call it.
  var set: instructions {
    switch self {
    case .portable: PORTABLE
    case .avx2: AVX2
    case .avx512: AVX512
    }
  }

  /// The columns of one panel of the right operand of a product.
  var panelColumns: Int { tile_columns(set) }

  /// panel[k, c] = scale · right[k · row + c · column], with columns of 0 up to the width of a panel.
  func pack(
    _ right: UnsafePointer<Float>, row: Int, column: Int, depth: Int, columns: Int, scale: Float = 1,
    into panel: UnsafeMutablePointer<Float>
  ) {
    tile_pack(set, right, row, column, depth, columns, scale, panel)
  }

  /// Multiplies all rows of the left operand with one panel.
  func multiply(_ product: inout tile_product) { tile_multiply(set, &product) }
}
