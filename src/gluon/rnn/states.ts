// States to start from, as beginState makes them.
import type { DType } from '../../core/dtype.ts'
import type { Context } from '../../core/engine.ts'
import { checkOptions, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { zeros } from '../../nd/creation.ts'
import { checkCount, checkPositions } from '../nn/arguments.ts'
import type { StateInfo } from './arguments.ts'

/** Options of beginState. */
export interface BeginStateOptions {
  /** Where the states live. Default that of the parameters, or the CPU. */
  readonly ctx?: Context | undefined
  /** Default float32. */
  readonly dtype?: DType
  /** Makes a state of a shape. Default `nd.zeros`. */
  readonly func?: (shape: readonly number[], options: { ctx?: Context | undefined; dtype?: DType }) => NDArray
}

const beginStateOptions: OptionNames<BeginStateOptions> = { ctx: true, dtype: true, func: true }

/** One state for each description. */
export function makeStates(
  name: string,
  batchSize: number,
  infos: (batchSize: number) => readonly StateInfo[],
  options: BeginStateOptions,
  usual: Context | undefined,
): NDArray[] {
  checkPositions(name, ['batchSize'], batchSize, beginStateOptions)
  checkCount(name, 'batchSize', batchSize)
  checkOptions(name, options, '{ ctx }', beginStateOptions)
  const { ctx = usual, dtype = 'float32', func = zeros } = options
  return infos(batchSize).map(({ shape }) => func(shape, { dtype, ...(ctx && { ctx }) }))
}
