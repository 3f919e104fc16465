// NiN trained as golden/nin.py trains it: weights drawn at seed 0, the first images in order, sixteen at a time.
import { autograd, type Context, gluon, init, type NDArray, nd } from 'glueball'
import { type Images, pixels } from './images.ts'

/** Images in a batch. */
export const batch = 16

/** How the network is made and trained. */
export interface Setting {
  readonly ctx: Context
  readonly dtype: 'float32' | 'float64'
  /** Channels are divided by this. */
  readonly narrow: number
  /** Of Xavier. */
  readonly magnitude: number
  readonly learningRate: number
}

/** A flat array for each parameter: conv0_weight, conv0_bias, …, conv11_bias. */
export type Tensors = ReadonlyMap<string, Float64Array>

/** The network and how far it is. */
export class Training {
  readonly net: gluon.nn.Sequential
  readonly #setting: Setting
  readonly #images: Images
  readonly #loss = new gluon.loss.SoftmaxCrossEntropyLoss()
  readonly #trainer: gluon.Trainer

  constructor(setting: Setting, images: Images) {
    const { ctx, dtype, narrow, magnitude, learningRate } = setting
    this.#setting = setting
    this.#images = images
    this.net = gluon.models.nin({ narrow })
    nd.random.seed(0)
    this.net.initialize({ ctx, init: new init.Xavier({ magnitude }) })
    this.net(nd.zeros([1, 1, images.size, images.size], { ctx }))
    if (dtype === 'float64') this.net.cast(dtype)
    this.#trainer = new gluon.Trainer(this.net.collectParams(), 'sgd', { learningRate })
  }

  #batchAt(step: number): readonly [NDArray, NDArray] {
    const { ctx, dtype } = this.#setting
    const [begin, end, { size }] = [step * batch, (step + 1) * batch, this.#images]
    const image = nd.array(pixels(this.#images, begin, end), { ctx, dtype, shape: [batch, 1, size, size] })
    return [image, nd.array(this.#images.labels.subarray(begin, end), { ctx, dtype })]
  }

  /** Computes the gradients of the summed loss, dropout off; resolves to the mean loss. */
  async backward(step: number): Promise<number> {
    const [image, label] = this.#batchAt(step)
    const loss = autograd.record(() => this.#loss(this.net(image), label), { trainMode: false })
    loss.backward()
    const values = Float64Array.from(await loss.toArray())
    return values.reduce((sum, value) => sum + value, 0) / batch
  }

  /** Steps, and the mean loss before each. */
  async train(steps: number): Promise<number[]> {
    const losses: number[] = []
    for (let step = 0; step < steps; step++) {
      losses.push(await this.backward(step))
      this.#trainer.step(batch)
    }
    return losses
  }

  async #read(of: (parameter: gluon.Parameter) => NDArray): Promise<Tensors> {
    const parameters = [...this.net.collectParams().values()]
    const arrays = await Promise.all(parameters.map((parameter) => of(parameter).toArray()))
    return new Map(arrays.map((array, i) => [`conv${i >> 1}_${i & 1 ? 'bias' : 'weight'}`, Float64Array.from(array)]))
  }

  /** The parameters as they are. */
  weights(): Promise<Tensors> {
    return this.#read((parameter) => parameter.data())
  }

  /** The gradients of the latest backward. */
  gradients(): Promise<Tensors> {
    return this.#read((parameter) => parameter.grad())
  }
}

/** What was added to each tensor. */
export function updates(before: Tensors, after: Tensors): Tensors {
  return new Map([...after].map(([name, values]) => [name, values.map((value, i) => value - before.get(name)![i])]))
}
