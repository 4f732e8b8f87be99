import Datasets
import Foundation
import Kernels
import Language
import Tensor

extension Workload {
  /// Readers of files, loading, the parser.
  static func files(_ workers: Workers) -> [Workload] {
    var works =
      readers + [
        Workload(name: "gather_batch_b256_s", items: Items(256, "samples")) {
          let data = normal([1024, 32, 32, 3], classes: 3)
          let rows = (0..<256).map { $0 * 389 % 1024 }
          return { _ = data.batch(rows: rows) }
        },
        parser(),
      ]
    if AssetLocation.path("Assets/fashion-mnist-subset") != nil {
      works.append(
        Workload(name: "load_fashion_mnist_s", items: Items(1500, "samples")) {
          let options = LoadOptions(perClass: 500, channels: 3, pad: 32)
          return { _ = try Dataset.load(.fashionMNISTSubset, options) }
        })
    }
    return works.map {
      var work = $0
      work.isShared = false
      return work
    }
  }

  private static func parser() -> Workload {
    let block = """
      d = load fashion_mnist classes=[sandal, sneaker, "ankle boot"] per_class=500 channels=3 pad=32
      net = model resnet18 norm=none
      run = train net on=d optimizer=adam(lr=1e-4) batch=25 epochs=3 seed=1 {
        every 9 batches { measure srel points=d[0..59] distance=[kl, logits] update=sgd(lr=1e-3) }
      }
      a = [x / 2 + 1, run.step * -3 ^ 2, mean(run.srel.value) > 0.5 and not yes]
      plot run.srel x=epoch y=value by=same facet=distance average=median to="srel.svg"

      """
    let copies = 500
    let source = Source(String(repeating: block, count: copies))
    let verbs: Set<String> = ["load", "model", "train", "measure", "plot"]
    return Workload(name: "parse_statements_s", items: Items(Double(7 * copies), "statements")) {
      {
        precondition(Parser.parse(source, verbs: verbs).diagnostics.isEmpty, "the parser's text has no error")
      }
    }
  }
}
