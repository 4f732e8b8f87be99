import Network

extension ArchiveWriter {
  /// A recipe for a network, with the weights of a file that it begins with.
  mutating func append(_ model: Model) throws(ArchiveError) {
    try append(coded: model)
    append(model.weights != nil)
    guard let file = model.weights else { return }
    append(file.path)
    append(file.renaming.map(\.description))
    append(file.isStrict)
    let metadata = file.metadata.sorted { $0.key < $1.key }
    append(metadata.map(\.key))
    append(metadata.map(\.value))
    append(file.tensors.map(\.name))
    try append(file.tensors.map(\.tensor))
  }
}

extension ArchiveReader {
  mutating func model() throws(ArchiveError) -> Model {
    var model: Model = try coded()
    guard try flag() else { return model }
    let path = try text()
    var renaming: [WeightRenaming] = []
    for text in try texts() {
      do throws(NetworkError) { renaming.append(try WeightRenaming(text)) } catch {
        throw .malformed("renaming")
      }
    }
    let isStrict = try flag()
    let (keys, values) = (try texts(), try texts())
    let (names, tensors) = (try texts(), try tensors())
    guard keys.count == values.count, names.count == tensors.count else { throw .malformed("weights") }
    model.weights = WeightFile(
      path: path, renaming: renaming, isStrict: isStrict,
      metadata: Dictionary(zip(keys, values)) { $1 }, tensors: Array(zip(names, tensors)).map { ($0, $1) })
    return model
  }
}
