// LeNet (LeCun et al. 1998) with ReLU and max pooling.
import { checkOptions } from '../../core/errors.ts'
import { Dense, Flatten } from '../nn/basic.ts'
import { Conv2D } from '../nn/conv.ts'
import { MaxPool2D } from '../nn/pool.ts'
import { Sequential } from '../nn/sequential.ts'

/** LeNet: (N, C, H, W) with sides of at least 16, 28 by custom, to (N, classes). */
export function lenet(options: { readonly classes?: number } = {}): Sequential {
  checkOptions('lenet', options, '{ classes: 10 }', { classes: 'number' })
  const { classes = 10 } = options
  const net = new Sequential()
  net.nameScope(() => {
    net.add(
      new Conv2D(6, 5, { activation: 'relu' }),
      new MaxPool2D({ poolSize: 2, strides: 2 }),
      new Conv2D(16, 5, { activation: 'relu' }),
      new MaxPool2D({ poolSize: 2, strides: 2 }),
      new Flatten(),
      new Dense(120, { activation: 'relu' }),
      new Dense(84, { activation: 'relu' }),
      new Dense(classes),
    )
  })
  return net
}
