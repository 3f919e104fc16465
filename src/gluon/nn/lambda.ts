// Lambda, HybridLambda and Identity: functions as layers (MXNet 1.9.1, gluon/nn/basic_layers.py and contrib/nn).
import { checkOptions, nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { nearest } from '../../core/nearest.ts'
import * as nd from '../../nd/index.ts'
import { Block, type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkInput } from './arguments.ts'

/** Name of a function of nd. */
export type FunctionName = {
  [Name in keyof typeof nd]: (typeof nd)[Name] extends (...inputs: never[]) => unknown ? Name : never
}[keyof typeof nd]

/** The function itself, or that of nd with the name. */
function functionOf<Run>(op: string, given: Run | FunctionName): Run {
  if (typeof given === 'function') return given
  if (typeof given !== 'string') {
    throw new OpError(op, `takes a function, or the name of one of nd, as 'relu', got ${nameOfKind(given)}`)
  }
  const found = (nd as Readonly<Record<string, unknown>>)[given]
  if (typeof found === 'function') return found as Run
  const near = nearest(given, Object.keys(nd))
  throw new OpError(
    op,
    `no function of nd is named ${nameOfKind(given)}${near === undefined ? '' : `, did you mean '${near}'?`}`,
  )
}

/** How a function is printed: an arrow function without a name as Python's. */
const printed = (given: unknown) => (typeof given === 'string' ? given : (given as Function).name || '<lambda>')

/** A function of arrays as a layer; or one of nd, by its name: `new nn.Lambda('tanh')`. */
export class Lambda<Inputs extends unknown[] = [NDArray], Output = NDArray> extends Block<Inputs, Output> {
  static override readonly className: string = 'Lambda'
  readonly #run: (...inputs: Inputs) => Output
  readonly #name: string

  constructor(run: ((...inputs: Inputs) => Output) | FunctionName, options: BlockOptions = {}) {
    checkOptions('Lambda', options, "{ prefix: 'lambda0_' }", blockOptions)
    super(options)
    this.#run = functionOf('Lambda', run)
    this.#name = printed(run)
  }

  forward(...inputs: Inputs): Output {
    return this.#run(...inputs)
  }

  override describe(): string {
    return `Lambda(${this.#name})`
  }
}

/** A function of ops alone as a layer, which a HybridSequential takes; or one of nd, by its name. */
export class HybridLambda<Inputs extends unknown[] = [NDArray], Output = NDArray> extends HybridBlock<Inputs, Output> {
  static override readonly className: string = 'HybridLambda'
  readonly #run: (...inputs: Inputs) => Output
  readonly #name: string

  constructor(run: ((...inputs: Inputs) => Output) | FunctionName, options: BlockOptions = {}) {
    checkOptions('HybridLambda', options, "{ prefix: 'lambda0_' }", blockOptions)
    super(options)
    this.#run = functionOf('HybridLambda', run)
    this.#name = printed(run)
  }

  forward(...inputs: Inputs): Output {
    return this.#run(...inputs)
  }

  override describe(): string {
    return `HybridLambda(${this.#name})`
  }
}

/** Its input, as it is: the branch of a Concurrent that passes it on. */
export class Identity extends HybridBlock {
  static override readonly className: string = 'Identity'

  constructor(options: BlockOptions = {}) {
    checkOptions('Identity', options, "{ prefix: 'identity0_' }", blockOptions)
    super(options)
  }

  forward(x: NDArray): NDArray {
    checkInput('Identity', x)
    return x
  }
}
