import Tables

/// The memory of this machine.
enum MachineMemory {
  /// Half of the bytes that were free when they were first asked for; what is measured must not change with the weather.
  static let halfOfFree = free.map { $0 / 2 } ?? Int.max

  /// What the system can give without swapping, and the control group of this process allows; nil where neither is told.
  private static var free: Int? {
    let available = RegularFile.systemLines("/proc/meminfo").first { $0.hasPrefix("MemAvailable:") }
      .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }.map { $0 * 1024 }
    return [available, inControlGroup].compactMap(\.self).min()
  }

  private static var inControlGroup: Int? {
    guard
      let path = RegularFile.systemLines("/proc/self/cgroup").first(where: { $0.hasPrefix("0::") })?
        .dropFirst(3)
    else {
      return nil
    }
    func number(_ name: String) -> Int? {
      RegularFile.systemLines("/sys/fs/cgroup\(path == "/" ? "" : path)/\(name)").first.flatMap { Int($0) }
    }
    guard let most = number("memory.max") else { return nil }
    return max(most - (number("memory.current") ?? 0), 0)
  }
}
