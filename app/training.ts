// Training NiN by Gluon's Estimator: the page hears of each step and epoch, and may pause the training there.
import { type Context, gluon, init, lrScheduler, metric, nd } from 'glueball'

const { Estimator } = gluon.contrib.estimator

/** What to train, and how. */
export interface TrainingOptions {
  readonly ctx: Context
  /** Channels are divided by this. */
  readonly narrow: number
  readonly batchSize: number
  readonly epochs: number
}

/** What has happened: a step, or the end of an epoch. */
export type Progress =
  | {
      readonly kind: 'step'
      readonly step: number
      readonly steps: number
      readonly epoch: number
      readonly loss: number
    }
  | { readonly kind: 'epoch'; readonly epoch: number; readonly accuracy: number }

/** Where the images lie, beside the page. */
const root = './'

async function loader(train: boolean, { ctx, batchSize }: TrainingOptions) {
  const { FashionMNIST, transforms } = gluon.data.vision
  const images = await FashionMNIST.load({ train, root, ctx })
  const transformer = new transforms.Compose([new transforms.Resize(112), new transforms.ToTensor()])
  return new gluon.data.DataLoader(images.transformFirst(transformer), batchSize, { shuffle: train })
}

/** Tells of each step and epoch, and waits for who is told. */
class Reporting implements gluon.contrib.estimator.EventHandler {
  readonly #steps: number
  readonly #tell: (progress: Progress) => Promise<void>
  #step = 0
  #epoch = 0

  constructor(steps: number, tell: (progress: Progress) => Promise<void>) {
    this.#steps = steps
    this.#tell = tell
  }

  async batchEnd(_: unknown, { loss }: gluon.contrib.estimator.BatchEnd): Promise<void> {
    const mean = await nd.mean(loss).asscalar()
    await this.#tell({ kind: 'step', step: this.#step++, steps: this.#steps, epoch: this.#epoch, loss: mean })
  }

  async epochEnd({ valMetrics: [accuracy] }: gluon.contrib.estimator.Estimator): Promise<void> {
    const [, value] = await accuracy.get()
    await this.#tell({ kind: 'epoch', epoch: this.#epoch++, accuracy: value })
  }
}

/** Trains with the recipe that learns from the first epoch; goes on when `tell` has settled. */
export async function train(options: TrainingOptions, tell: (progress: Progress) => Promise<void>): Promise<void> {
  const { ctx, narrow, epochs } = options
  const [trainData, valData] = [await loader(true, options), await loader(false, options)]
  const net = gluon.models.nin({ lastRelu: false, narrow })
  net.initialize({ ctx, init: new init.MSRAPrelu() })
  const steps = trainData.length * epochs
  const schedule = new lrScheduler.CosineScheduler(steps, { baseLr: 0.01, warmupSteps: Math.min(50, steps >> 1) })
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', {
    ...{ learningRate: 0.01, momentum: 0.9, wd: 0.0001 },
    lrScheduler: schedule,
  })
  const lossOf = new gluon.loss.SoftmaxCrossEntropyLoss()
  const trainMetrics = new metric.Accuracy()
  const estimator = new Estimator(net, lossOf, { trainer, context: ctx, trainMetrics, logger: null })
  await estimator.fit(trainData, { valData, epochs, eventHandlers: new Reporting(steps, tell) })
}
