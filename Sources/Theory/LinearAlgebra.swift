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

/// The eigenvalues μ and eigenvectors of a symmetric matrix without negative eigenvalues, A = V diag(μ) Vᵀ.
struct SemidefiniteEigen: Sendable {
  /// In ascending order. Those below n·ε·μ_max count as 0.
  let values: [Double]
  /// Row j is the eigenvector of `values[j]`: Vᵀ.
  let vectors: DoubleMatrix

  /// Decomposes the matrix by LAPACK's `dsyevd` (divide and conquer). Cost: about 9 n³ operations, once.
  ///
  /// - Throws: `notFinite`, or `noEigenvalues` if the iteration does not converge.
  /// - Precondition: the matrix is square.
  init(_ matrix: DoubleMatrix) throws(TheoryError) {
    let n = matrix.rows
    precondition(n == matrix.columns, "eigenvalues of \(n) x \(matrix.columns)")
    guard matrix.scalars.allSatisfy(\.isFinite) else { throw .notFinite("the matrix of kernels") }
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
    // A symmetric matrix is the same in rows and columns; eigenvectors come out as columns of Fortran, rows
    // here.
    unsafe dsyevd_(
      "V", "L", &size, &vectors.scalars, &size, &values, &work, &workSize, &integers, &integerSize, &info)
    guard info == 0 else { throw .noEigenvalues }
    let smallest = Double(n) * .ulpOfOne * (values.last ?? 0)
    self.values = values.map { $0 < smallest ? 0 : $0 }
    self.vectors = vectors
  }
}

/// Least squares of several right sides, min ‖A w − y‖², in the coordinates in which A is diagonal, A = U
/// diag(σ) Vᵀ: with w = V ω the squared error is Σ_j (σ_j ω_j − U_jᵀy)² + ‖y‖² outside U.
///
/// From A itself, not from AᵀA, whose small eigenvalues are lost in the rounding of the large ones.
struct DiagonalLeastSquares {
  /// σ, as many as A has columns. Those with σ² below p·ε·σ²_max count as 0.
  let singularValues: [Double]
  /// Vᵀ: row j belongs to σ_j.
  let vectors: DoubleMatrix
  /// U_jᵀ y, row j, one column a right side.
  let targets: DoubleMatrix
  /// What no w removes of the right sides, [further rows, right sides]; a sum of right sides leaves the sum
  /// of the columns.
  let residuals: DoubleMatrix

  /// - Precondition: as many rows in both; finite numbers.
  /// - Throws: `noEigenvalues` if the rotations do not converge.
  ///
  /// Cost: 2 n p² multiply-adds for A = QR, and about 25 p³ for the singular values of R.
  init(_ matrix: DoubleMatrix, rightSides: DoubleMatrix) throws(TheoryError) {
    let (n, p, sides) = (matrix.rows, matrix.columns, rightSides.columns)
    precondition(n == rightSides.rows, "\(n) rows and \(rightSides.rows)")
    var both = DoubleMatrix(rows: n, columns: p + sides)
    for i in 0..<n {
      both.scalars.replaceSubrange(
        i * (p + sides)..<(i + 1) * (p + sides), with: matrix.row(i) + rightSides.row(i))
    }
    let triangle = Self.triangle(both)
    var square = DoubleMatrix(rows: p, columns: p)
    for i in 0..<min(p, triangle.rows) { for j in i..<p { square[i, j] = triangle[i, j] } }
    let (values, left, right) = try Self.rotated(square)
    let smallest = Double(p) * .ulpOfOne * (values.max() ?? 0) * (values.max() ?? 0)
    singularValues = values.map { $0 * $0 < smallest ? 0 : $0 }
    vectors = right
    var head = DoubleMatrix(rows: p, columns: sides)
    var tail = DoubleMatrix(rows: max(triangle.rows - p, 0), columns: sides)
    for i in 0..<triangle.rows {
      for c in 0..<sides where p + c >= i {
        if i < p { head[i, c] = triangle[i, p + c] } else { tail[i - p, c] = triangle[i, p + c] }
      }
    }
    targets = DoubleMatrix.product(left, head)
    residuals = tail
  }

  /// R of A = QR in the upper triangle of as many rows as R has: LAPACK's `dgelqf` of Aᵀ, which is how rows
  /// are stored.
  private static func triangle(_ matrix: DoubleMatrix) -> DoubleMatrix {
    var matrix = matrix
    let rows = min(matrix.rows, matrix.columns)
    _ = singleThread
    var (m, n) = (blasint(matrix.columns), blasint(matrix.rows))
    var reflections = [Double](repeating: 0, count: max(rows, 1))
    var work = [Double](repeating: 0, count: max(64 * matrix.columns, 1))
    var (size, info) = (blasint(work.count), blasint(0))
    var stride = max(m, 1)
    // The arrays have the sizes that the documentation of dgelqf asks for, which follow from the shape of the
    // matrix.
    unsafe dgelqf_(&m, &n, &matrix.scalars, &stride, &reflections, &work, &size, &info)
    return DoubleMatrix(
      rows: rows, columns: matrix.columns, scalars: Array(matrix.scalars.prefix(rows * matrix.columns)))
  }

  /// σ, Uᵀ and Vᵀ of a square matrix by LAPACK's `dgejsv`, which finds small σ as well as large ones.
  private static func rotated(
    _ matrix: DoubleMatrix
  ) throws(TheoryError) -> ([Double], DoubleMatrix, DoubleMatrix) {
    let n = matrix.rows
    // Columns of Fortran.
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n { for j in 0..<n { a[j * n + i] = matrix[i, j] } }
    var (u, v) = (a, a)
    var values = [Double](repeating: 0, count: n)
    // The sizes that the documentation of dgejsv asks for at least.
    var work = [Double](repeating: 0, count: max(7, 6 * n + 2 * n * n))
    var integers = [blasint](repeating: 0, count: max(3, 4 * n))
    var (size, workSize, info) = (blasint(n), blasint(work.count), blasint(0))
    _ = singleThread
    // All arrays have the sizes given beside them, or those that the documentation asks for.
    unsafe dgejsv_(
      "C", "U", "V", "N", "N", "N", &size, &size, &a, &size, &values, &u, &size, &v, &size, &work, &workSize,
      &integers, &info)
    guard info == 0 else { throw .noEigenvalues }
    let scale = work[0] / work[1]
    return (
      values.map { $0 * scale }, DoubleMatrix(rows: n, columns: n, scalars: u),
      DoubleMatrix(rows: n, columns: n, scalars: v)
    )
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
