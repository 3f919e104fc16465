// AlexNet in the form with one tower (Krizhevsky 2014), as Gluon's model zoo has it.
import { Dense, Dropout, Flatten } from '../nn/basic.ts'
import { Conv2D } from '../nn/conv.ts'
import { MaxPool2D } from '../nn/pool.ts'
import { type ModelOptions, VisionNet } from './visionNet.ts'

class AlexNet extends VisionNet {
  static override readonly className = 'AlexNet'

  constructor(options: ModelOptions) {
    const pool = () => new MaxPool2D({ poolSize: 3, strides: 2 })
    super(options, {
      features: () => [
        new Conv2D(64, 11, { strides: 4, padding: 2, activation: 'relu' }),
        pool(),
        new Conv2D(192, 5, { padding: 2, activation: 'relu' }),
        pool(),
        new Conv2D(384, 3, { padding: 1, activation: 'relu' }),
        new Conv2D(256, 3, { padding: 1, activation: 'relu' }),
        new Conv2D(256, 3, { padding: 1, activation: 'relu' }),
        pool(),
        new Flatten(),
        new Dense(4096, { activation: 'relu' }),
        new Dropout(0.5),
        new Dense(4096, { activation: 'relu' }),
        new Dropout(0.5),
      ],
      output: (classes) => new Dense(classes),
    })
  }
}

/** AlexNet: (N, C, H, W) with sides of at least 63, 224 by custom, to (N, classes). */
export function alexnet(options: ModelOptions = {}): VisionNet {
  return new AlexNet(options)
}
