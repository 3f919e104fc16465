// Cases of the random ops: the same bits on every engine, whatever the seed, the number and the offset.
import type { DType } from '../../core/dtype.ts'
import type { Context } from '../../core/engine.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { shapeOf } from '../../core/shape.ts'
import type { OpCase } from '../cases.ts'
import type { OpSpec } from '../spec.ts'
import { normalOp, type RandomAttributes, randintOp, seedGeneratorOp, shuffleOp, uniformOp } from './random.ts'

function seeded(context: Context, seed: number): NDArray {
  return invoke(seedGeneratorOp, [], {}, { scalars: [seed], context })[0]
}

interface Drawing {
  readonly seed?: number
  /** Compares the state after the draws too. */
  readonly state?: boolean
  readonly dtype?: DType
  readonly throws?: string
}

function drawing(
  op: OpSpec<RandomAttributes>,
  shape: readonly number[],
  scalars: readonly number[],
  { seed = 0, state = false, dtype = op === randintOp ? 'int32' : 'float32', throws }: Drawing = {},
): OpCase {
  return {
    ...(throws && { throws }),
    name: `${op.name} of (${shape}) from ${scalars}, seed ${seed}${state ? ', and the state' : ''}`,
    inputs: [],
    run: (_inputs, context) => {
      const generator = seeded(context, seed)
      const attrs = { shape: shapeOf(shape), dtype }
      const [first] = invoke(op, [generator], attrs, { scalars })
      const [second] = invoke(op, [generator], attrs, { scalars })
      return state ? [first, second, generator] : [first, second]
    },
  }
}

const shuffling = (shape: readonly number[], dtype: 'float32' | 'int32' | 'uint8', seed: number): OpCase => ({
  name: `shuffle of ${dtype} (${shape}), seed ${seed}`,
  inputs: [{ shape, dtype, domain: [0, 250] }],
  gradient: false,
  run: ([x], context) => invoke(shuffleOp, [x, seeded(context, seed)], {})[0],
})

/** Cases of uniform, normal, randint, seedGenerator and shuffle. */
export const cases: readonly OpCase[] = [
  drawing(uniformOp, [0], [0, 1]),
  drawing(uniformOp, [1], [0, 1]),
  drawing(uniformOp, [3, 21], [-0.07, 0.07]),
  drawing(uniformOp, [65], [-3, 7], { seed: 2 ** 32 - 1 }),
  drawing(uniformOp, [70_001], [0, 1e-3], { seed: -5 }),
  drawing(uniformOp, [66_000], [0, 1], { state: true }),
  drawing(normalOp, [1], [0, 1]),
  drawing(normalOp, [129], [1, 0.01], { seed: 3 }),
  drawing(normalOp, [300, 301], [0, 1], { seed: 123_456_789 }),
  drawing(randintOp, [7], [-3, 4]),
  drawing(randintOp, [1000], [-(2 ** 31), 2 ** 31 - 1], { seed: 1 }),
  drawing(randintOp, [1000], [0, 1]),
  drawing(randintOp, [5], [0, 9], { dtype: 'float32', throws: '[randint] cannot draw float32: expected int32' }),
  drawing(uniformOp, [5], [0, 9], { dtype: 'int32', throws: '[uniform] cannot draw int32' }),
  shuffling([0], 'float32', 0),
  shuffling([1, 5], 'float32', 0),
  shuffling([37], 'uint8', 1),
  shuffling([1000, 3], 'int32', 2),
  shuffling([9, 10_000], 'uint8', 3),
  shuffling([2, 40_000], 'float32', 4),
]
