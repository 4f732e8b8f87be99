// swift-tools-version: 6.2
import PackageDescription

// Settings shared by every Swift target. All but Tensor, Kernels and Datasets, the homes of pointers, are compiled
// with strict memory safety, so that a pointer cannot slip into them without a warning.
let common: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let safe: [SwiftSetting] = common + [.strictMemorySafety()]

/// A C library of Debian's: a module map and a header, nothing else.
func system(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

let package = Package(
  name: "srel-repl",
  products: [
    .executable(name: "srel-repl", targets: ["srel-repl"]),
    .executable(name: "srel-bench", targets: ["srel-bench"]),
    .executable(name: "srel-check", targets: ["srel-check"]),
  ],
  traits: [
    .trait(name: "Readline", description: "Edit lines with GNU readline (GPL-3.0-or-later)"),
    .trait(name: "Editline", description: "Edit lines with libedit (BSD-3-Clause)"),
    .default(enabledTraits: ["Readline"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    system("COpenBLAS", pkgConfig: "openblas", debian: "libopenblas-dev"),
    system("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
    system("CPNG", pkgConfig: "libpng16", debian: "libpng-dev"),
    system("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),

    .target(name: "CKernels"),
    .target(name: "Elementary", swiftSettings: safe),
    .target(name: "Random", dependencies: ["Elementary"], swiftSettings: safe),
    .target(name: "Tensor", dependencies: ["Random"], swiftSettings: common),
    .target(
      name: "Kernels", dependencies: ["Tensor", "Elementary", "COpenBLAS", "CKernels"], swiftSettings: common),
    .target(name: "Autodiff", dependencies: ["Tensor", "Kernels"], swiftSettings: safe),
    .target(
      name: "Network", dependencies: ["Tables", "Autodiff", "Kernels", "Tensor", "Random", "Elementary"],
      swiftSettings: safe),
    .target(
      name: "Datasets",
      dependencies: ["Tables", "Tensor", "Random", "Elementary", "CZlib", "CPNG", "CCrypto"],
      swiftSettings: common),
    .target(name: "Download", dependencies: ["CCrypto"], swiftSettings: safe),
    .target(name: "Tables", dependencies: ["Elementary"], swiftSettings: safe),
    .target(
      name: "Training",
      dependencies: ["Network", "Datasets", "Tables", "Autodiff", "Kernels", "Tensor", "Random"],
      swiftSettings: safe),
    .target(
      name: "Elasticity",
      dependencies: [
        "Training", "Network", "Datasets", "Tables", "Autodiff", "Kernels", "Tensor", "Random", "Elementary",
      ], swiftSettings: safe),
    .target(
      name: "Theory", dependencies: ["Random", "Tables", "Elementary", "COpenBLAS"], swiftSettings: safe),
    .target(name: "Charts", dependencies: ["Tables", "Elementary"], swiftSettings: safe),
    .target(name: "Language", swiftSettings: safe),
    .target(
      name: "Session",
      dependencies: [
        "Language", "Theory", "Elasticity", "Training", "Network", "Datasets", "Download", "Tables", "Charts",
        "Autodiff", "Kernels", "Tensor", "Random", "Elementary",
      ], swiftSettings: safe),
    .target(
      name: "CLineEdit",
      cSettings: [
        .define("CLE_READLINE", .when(traits: ["Readline"])),
        .define("CLE_EDITLINE", .when(traits: ["Editline"])),
      ],
      linkerSettings: [
        .linkedLibrary("readline", .when(traits: ["Readline"])),
        .linkedLibrary("edit", .when(traits: ["Editline"])),
        .linkedLibrary("tinfo", .when(traits: ["Readline", "Editline"])),
      ]),
    .target(name: "LineEditor", dependencies: ["CLineEdit"], swiftSettings: safe),

    .executableTarget(
      name: "srel-repl",
      dependencies: [
        "Session", "LineEditor", "Language", "Charts", "Download",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: safe),
    .executableTarget(
      name: "srel-bench",
      dependencies: [
        "Language", "Theory", "Elasticity", "Training", "Network", "Datasets", "Tables", "Autodiff", "Kernels",
        "Tensor", "Random", "CPNG",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: safe),

    .target(name: "Simulation", dependencies: ["Elasticity", "Kernels", "Random", "Tables", "Elementary"], swiftSettings: safe),
    .executableTarget(
      name: "srel-check",
      dependencies: [
        "Simulation", "Elasticity", "Datasets", "Kernels", "Random", "Tables", "Elementary",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: safe),

    .target(
      name: "TestSupport", dependencies: ["Autodiff", "Kernels", "Tensor", "Random"],
      path: "Tests/TestSupport"),
    .testTarget(name: "ElementaryTests", dependencies: ["Elementary"]),
    .testTarget(name: "RandomTests", dependencies: ["Random", "TestSupport"]),
    .testTarget(name: "TensorTests", dependencies: ["Tensor", "TestSupport"]),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "Autodiff", "Tensor", "Random", "TestSupport"]),
    .testTarget(name: "AutodiffTests", dependencies: ["Autodiff", "Kernels", "Tensor", "TestSupport"]),
    .testTarget(
      name: "NetworkTests", dependencies: ["Network", "Tables", "Autodiff", "Tensor", "Random", "TestSupport"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Tensor", "Random", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "DownloadTests", dependencies: ["Download", "TestSupport"]),
    .testTarget(name: "TablesTests", dependencies: ["Tables"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Network", "Datasets", "Autodiff", "Kernels", "Tensor", "Random", "TestSupport",
      ], resources: [.copy("Golden")]),
    .testTarget(
      name: "ElasticityTests",
      dependencies: [
        "Elasticity", "Simulation", "Training", "Network", "Datasets", "Tables", "Autodiff", "Kernels", "Tensor",
        "Random", "TestSupport",
      ], resources: [.copy("Golden")]),
    .testTarget(name: "TheoryTests", dependencies: ["Theory", "Random", "Tables"]),
    .testTarget(name: "ChartsTests", dependencies: ["Charts", "Tables"]),
    .testTarget(name: "LanguageTests", dependencies: ["Language"]),
    .testTarget(
      name: "SessionTests",
      dependencies: [
        "Session", "Elasticity", "Datasets", "Download", "Language", "Tables", "Charts", "Kernels",
        "TestSupport",
      ]),
    .executableTarget(
      name: "line-editor-probe", dependencies: ["LineEditor"], path: "Tests/LineEditorProbe",
      swiftSettings: safe),
    .target(name: "ProgramSupport", dependencies: ["TestSupport"], path: "Tests/ProgramSupport"),
    .testTarget(
      name: "LineEditorTests",
      dependencies: ["LineEditor", "line-editor-probe", "ProgramSupport", "TestSupport"]),
    .testTarget(name: "ShellTests", dependencies: ["srel-repl", "ProgramSupport", "TestSupport"]),
  ]
)
