// A few training steps of a classifier, as the chapters on convolutional networks have them.
import { autograd, gluon, init, loss, type NDArray, nn } from 'glueball'
import type { Trace } from './trace.ts'

/** What is trained: images (N, C, H, W), and how. */
export interface Training {
  readonly images: readonly [N: number, C: number, H: number, W: number]
  readonly lr: number
  readonly steps: number
}

/**
 * Trains a classifier of ten classes by SGD and notes its losses and a prediction. Dropout does nothing in these steps,
 * since no twin draws the same masks; a step with it must give a finite loss, and another one.
 */
export async function classify(trace: Trace, net: nn.Sequential, { images, lr, steps }: Training): Promise<void> {
  const X = trace.uniform('X', images)
  const y = trace.integers('y', [images[0]], 10)
  net.initialize({ init: new init.Xavier() })
  net(X)
  await trace.start(net.collectParams())
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: lr })
  const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
  const dropped = autograd.trainMode(() => crossEntropy(net(X), y))
  for (let step = 0; step < steps; step++) {
    const l = autograd.record(() => crossEntropy(net(X), y), { trainMode: false })
    l.backward()
    trainer.step(images[0])
    await trace.note(`loss of step ${step + 1}`, l)
    if (step === 0 && drops(net)) await checkDropped(dropped, l)
  }
  await trace.note('prediction', net(X))
}

const drops = (net: nn.Sequential) => [...net.walk()].some(([, block]) => block instanceof nn.Dropout)

async function checkDropped(dropped: NDArray, without: NDArray): Promise<void> {
  const [a, b] = [await dropped.toArray(), await without.toArray()]
  if (!a.every(Number.isFinite) || a.every((value, i) => value === b[i])) throw new Error('dropout changes no loss')
}
