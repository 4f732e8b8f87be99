import Autodiff
import Datasets
import Elasticity
import Kernels
import Network
import Random
import Tensor
import Training

extension Workload {
  /// ResNet-18 of the paper: 3×32×32 images of three classes, Adam.
  static func networks(_ workers: Workers) -> [Workload] {
    let resnet = { (batch: Int) in
      try imageRun(Model(.resnet18(width: 64)), samples: 256, batch: batch, workers)
    }
    let tape = try? resnet(25).network.tape
    // The gradients at the weights are sums by the definition.
    let (forward, ofWeights) = (tape?.multiplyAdds ?? 0, tape?.directMultiplyAdds ?? 0)
    var works = [
      measurement("measurement_shared_s", .adamFresh(learningRate: 1e-4), forward, workers, resnet),
      measurement("measurement_sgd_s", .sgd(learningRate: 1e-3), forward, workers, resnet),
      measurement("measurement_first_order_s", .firstOrder, forward, workers, resnet),
    ]
    for batch in [25, 256] {
      works.append(
        Workload(name: "resnet18_train_step_b\(batch)_s", multiplyAdds: batch * (2 * forward + ofWeights)) {
          var run = try resnet(batch)
          return { try run.advance(workers: workers) }
        })
    }
    for batch in [1, 25, 60, 256] {
      works.append(
        Workload(name: "resnet18_forward_b\(batch)_s", multiplyAdds: batch * forward, isShared: false) {
          let run = try resnet(25)
          let input = run.data.batch(rows: Array(0..<batch))
          var activations = Activations()
          return { run.network.tape.evaluate(run.weights, input, into: &activations) }
        })
    }
    works.append(
      Workload(name: "resnet18_backward_b25_s", multiplyAdds: 25 * (forward + ofWeights), isShared: false) {
        try backward(try resnet(25), batch: 25)
      })
    works.append(update(workers, resnet))
    return works
  }

  /// What the published notebooks do every nine batches: all pairs of three classes, here with every distance.
  private static func measurement(
    _ name: String, _ update: UpdateRule, _ forward: Int, _ workers: Workers,
    _ resnet: @escaping (Int) throws -> Run
  ) -> Workload {
    Workload(name: name, multiplyAdds: (60 * 60 + 3 * 60) * forward) {
      let run = try resnet(25)
      let points = try run.data.subset(rows: Array(0..<60))
      let distances = Distance.allCases.filter { !(update == .firstOrder && $0.isPublished) }
      let options = MeasurementOptions(updates: [update], distances: distances)
      return {
        _ = try Measurement(
          of: run, name: "run", sources: points, probes: points, options: options, workers: workers)
      }
    }
  }

  private static func backward(_ run: Run, batch: Int) throws -> () throws -> Void {
    let rows = Array(0..<batch)
    var (activations, gradients) = (Activations(), Gradients())
    var ofWeights = run.network.tape.zeroGradients()
    run.network.tape.evaluate(run.weights, run.data.batch(rows: rows), into: &activations)
    let atOutput = Loss.crossEntropy.gradient(
      activations.output, run.data.targets(rows, for: .crossEntropy), scale: 1 / Double(batch))
    return {
      run.network.tape.backpropagate(run.weights, activations, outputGradient: atOutput, into: &gradients)
      for parameter in ofWeights.indices {
        run.network.tape.parameterGradient(
          parameter, of: run.weights, activations, gradients, into: &ofWeights[parameter])
      }
    }
  }

  /// Adam reads w, m, v and the gradient once and writes w, m and v once.
  private static func update(_ workers: Workers, _ resnet: @escaping (Int) throws -> Run) -> Workload {
    let scalars = (try? resnet(25).network.weightCount) ?? 0
    return Workload(name: "resnet18_adam_update_s", bytes: 7 * 4 * scalars) {
      let run = try resnet(25)
      var (weights, state) = (run.weights, run.optimizer.initialState(for: run.weights))
      let gradients = weights.map { Tensor($0.shape, repeating: 1e-3) }
      return {
        run.optimizer.step(gradients: [gradients], weights: &weights, state: &state, workers: workers)
      }
    }
  }

  /// A run over normally drawn images of three classes.
  static func imageRun(
    _ model: Model, samples: Int, batch: Int, pixels: Int = 32, _ workers: Workers
  ) throws -> Run {
    try Run(
      model, on: normal([samples, pixels, pixels, 3], classes: 3),
      optimizer: .adam(learningRate: 1e-4, weightDecay: 1e-4),
      options: TrainingOptions(batch: batch, seed: Seed(0)), workers: workers)
  }

  /// Normally drawn samples `[n, h, w, c]` with labels in turn.
  static func normal(_ shape: Shape, classes: Int) -> Dataset {
    let draws = RandomStream(Seed(0), .data, object: "\(shape)").normals(0..<UInt64(shape.count))
    return Dataset(
      name: "normal", samples: Tensor(shape, scalars: draws.map(Float.init)),
      labels: (0..<shape[0]).map { $0 % classes }, classNames: (0..<classes).map(String.init),
      indices: Array(0..<shape[0]), split: "train", digest: "", preparation: [])
  }
}
