import Elementary
import Testing

/// The bits of results, the same for every processor, compiler and C library. Each is within 1 ulp of the value computed
/// with 1400 bits; all but one are the double nearest to it.
struct GoldenTests {
  private static var ofOne: [(String, (Double) -> Double, [(Double, Double)])] {
    [
      (
        "exp", exp,
        [
          (1, 0x1.5bf0a8b145769p+1),
          (-1, 0x1.78b56362cef38p-2),
          (0.5, 0x1.a61298e1e069cp+0),
          (88.7, 0x1.f4705bbffae5cp+127),
          (-103.97, 0x1.008843e713351p-150),
          (709.78, 0x1.fe9ce5c4c52b4p+1023),
          (-708.5, 0x0.e6cf6d08897acp-1022),
          (-745.1, 0x0.0000000000001p-1022),
          (1e-10, 0x1.000000006df38p+0),
          (0.6931471805599453, 0x1.0000000000000p+1),
        ]
      ),
      (
        "expm1", expm1,
        [
          (1, 0x1.b7e151628aed3p+0),
          (-1, -0x1.43a54e4e98864p-1),
          (1e-5, 0x1.4f8bc681cdfb6p-17),
          (-1e-12, -0x1.19799812de065p-40),
          (0.35, 0x1.ad200b20177b2p-2),
          (-0.35, -0x1.2e663ed31c11ep-2),
          (0.6, 0x1.a4ecc162353dep-1),
          (20, 0x1.ceb088a68e804p+28),
          (-36.5, -0x1.fffffffffffffp-1),
          (700, 0x1.d945df4f8ec8ep+1009),
        ]
      ),
      (
        "log", log,
        [
          (2, 0x1.62e42fefa39efp-1),
          (0.5, -0x1.62e42fefa39efp-1),
          (10, 0x1.26bb1bbb55516p+1),
          (0x0.012688b70e62bp-1022, -0x1.64e69394d9508p+9),
          (1e308, 0x1.62991d5d62a5ep+9),
          (0.9999999, -0x1.ad7f2b1049b9fp-24),
          (1.0000001, 0x1.ad7f2847b6492p-24),
          (0.7, -0x1.6d3c324e13f50p-2),
          (1.414, 0x1.62bc98f798642p-2),
          (0x0.0000000000001p-1022, -0x1.74385446d71c3p+9),
        ]
      ),
      (
        "log1p", log1p,
        [
          (1, 0x1.62e42fefa39efp-1),
          (-0.5, -0x1.62e42fefa39efp-1),
          (1e-5, 0x1.4f8aea9ae7317p-17),
          (-1e-12, -0x1.19799812df3bdp-40),
          (0.42, 0x1.6712984ec8f15p-2),
          (-0.3, -0x1.6d3c324e13f4ep-2),
          (0.35, 0x1.334e9e47d07f4p-2),
          (1e17, 0x1.3926cd770aa67p+5),
          (-0.9999999, -0x1.01e3b8440ed2fp+4),
          (3e-300, 0x1.01297d23ab683p-995),
        ]
      ),
      (
        "log2", log2,
        [
          (3, 0x1.95c01a39fbd68p+0),
          (0.1, -0x1.a934f0979a371p+1),
          (0x0.0000000003758p-1022, -0x1.090d6aee23808p+10),
          (1.1, 0x1.199b728cb9d0cp-3),
          (1e300, 0x1.f24a09f1a8b89p+9),
        ]
      ),
      (
        "log10", log10,
        [
          (3, 0x1.e8927964fd5fdp-2),
          (0.1, -0x1.0000000000000p+0),
          (0x0.0000000003758p-1022, -0x1.3f27a7f8c22b3p+8),
          (1.1, 0x1.5316c0a18add7p-5),
          (2e300, 0x1.2c4d104d427dep+8),
        ]
      ),
      (
        "tanh", tanh,
        [
          (1, 0x1.85efab514f394p-1),
          (-0.5, -0x1.d9353d7568af3p-2),
          (1e-5, 0x1.4f8b588e06854p-17),
          (0.18, 0x1.6cb5a984db976p-3),
          (-2.5, -0x1.f9258260a71c2p-1),
          (8.7, 0x1.fffffe233e8d4p-1),
          (19, 0x1.fffffffffffffp-1),
          (0.6, 0x1.12f8292d2ccfcp-1),
        ]
      ),
      (
        "sin", sin,
        [
          (1, 0x1.aed548f090ceep-1),
          (-3, -0x1.210386db6d55bp-3),
          (3.141592653589793, 0x1.1a62633145c07p-53),
          (100000, 0x1.24daa9c527e96p-5),
          (1e22, -0x1.b453ab76bf397p-1),
          (1.7e308, -0x1.30c567d277075p-1),
          (0.78, 0x1.68143d72d4ce4p-1),
          (1e-9, 0x1.12e0be826d695p-30),
          (355, -0x1.f9bd0307d1de3p-16),
          (1048576, 0x1.526ccb2fc8656p-2),
        ]
      ),
      (
        "cos", cos,
        [
          (1, 0x1.14a280fb5068cp-1),
          (-3, -0x1.fae04be85e5d2p-1),
          (1.5707963267948966, 0x1.1a62633145c07p-54),
          (100000, -0x1.ffac3841b3da7p-1),
          (1e22, 0x1.0be2cef01c8f4p-1),
          (1.7e308, 0x1.9b6913f41bde3p-1),
          (0.78, 0x1.6bfcdbf817bfap-1),
          (1e-9, 0x1.0000000000000p+0),
          (355, -0x1.fffffffc18e4cp-1),
          (1048576, 0x1.e33ada92fe2aep-1),
        ]
      ),
      (
        "tan", tan,
        [
          (1, 0x1.8eb245cbee3a6p+0),
          (-3, 0x1.23ef71254b86fp-3),
          (1.5707963267948966, 0x1.d02967c31cdb5p+53),
          (100000, -0x1.250a9d503313dp-5),
          (1e22, -0x1.a0f79c1b6b257p+0),
          (0.78, 0x1.fa807cf826c45p-1),
        ]
      ),
      (
        "atan", atan,
        [
          (1, 0x1.921fb54442d18p-1),
          (0.1, 0x1.983e282e2cc4dp-4),
          (-0.55, -0x1.0174aa53e6ce4p-1),
          (10000000000, 0x1.921fb543d4de0p+0),
          (1e-9, 0x1.12e0be826d695p-30),
          (3, 0x1.3fc176b7a8560p+0),
        ]
      ),
    ]
  }

  private static var ofTwo: [(String, (Double, Double) -> Double, [(Double, Double, Double)])] {
    [
      (
        "pow", pow,
        [
          (2, 0.5, 0x1.6a09e667f3bcdp+0),
          (10, -5, 0x1.4f8b588e368f0p-17),
          (10, 22, 0x1.0f0cf064dd592p+73),
          (1.0000001, 1000000000, 0x1.349445c228792p+144),
          (0.3, -570, 0x1.0cccc4d31be6fp+990),
          (3, -677.5, 0x0.0000000000001p-1022),
          (0x0.012688b70e62bp-1022, 0.5, 0x1.1297872d9cbaep-515),
          (0.999, 700000, 0x1.863b98bac5e73p-1011),
        ]
      ),
      (
        "atan2", atan2,
        [
          (1, 2, 0x1.dac670561bb4fp-2),
          (-1, -0.001, -0x1.92613e7a20174p+0),
          (1e-300, 3, 0x1.c92d503f699ccp-999),
          (3, -1e300, 0x1.921fb54442d18p+1),
          (0x0.00000000007e8p-1022, 0x0.0000000000fd0p-1022, 0x1.dac670561bb4fp-2),
          (1e308, -1e308, 0x1.2d97c7f3321d2p+1),
        ]
      ),
    ]
  }

  @Test func bitsAreFixed() {
    for (name, function, rows) in GoldenTests.ofOne {
      for (x, value) in rows {
        #expect(function(x).bitPattern == value.bitPattern, "\(name)(\(x)) is \(function(x)), not \(value)")
      }
    }
    for (name, function, rows) in GoldenTests.ofTwo {
      for (x, y, value) in rows {
        let found = function(x, y)
        #expect(found.bitPattern == value.bitPattern, "\(name)(\(x), \(y)) is \(found), not \(value)")
      }
    }
  }
}
