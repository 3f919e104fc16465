// Network in Network (Lin, Chen and Yan 2013) with AlexNet's convolutions, as the tutorials build it.
import { checkOptions } from '../../core/errors.ts'
import type { Pair } from '../nn/arguments.ts'
import { Dropout, Flatten } from '../nn/basic.ts'
import { Conv2D } from '../nn/conv.ts'
import { GlobalAvgPool2D, MaxPool2D } from '../nn/pool.ts'
import { Sequential } from '../nn/sequential.ts'

/** Options of mlpconv. */
export interface MlpconvOptions {
  readonly strides?: Pair
  /** Ends with a 3×3 max pooling of stride 2. Default true. */
  readonly maxPooling?: boolean
  /** Keeps the last ReLU. Default true. */
  readonly lastRelu?: boolean
}

/** A convolution and two 1×1 convolutions, which are a perceptron shared by all pixels; ReLU after each. */
export function mlpconv(channels: number, kernelSize: Pair, padding: Pair, options: MlpconvOptions = {}): Sequential {
  checkOptions('mlpconv', options, '{ strides: 4 }', { strides: true, maxPooling: 'boolean', lastRelu: 'boolean' })
  const { strides = 1, maxPooling = true, lastRelu = true } = options
  const net = new Sequential()
  net.nameScope(() => {
    net.add(
      new Conv2D(channels, kernelSize, { strides, padding, activation: 'relu' }),
      new Conv2D(channels, 1, { activation: 'relu' }),
      new Conv2D(channels, 1, { activation: lastRelu ? 'relu' : null }),
    )
    if (maxPooling) net.add(new MaxPool2D({ poolSize: 3, strides: 2 }))
  })
  return net
}

/** Options of nin. */
export interface NinOptions {
  /** Number of classes. Default 10. */
  readonly classes?: number
  /** Keeps the ReLU on the class maps, as the tutorial does. Default true. */
  readonly lastRelu?: boolean
  /** Channels are divided by this. Default 1. */
  readonly narrow?: number
}

/** Network in Network: (N, C, H, W) with sides of at least 67 to (N, classes); 1,992,166 parameters for one channel. */
export function nin(options: NinOptions = {}): Sequential {
  checkOptions('nin', options, '{ classes: 10 }', { classes: 'number', lastRelu: 'boolean', narrow: 'number' })
  const { classes = 10, lastRelu = true, narrow = 1 } = options
  const net = new Sequential()
  net.nameScope(() => {
    net.add(
      mlpconv(96 / narrow, 11, 0, { strides: 4 }),
      mlpconv(256 / narrow, 5, 2),
      mlpconv(384 / narrow, 3, 1),
      new Dropout(0.5),
      mlpconv(classes, 3, 1, { maxPooling: false, lastRelu }),
      new GlobalAvgPool2D(),
      new Flatten(),
    )
  })
  return net
}
