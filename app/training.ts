// Training NiN step by step: whoever pulls the steps sets the pace, and may pause between any two.
import { autograd, type Context, gluon, init, lrScheduler, nd } from 'glueball'

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

/** Trains with the recipe that learns from the first epoch; yields after each step and epoch. */
export async function* train(options: TrainingOptions): AsyncGenerator<Progress, void, void> {
  const { ctx, narrow, epochs } = options
  const [trainIter, testIter] = [await loader(true, options), await loader(false, options)]
  const net = gluon.models.nin({ lastRelu: false, narrow })
  net.initialize({ ctx, init: new init.MSRAPrelu() })
  const steps = trainIter.length * epochs
  const schedule = new lrScheduler.CosineScheduler(steps, { baseLr: 0.01, warmupSteps: Math.min(50, steps >> 1) })
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', {
    ...{ learningRate: 0.01, momentum: 0.9, wd: 0.0001 },
    lrScheduler: schedule,
  })
  const lossOf = new gluon.loss.SoftmaxCrossEntropyLoss()
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [images, labels] of trainIter) {
      const loss = autograd.record(() => lossOf(net(images), labels))
      loss.backward()
      trainer.step(images.shape[0])
      yield { kind: 'step', step: step++, steps, epoch, loss: await nd.mean(loss).asscalar() }
    }
    const accuracy = new gluon.metric.Accuracy()
    for await (const [images, labels] of testIter) accuracy.update([labels], [net(images)])
    const [, value] = await accuracy.get()
    yield { kind: 'epoch', epoch, accuracy: value }
  }
}
