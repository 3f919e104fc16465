// What the networks of Gluon's model zoo have in common: features of an image, and an output that scores classes.
import { checkOptions, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { type Block, type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkCount } from '../nn/arguments.ts'
import { HybridSequential } from '../nn/sequential.ts'

/** Options of the models. */
export interface ModelOptions extends BlockOptions {
  /** Number of classes. Default 1000. */
  readonly classes?: number
}

const modelOptions: OptionNames<ModelOptions> = { ...blockOptions, classes: 'number' }

/** The parts of a model; both are made in its scope of names. */
export interface ModelParts {
  readonly features: () => readonly Block[]
  readonly output: (classes: number) => Block
  /** Prefix of the names in `features`. Default none, as most models of Gluon have it. */
  readonly featuresPrefix?: string
}

/** Images (N, C, H, W) to scores (N, classes): `output` of `features`; both may be replaced, as fine-tuning does. */
export class VisionNet extends HybridBlock {
  static override readonly className: string = 'VisionNet'
  features: HybridSequential
  output: Block

  constructor(options: ModelOptions, { features, output, featuresPrefix = '' }: ModelParts) {
    checkOptions(new.target.className, options, '{ classes: 10 }', modelOptions)
    const { classes = 1000, ...own } = options
    checkCount(new.target.className, 'classes', classes)
    super(own)
    this.features = this.nameScope(() => new HybridSequential({ prefix: featuresPrefix }))
    this.nameScope(() => this.features.nameScope(() => this.features.add(...features())))
    this.output = this.nameScope(() => output(classes))
  }

  forward(x: NDArray): NDArray {
    return this.output(this.features(x))
  }
}

/** A container whose blocks are named as if they stood beside it. */
export function chain(...blocks: Block[]): HybridSequential {
  return new HybridSequential(...blocks, { prefix: '' })
}
