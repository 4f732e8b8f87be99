import Tables
import Testing

/// Quantiles beside those of SciPy 1.17.
@Suite struct QuantileTests {
  @Test(arguments: [
    (0.95, 0.95, 6.907727924280764), (0.95, 1, 6.313751514675037), (0.95, 7, 1.8945786050900062),
    (0.975, 0.95, 14.400783833689218), (0.975, 1, 12.706204736174694), (0.975, 1.8, 4.794881365166813),
    (0.975, 2, 4.302652729749462), (0.975, 3.7, 2.8675207071911895), (0.975, 7, 2.364624251592784),
    (0.975, 21, 2.0796138447276795), (0.975, 149.5, 1.9759590725086336), (0.975, 1e4, 1.960201239890626),
    (0.975, 1e6, 1.959966356814107), (0.995, 0.95, 78.48345842272097), (0.995, 2, 9.924843200918287),
    (0.995, 21, 2.83135955802305), (0.6, 0.95, 0.32873643396828317), (0.6, 3.7, 0.27216446429206953),
    (0.6, 1e6, 0.25334717053784184),
  ])
  func quantilesOfStudentsT(_ p: Double, _ freedom: Double, _ expected: Double) {
    let found = StudentT.quantile(p, freedom: freedom)
    #expect(abs(found / expected - 1) < 2e-10, "\(found)")
    #expect(StudentT.quantile(1 - p, freedom: freedom) == -StudentT.quantile(1 - (1 - p), freedom: freedom))
    #expect(abs(StudentT.twoSided(found, freedom: freedom) - 2 * (1 - p)) < 1e-11)
  }

  @Test(arguments: [
    (0.025, 1, 0.0009820691171752555), (0.025, 1.5, 0.01311302116301894), (0.025, 2, 0.05063561596857975),
    (0.025, 7, 1.689869180677355), (0.025, 21, 10.282897782522863), (0.025, 149.5, 117.54120160238978),
    (0.025, 3500, 3337.920096513589), (0.025, 1e6, 997230.0871432901), (0.975, 1, 5.023886187314888),
    (0.975, 1.5, 6.275807973333609), (0.975, 7, 16.012764274629326), (0.975, 21, 35.478875905727264),
    (0.975, 149.5, 185.24374854068623), (0.975, 3500, 3665.8683595593748), (0.975, 1e6, 1002773.701467926),
  ])
  func quantilesOfChiSquared(_ p: Double, _ freedom: Double, _ expected: Double) {
    let found = ChiSquared.quantile(p, freedom: freedom)
    #expect(abs(found / expected - 1) < 2e-10, "\(found)")
  }

  /// t² with one degree has closed forms: tan of a share of a half circle, and for two degrees a square root.
  @Test func quantilesHaveTheirClosedForms() {
    for p in [0.55, 0.7, 0.9, 0.99, 0.9999] {
      let two = (2 * p - 1) / (2 * p * (1 - p)).squareRoot()
      #expect(abs(StudentT.quantile(p, freedom: 2) / two - 1) < 1e-12)
    }
    #expect(StudentT.quantile(0.5, freedom: 3) == 0)
    #expect(StudentT.quantile(1, freedom: 3) == .infinity)
    #expect(StudentT.twoSided(.infinity, freedom: 3) == 0 && StudentT.twoSided(.nan, freedom: 3).isNaN)
  }

  @Test(arguments: [
    (0, 100, 0, 0.05160402962410399), (100, 100, 0.948395970375896, 1),
    (915, 1000, 0.8897534039271102, 0.9361908716874912), (940, 1000, 0.9179710485856485, 0.9577085230655644),
    (3, 7, 0.055299349980566265, 0.882296248331048),
  ])
  func sharesHaveTheIntervalOfClopperAndPearson(_ k: Int, _ n: Int, _ low: Double, _ high: Double) {
    let found = Binomial.interval(k, of: n, coverage: 0.99)
    #expect(abs(found.low - low) < 1e-10 && abs(found.high - high) < 1e-10, "\(found)")
  }
}
