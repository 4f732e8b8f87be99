import Datasets
import Kernels
import Network
import Random
import Tensor
import Testing
import Training

@Suite struct TrainingErrorTests {
  private func error(
    _ model: Model = Model(.linear), on data: Dataset, optimizer: Optimizer = .sgd(learningRate: 0.1),
    batch: Int = 10,
    loss: Loss = .crossEntropy
  ) -> TrainingError? {
    do throws(TrainingError) {
      _ = try Run(
        model, on: data, optimizer: optimizer,
        options: TrainingOptions(batch: batch, loss: loss, seed: Seed(1)),
        workers: Workers(count: 1))
      return nil
    } catch { return error }
  }

  @Test func aBatchLargerThanTheDataIsRefused() throws {
    let found = error(on: try mixture(), batch: 121)
    #expect(found == .batchTooLarge(batch: 121, samples: 120))
    #expect(found?.description == "a batch of 121 is larger than the data set of 120: use batch=120 or less")
    #expect(error(on: try mixture(), batch: 120) == nil)
    #expect(error(on: try mixture(), batch: .max) == .batchTooLarge(batch: .max, samples: 120))
  }

  @Test(arguments: [0, -1, Int.min])
  func aBatchOfNothingIsRefused(_ batch: Int) throws {
    let found = error(on: try mixture(), batch: batch)
    #expect(found == .notPositive(what: "batch", value: Double(batch)))
    #expect(found?.description.hasPrefix("batch must be positive and finite, not ") == true)
  }

  @Test func noSamplesAreRefused() throws {
    let found = error(on: try mixture().subset(rows: []))
    #expect(found == .noData(name: "mixture"))
    #expect(found?.description == "mixture has no samples to train on")
  }

  @Test(arguments: [0, -0.1, Double.nan, Double.infinity])
  func aLearningRateHasToBePositiveAndFinite(_ rate: Double) throws {
    for optimizer in [Optimizer.sgd(learningRate: rate), .adam(learningRate: rate)] {
      guard case .notPositive("lr", _)? = error(on: try mixture(), optimizer: optimizer) else {
        Issue.record("lr=\(rate) was taken")
        continue
      }
    }
  }

  @Test func dataThatTheModelCannotTakeIsRefused() throws {
    let grey = try Dataset.load(.fashionMNISTSubset, LoadOptions(perClass: 4))
    let found = error(Model(.resnet18(width: 4)), on: grey)
    #expect(found == .network(.wrongChannels(model: "resnet18", needs: 3, has: 1)))
    #expect(found?.description.contains("channels=3") == true)
    #expect(
      error(Model(.mlp(widths: [0])), on: grey)
        == .network(.notPositive(model: "mlp", what: "a width", value: 0)))
  }

  @Test func aRegressionWithoutTargetsIsRefused() throws {
    let data = Dataset(
      name: "empty", samples: Tensor(zeros: [0, 1, 1, 2]), labels: [], classNames: [], indices: [],
      split: "train",
      digest: "", preparation: [])
    #expect(error(on: data) == .noData(name: "empty"))
    #expect(
      TrainingError.noTargets(loss: .meanSquaredError, name: "x").description
        == "x has no targets for the loss 'mse'")
  }
}
