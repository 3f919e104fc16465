// Random convolutional networks: layers that fit what comes before, branches, shared layers, one output or two.
import { init, type NDArray, nd, nn } from 'glueball'
import { randomNumbers } from '../random.ts'

type Layer = nn.Block<[NDArray], NDArray>
type Draw = <T>(...choices: readonly T[]) => T

/** Layers of an image of some channels and sides. */
function imageLayer(pick: Draw, channels: number, side: number): Layer {
  const made: (() => Layer)[] = [
    () => {
      const kernel = pick(1, 3, 3, 5)
      const groups = pick(1, 1, channels % 2 === 0 ? 2 : 1, channels)
      const padding = Math.floor(kernel / 2)
      const activation = pick('relu', 'tanh', 'sigmoid', 'softrelu', undefined)
      const strides = side > 6 ? pick(1, 2) : 1
      const options = { padding, groups, strides, useBias: pick(true, false), ...(activation && { activation }) }
      return new nn.Conv2D(groups * pick(1, 2, 4), kernel, options as nn.Conv2DOptions)
    },
    () => new nn.BatchNorm({ scale: pick(true, false), center: pick(true, false) }),
    () => new nn.GroupNorm({ numGroups: channels % 2 === 0 ? 2 : 1 }),
    () => new nn.InstanceNorm(),
    () =>
      pick<() => Layer>(
        () => new nn.LeakyReLU(0.2),
        () => new nn.PReLU(),
        () => new nn.ELU(),
        () => new nn.GELU(),
        () => new nn.Swish(),
        () => new nn.Activation('relu'),
      )(),
    () => new nn.ReflectionPad2D({ padding: 1 }),
    () => new nn.Conv2DTranspose(pick(2, 3), 3, { strides: side < 10 ? 2 : 1, padding: 1 }),
    () => new nn.Dropout(0.3),
  ]
  if (side > 4) {
    const window = () => ({
      poolSize: pick(2, 3),
      strides: pick(1, 2),
      padding: pick(0, 1),
      ceilMode: pick(true, false),
    })
    made.push(
      () => new nn.MaxPool2D(window()),
      () => new nn.AvgPool2D({ ...window(), countIncludePad: pick(true, false) }),
    )
  }
  return pick(...made)()
}

/** A branching network, drawn by a seed. */
export class RandomNetwork extends nn.HybridBlock<[NDArray], NDArray[]> {
  readonly #pick: Draw
  readonly #seed: number
  /** What forward does, decided by the first image. */
  #steps: ((values: NDArray[]) => NDArray)[] | undefined
  readonly #outputs: number

  constructor(seed: number) {
    super()
    const random = randomNumbers(seed)
    this.#seed = seed
    this.#pick = (...choices) => choices[Math.floor(random() * choices.length)]
    this.#outputs = this.#pick(1, 2)
  }

  override forward(x: NDArray): NDArray[] {
    const values = [x]
    if (this.#steps) for (const step of this.#steps) values.push(step(values))
    else this.#grow(values)
    return values.slice(-this.#outputs)
  }

  /** Draws the steps, each by the shapes that are there. */
  #grow(values: NDArray[]): void {
    const steps: ((values: NDArray[]) => NDArray)[] = []
    const add = (step: (values: NDArray[]) => NDArray) => {
      steps.push(step)
      values.push(step(values))
    }
    for (let i = this.#pick(4, 6, 8); i > 0; i--) add(this.#imageStep(values))
    const head = this.#register(
      this.#pick<() => Layer>(
        () => new nn.Flatten(),
        () => new nn.GlobalAvgPool2D(),
        () => new nn.GlobalMaxPool2D(),
      )(),
    )
    add((all) => head(all[all.length - 1]))
    // logits that are large would turn rounding into other probabilities
    const dense = this.#register(new nn.Dense(this.#pick(3, 10), { activation: 'tanh' }))
    add((all) => dense(all[all.length - 1]))
    if (this.#pick(true, false)) add((all) => nd.softmax(all[all.length - 1]))
    this.#steps = steps
  }

  #imageStep(values: readonly NDArray[]): (values: NDArray[]) => NDArray {
    const at = values.length - 1
    const [, channels, side] = values[at].shape
    const kind = this.#pick('layer', 'layer', 'layer', 'add', 'concat', 'twice', 'cut')
    if (kind === 'add') return (all) => all[at].add(all[at].sigmoid().multiply(0.5))
    if (kind === 'concat') return (all) => nd.concat(all[at], all[at].negative(), { dim: 1 })
    if (kind === 'cut' && side > 3)
      return (all) => all[at].slice([0, 0, 1, 1], [all[at].shape[0], channels, side, all[at].shape[3]])
    if (kind === 'twice') {
      const same = this.#register(new nn.Conv2D(channels, 3, { padding: 1 }))
      return (all) => same(same(all[at]))
    }
    const layer = this.#register(imageLayer(this.#pick, channels, side))
    return (all) => layer(all[at])
  }

  #register<B extends Layer>(layer: B): B {
    this.registerChild(layer)
    // weights of Gluon's usual size would let normalisation divide by next to nothing, and enlarge rounding
    layer.initialize({ init: new init.Xavier() })
    return layer
  }

  override toString(): string {
    return `RandomNetwork ${this.#seed}`
  }
}
