// The cases' networks and steps as Gluon has them.

import { models } from '../src/gluon/models/getModel.ts'
import { autograd, gluon, init, type NDArray, nd, nn } from '../src/index.ts'
import type { Case } from './cases.ts'

/** A network whose chains each have their own images: one but for the stack of ResNet's stages. */
export interface Network {
  readonly net: nn.Block
  /** Each chain's output for its images. */
  outputs(images: readonly NDArray[]): NDArray[]
}

/** The network of a case, without values yet. */
export function networkOf({ network, chains }: Case): Network {
  if (network !== 'resnet-3x3') {
    const net = named(network)
    return { net, outputs: ([images]) => [net(images)] }
  }
  const net = new nn.Sequential()
  const stages = chains.map(({ layers }) => {
    const stage = new nn.Sequential()
    for (const { channels, kernel, padding, bias } of layers) {
      stage.add(new nn.Conv2D(channels, kernel, { padding, useBias: bias }))
    }
    return stage
  })
  net.add(...stages)
  return { net, outputs: (images) => stages.map((stage, i) => stage(images[i])) }
}

function named(network: Exclude<Case['network'], 'resnet-3x3'>): nn.Block {
  if (network === 'nin') return gluon.models.nin()
  return network === 'lenet' ? gluon.models.lenet() : models[network]({ classes: 10 })
}

/** How a case's weights are drawn: by He where no BatchNorm sets the scale anew in prediction. */
export function initOf({ products }: Case): init.Initializer {
  return products ? new init.Xavier({ rndType: 'gaussian', factorType: 'in', magnitude: 2 }) : new init.Xavier()
}

/** Images for each chain, with room for gradients where the case wants theirs, and labels. */
export interface Batch {
  readonly images: readonly NDArray[]
  readonly labels: NDArray
}

/** What is timed: a training step up to its loss, forward and both gradients from ones, or an inference. */
export function stepOf(kase: Case, { net, outputs }: Network): (batch: Batch) => Promise<void> {
  if (!kase.train) return async ({ images }) => void (await outputs(images)[0].toArray())
  if (kase.imageGradient) {
    return async ({ images }) => {
      autograd.backward(autograd.record(() => outputs(images)))
      await nd.waitall()
    }
  }
  const loss = new gluon.loss.SoftmaxCrossEntropyLoss()
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.01 })
  return async ({ images, labels }) => {
    const value = autograd.record(() => loss(outputs(images)[0], labels))
    value.backward()
    trainer.step(kase.batch)
    await value.mean().asscalar()
  }
}
