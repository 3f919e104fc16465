// NiN trained as golden/nin.py trains it: weights drawn at seed 0, the first images in order, sixteen at a time.
import { autograd, type Context, gluon, init, type NDArray, nd } from 'glueball'
import { batches } from './images.ts'

/** Images in a batch. */
export const batch = 16

/** How the network is made and trained. */
export interface Setting {
  readonly ctx: Context
  readonly dtype: 'float32' | 'float64'
  /** Side of the images. */
  readonly size: number
  /** Channels are divided by this. */
  readonly narrow: number
  /** Of Xavier. */
  readonly magnitude: number
  readonly learningRate: number
  /** Tanh for ReLU and the mean for the maximum of a pool, so that nothing switches. */
  readonly smooth?: boolean
}

/** A flat array for each parameter: conv0_weight, conv0_bias, …, conv11_bias. */
export type Tensors = ReadonlyMap<string, Float64Array>

/** The network and its trainer. */
export class Training {
  readonly net: gluon.nn.Sequential
  readonly #setting: Setting
  readonly #loss = new gluon.loss.SoftmaxCrossEntropyLoss()
  readonly #trainer: gluon.Trainer

  constructor(setting: Setting) {
    const { ctx, dtype, size, narrow, magnitude, learningRate, smooth } = setting
    this.#setting = setting
    this.net = smooth ? smoothNin(narrow) : gluon.models.nin({ narrow })
    nd.random.seed(0)
    this.net.initialize({ ctx, init: new init.Xavier({ magnitude }) })
    this.net(nd.zeros([1, 1, size, size], { ctx }))
    if (dtype === 'float64') this.net.cast(dtype)
    this.#trainer = new gluon.Trainer(this.net.collectParams(), 'sgd', { learningRate })
  }

  /** Computes the gradients of the summed loss, dropout off; gives the losses. */
  #backward(image: NDArray, label: NDArray): NDArray {
    const { dtype } = this.#setting
    const [x, y] = [image.astype(dtype), label.astype(dtype)]
    const loss = autograd.record(() => this.#loss(this.net(x), y), { trainMode: false })
    loss.backward()
    return loss
  }

  /** Steps over as many batches, and the mean loss before each step; without `update` gradients alone. */
  async train(steps: number, { update = true } = {}): Promise<number[]> {
    const { ctx, size } = this.#setting
    const losses: number[] = []
    for await (const [image, label] of await batches({ ctx, size, batch, count: steps * batch })) {
      const loss = this.#backward(image, label)
      if (update) this.#trainer.step(batch)
      losses.push(Float64Array.from(await loss.toArray()).reduce((sum, value) => sum + value, 0) / batch)
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

/** NiN with nothing in it that switches. */
function smoothNin(narrow: number): gluon.nn.Sequential {
  const { AvgPool2D, Conv2D, Flatten, GlobalAvgPool2D, Sequential } = gluon.nn
  const net = new Sequential()
  const block = (channels: number, size: number, strides: number, padding: number) => {
    net.add(new Conv2D(channels, size, { strides, padding, activation: 'tanh' }))
    for (let i = 0; i < 2; i++) net.add(new Conv2D(channels, 1, { activation: 'tanh' }))
  }
  block(96 / narrow, 11, 4, 0)
  net.add(new AvgPool2D({ poolSize: 3, strides: 2 }))
  block(256 / narrow, 5, 1, 2)
  net.add(new AvgPool2D({ poolSize: 3, strides: 2 }))
  block(384 / narrow, 3, 1, 1)
  net.add(new AvgPool2D({ poolSize: 3, strides: 2 }))
  block(10, 3, 1, 1)
  net.add(new GlobalAvgPool2D(), new Flatten())
  return net
}

/** What was added to each tensor. */
export function updates(before: Tensors, after: Tensors): Tensors {
  return new Map([...after].map(([name, values]) => [name, values.map((value, i) => value - before.get(name)![i])]))
}
