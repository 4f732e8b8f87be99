import COpenBLAS

/// A dense matrix of doubles, row after row.
public struct DoubleMatrix: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  public internal(set) var scalars: [Double]

  /// - Precondition: `scalars` has `rows` × `columns` numbers.
  public init(rows: Int, columns: Int, scalars: [Double]) {
    precondition(scalars.count == rows * columns, "\(scalars.count) numbers for \(rows) x \(columns)")
    (self.rows, self.columns, self.scalars) = (rows, columns, scalars)
  }

  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(rows: rows, columns: columns, scalars: [Double](repeating: value, count: rows * columns))
  }

  /// The matrix with these rows, all as long as the first.
  public init(rows: [[Double]]) {
    self.init(rows: rows.count, columns: rows.first?.count ?? 0, scalars: rows.flatMap { $0 })
  }

  public subscript(row: Int, column: Int) -> Double {
    get { scalars[row * columns + column] }
    set { scalars[row * columns + column] = newValue }
  }

  public func row(_ row: Int) -> [Double] { Array(scalars[row * columns..<(row + 1) * columns]) }

  /// a·b, each transposed first if asked. Cost: m n k multiply-adds of one thread.
  ///
  /// - Precondition: the inner sizes agree.
  public static func product(
    _ a: DoubleMatrix, _ b: DoubleMatrix, transposingFirst: Bool = false, transposingSecond: Bool = false
  ) -> DoubleMatrix {
    let (m, inner) = transposingFirst ? (a.columns, a.rows) : (a.rows, a.columns)
    let (other, n) = transposingSecond ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(inner == other, "product of \(m) x \(inner) and \(other) x \(n)")
    var result = DoubleMatrix(rows: m, columns: n)
    guard m > 0, n > 0, inner > 0 else { return result }
    _ = singleThread
    // The three arrays have exactly the sizes that follow from the shapes checked above.
    unsafe cblas_dgemm(
      CblasRowMajor, transposingFirst ? CblasTrans : CblasNoTrans,
      transposingSecond ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(inner), 1, a.scalars,
      blasint(a.columns), b.scalars, blasint(b.columns), 0, &result.scalars, blasint(n))
    return result
  }

  /// The product of the matrix with a vector.
  public func times(_ vector: [Double]) -> [Double] {
    DoubleMatrix.product(self, DoubleMatrix(rows: vector.count, columns: 1, scalars: vector)).scalars
  }

  /// The product of the transposed matrix with a vector.
  public func transposedTimes(_ vector: [Double]) -> [Double] {
    DoubleMatrix.product(
      self, DoubleMatrix(rows: vector.count, columns: 1, scalars: vector), transposingFirst: true
    ).scalars
  }
}

/// The eigenvalues μ and eigenvectors of a symmetric matrix, A = V diag(μ) Vᵀ.
public struct SymmetricEigen: Sendable {
  /// In ascending order.
  public let values: [Double]
  /// Row j is the eigenvector of `values[j]`: Vᵀ.
  public let vectors: DoubleMatrix

  /// Decomposes a symmetric matrix by LAPACK's `dsyevd` (divide and conquer). Cost: about 9 n³ operations, once.
  ///
  /// - Throws: `notFinite`, or `noEigenvalues` if the iteration does not converge.
  /// - Precondition: the matrix is square.
  public init(_ matrix: DoubleMatrix) throws(TheoryError) {
    let n = matrix.rows
    precondition(n == matrix.columns, "eigenvalues of \(n) x \(matrix.columns)")
    guard matrix.scalars.allSatisfy(\.isFinite) else { throw .notFinite("the matrix of second moments") }
    guard n > 0 else {
      (values, vectors) = ([], matrix)
      return
    }
    _ = singleThread
    var vectors = matrix
    var values = [Double](repeating: 0, count: n)
    // The sizes that the documentation of dsyevd asks for at least.
    var work = [Double](repeating: 0, count: 1 + 6 * n + 2 * n * n)
    var integers = [blasint](repeating: 0, count: 3 + 5 * n)
    var (size, workSize, integerSize) = (blasint(n), blasint(work.count), blasint(integers.count))
    var info: blasint = 0
    // A symmetric matrix is the same in rows and columns; eigenvectors come out as columns of Fortran, rows here.
    unsafe dsyevd_(
      "V", "L", &size, &vectors.scalars, &size, &values, &work, &workSize, &integers, &integerSize, &info)
    guard info == 0 else { throw .noEigenvalues }
    (self.values, self.vectors) = (values, vectors)
  }
}

/// BLAS in one thread: the same bits on every machine, whatever its number of processors.
private let singleThread: Bool = {
  openblas_set_num_threads(1)
  return true
}()

func dot(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "inner product of \(a.count) and \(b.count) numbers")
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}
