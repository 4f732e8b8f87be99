import Random
import Testing

/// Known answers of the authors' Random123 library: counter, key, result.
private let knownAnswers: [(counter: [UInt64], key: UInt64, result: [UInt64])] = [
  ([0, 0], 0, [0xe169_c58d_6627_e8d5, 0x9b00_dbd8_bc57_ac4c]),
  ([.max, .max], .max, [0x41c8_3b0e_408f_276d, 0x6d54_51fd_a20b_c7c6]),
  (
    [0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e], 0x299f_31d0_a409_3822,
    [0x94fd_cceb_d16c_fe09, 0x2412_6ea1_5001_e420]
  ),
]

@Test(arguments: knownAnswers.indices)
func philoxGivesTheKnownAnswers(_ row: Int) {
  let known = knownAnswers[row]
  let block = Philox(key: known.key).block(known.counter[0], known.counter[1])
  #expect([block.first, block.second] == known.result)
}

@Test func fnvGivesThePublishedHashes() {
  #expect(fnv1a("".utf8) == 0xcbf2_9ce4_8422_2325)
  #expect(fnv1a("a".utf8) == 0xaf63_dc4c_8601_ec8c)
  #expect(fnv1a("foobar".utf8) == 0x8594_4171_f739_67e8)
}
