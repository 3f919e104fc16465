// HybridForwardBlock: a block written as hybrid_forward of Gluon, for programs that are ported.
import type { NDArray } from '../core/ndarray.ts'
import * as nd from '../nd/index.ts'
import { HybridBlock } from './block.ts'
import type { Parameter } from './parameter.ts'

/** The arrays of a block's own parameters by name: of `{ weight: Parameter }`, `{ weight: NDArray }`. */
export type OwnArrays<B> = {
  readonly [K in keyof B as NonNullable<B[K]> extends Parameter ? K : never]: undefined extends B[K]
    ? NDArray | undefined
    : NDArray
}

/**
 * A HybridBlock that defines `hybridForward(F, x, { weight, bias })` in place of `forward`: F is `nd`, and the last
 * argument has the arrays of the block's own parameters. A parameter with a size of 0 needs `inferShape` as well.
 */
export abstract class HybridForwardBlock<Inputs extends unknown[] = [NDArray], Output = NDArray> extends HybridBlock<
  Inputs,
  Output
> {
  static override readonly className: string = 'HybridForwardBlock'

  /** Computes the output from the functions of `nd`, the inputs, and the arrays of the block's parameters by name. */
  abstract hybridForward(F: typeof nd, ...inputs: [...inputs: Inputs, parameters: never]): Output

  /** Completes the shapes of the block's own parameters by the inputs, as `this.weight.inferShape([3, x.shape[1]])`. */
  inferShape?(...inputs: Inputs): void

  forward(...inputs: Inputs): Output {
    const own = [...this.ownParameters]
    if (own.some(([, parameter]) => parameter.deferred)) this.inferShape?.(...inputs)
    const arrays = Object.fromEntries(own.map(([key, parameter]) => [key, parameter.data()]))
    return this.hybridForward(nd, ...inputs, arrays as never)
  }
}
