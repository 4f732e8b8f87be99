import Elementary

/// NumPy's legacy random state: the draws of `numpy.random.seed(s)` and what follows it, bit for bit up to the rounding of
/// one logarithm.
///
/// NumPy keeps this stream fixed (NEP 19). Draws depend on their order, as they do there.
public struct NumPyRandomState: Sendable {
  private var generator: MersenneTwister
  /// The second number of the last normal pair.
  private var spare: Double?

  /// `numpy.random.seed(seed)`, `numpy.random.RandomState(seed)`.
  public init(seed: UInt32) {
    generator = MersenneTwister(seed: seed)
  }

  /// `rand()`: uniform in [0, 1).
  public mutating func uniform() -> Double { generator.uniform() }

  /// `rand(count)`.
  public mutating func uniforms(_ count: Int) -> [Double] { (0..<count).map { _ in uniform() } }

  /// `randn()`: a standard normal number by Marsaglia's polar method, which makes two at a time.
  public mutating func normal() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    var (x, y, square) = (0.0, 0.0, 0.0)
    repeat {
      x = 2 * generator.uniform() - 1
      y = 2 * generator.uniform() - 1
      square = x * x + y * y
    } while square >= 1 || square == 0
    let factor = (-2 * log(square) / square).squareRoot()
    spare = factor * x
    return factor * y
  }

  /// `randn(count)`, or the rows of `randn(rows, columns)` one after the other.
  public mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in normal() } }
}
