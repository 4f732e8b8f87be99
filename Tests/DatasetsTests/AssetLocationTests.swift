import Datasets
import Foundation
import TestSupport
import Testing

/// A folder with Assets/file in `place`.
private func tree(_ place: String) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  let assets = folder.file(place + "Assets")
  try FileManager.default.createDirectory(atPath: assets, withIntermediateDirectories: true)
  _ = try folder.write([1], as: place + "Assets/file")
  return folder
}

@Test func assetsAreFoundAboveAProgramInABuildFolder() throws {
  let folder = try tree("")
  let program = folder.file(".build/release/srel-repl")
  #expect(AssetLocation.path("Assets/file", home: nil, executable: program) == folder.file("Assets/file"))
  #expect(AssetLocation.path("Assets/none", home: nil, executable: program) == nil)
}

@Test func assetsAreFoundBesideAnInstalledProgram() throws {
  let folder = try tree("share/srel-repl/")
  let found = AssetLocation.path("Assets/file", home: nil, executable: folder.file("bin/srel-repl"))
  #expect(found == folder.file("share/srel-repl/Assets/file"))
}

@Test func aHomeThatIsSetIsTheOnlyPlaceLookedIn() throws {
  let home = try tree("")
  let other = try tree("")
  let program = other.file("bin/srel-repl")
  #expect(AssetLocation.path("Assets/file", home: home.path, executable: program) == home.file("Assets/file"))
  #expect(AssetLocation.path("Assets/file", home: "/nowhere", executable: program) == nil)
  #expect(AssetLocation.path("Assets/file", home: "", executable: program) == other.file("Assets/file"))
  #expect(AssetLocation.path("Assets/file", home: nil, executable: nil) == nil)
}
