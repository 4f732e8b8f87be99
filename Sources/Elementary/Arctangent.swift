/// The angle of the point (x, y) in (−π, π]. Within 0.7 ulp; special cases as in C (ISO/IEC 9899, F.10.1.4).
public func atan2(_ y: Double, _ x: Double) -> Double {
  if x.isNaN || y.isNaN { return .nan }
  let (height, width) = (abs(y), abs(x))
  let isSteep = height > width
  // The angle between the point and the nearer axis, at most π/4.
  let acute = isSteep ? angle(width, height) : angle(height, width)
  let pi = DoubleDouble(0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53)
  let isBehind = x.sign == .minus
  let size =
    isSteep
    ? difference(DoubleDouble(pi.hi / 2, pi.lo / 2), isBehind ? DoubleDouble(-acute.hi, -acute.lo) : acute)
    : isBehind ? difference(pi, acute) : acute.rounded
  return y.sign == .minus ? -size : size
}

/// The arctangent, in [−π/2, π/2]. Within 0.7 ulp.
public func atan(_ x: Double) -> Double { atan2(x, 1) }

@inline(__always) private func difference(_ a: DoubleDouble, _ b: DoubleDouble) -> Double {
  let main = DoubleDouble.orderedSum(a.hi, -b.hi)
  return main.hi + (main.lo + (a.lo - b.lo))
}

/// arctan(rise / run) for 0 ≤ rise ≤ run: arctan(j/8) from a table, and the series t − t³/3 + … of
/// t = (rise − j/8 run) / (run + j/8 rise), |t| ≤ 1/16, whose term t¹⁷/17 is below 2⁻⁶⁸ t.
private func angle(_ rise: Double, _ run: Double) -> DoubleDouble {
  if rise == 0 { return DoubleDouble(0) }
  if run == .infinity { return rise == .infinity ? arctangents[8] : DoubleDouble(0) }
  let quotient = rise / run
  if quotient < 0x1p-500 { return DoubleDouble(quotient) }
  // Scaled to run ≈ 1, so that no product overflows, and none that counts underflows.
  let scale = powerOfTwo(min(1022, max(-1022, -Int(run.exponent))))
  let (rise, run) = (rise * scale, run * scale)
  let j = Int(8 * quotient + 0.5)
  let c = Double(j) / 8
  let (up, along) = (DoubleDouble.product(c, run), DoubleDouble.product(c, rise))
  let numerator = DoubleDouble.sum(rise, -up.hi)
  let denominator = DoubleDouble.orderedSum(run, along.hi)
  let t =
    DoubleDouble.orderedSum(numerator.hi, numerator.lo - up.lo)
    / DoubleDouble.orderedSum(denominator.hi, denominator.lo + along.lo)
  let z = t.hi * t.hi
  let series = polynomial(z, [-1 / 3, 1 / 5, -1 / 7, 1 / 9, -1 / 11, 1 / 13, -1 / 15])
  let main = DoubleDouble.sum(arctangents[j].hi, t.hi)
  return DoubleDouble.orderedSum(main.hi, main.lo + (arctangents[j].lo + (t.lo + t.hi * z * series)))
}

/// arctan(j/8) for j = 0…8.
private let arctangents: [DoubleDouble] = [
  DoubleDouble(0),
  DoubleDouble(0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59),
  DoubleDouble(0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57),
  DoubleDouble(0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56),
  DoubleDouble(0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56),
  DoubleDouble(0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58),
  DoubleDouble(0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56),
  DoubleDouble(0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56),
  DoubleDouble(0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55),
]
