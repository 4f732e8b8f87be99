import CTiles

/// The instructions with which matrix products are computed.
///
/// Each element of a product is summed in an order that depends on nothing but the inner dimension, so `avx2` and
/// `avx512` give the same bits, for any number of rows; `portable` rounds after each multiplication where the processor
/// has no fused multiply-add.
public enum ProductKernel: String, CaseIterable, Sendable {
  case portable
  case avx2 = "AVX2"
  case avx512 = "AVX-512"

  /// The fastest kernel that this processor can run.
  public static let best = allCases.last { $0.isSupported } ?? .portable

  /// Whether this processor has the instructions.
  public var isSupported: Bool { tile_supported(tile) }

  /// The columns of one panel of the right operand.
  var columns: Int { tile_columns(tile) }

  private var tile: tile_kernel {
    switch self {
    case .portable: TILE_PORTABLE
    case .avx2: TILE_AVX2
    case .avx512: TILE_AVX512
    }
  }

  /// panel[k, c] = scale · right[k · row + c · column], with columns of 0 up to the width of a panel.
  func pack(
    _ right: UnsafePointer<Float>, row: Int, column: Int, depth: Int, columns: Int, scale: Float = 1,
    into panel: UnsafeMutablePointer<Float>
  ) {
    tile_pack(tile, right, row, column, depth, columns, scale, panel)
  }

  /// Multiplies all rows of the left operand with one panel.
  func multiply(_ product: inout tile_product) { tile_multiply(tile, &product) }
}
