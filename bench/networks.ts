// The cases' networks as Gluon has them.
import { gluon, type NDArray, nn } from '../src/index.ts'
import type { Case } from './cases.ts'

/** A network whose chains each have their own images: one but for the stack of ResNet's stages. */
export interface Network {
  readonly net: nn.Sequential
  /** Each chain's output for its images. */
  outputs(images: readonly NDArray[]): NDArray[]
}

/** The network of a case, without values yet. */
export function networkOf({ network, chains }: Case): Network {
  if (network !== 'resnet-3x3') {
    const net = network === 'nin' ? gluon.models.nin() : gluon.models.lenet()
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
