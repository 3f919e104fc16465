// Cases of cumsum and of scans in general: every join and way, rows, columns and parts.
import { running } from '../../kinds/scan/scan.ts'
import type { OpCase } from '../cases.ts'
import { exact, looser, sumOf } from '../tolerance.ts'
import { cumsum } from './cumsum.ts'

/** Rows, columns and parts, with sizes of 0 and 1. */
export const alongAxes: readonly (readonly [shape: readonly number[], axis: number | null])[] = [
  [[1], 0],
  [[7], null],
  [[3, 4, 5], null],
  [[3, 4, 5], 0],
  [[3, 4, 5], 1],
  [[3, 4, 5], -1],
  [[5, 33], 0],
  [[2, 700, 3], 1],
  [[20011], 0],
  [[0, 3], 0],
  [[3, 0], 0],
  [[2, 3, 4, 5], 1],
]

/** Sums are made as float32, and stored as the float16 on one side of them or the other. */
const rounded = looser({ relative: 2 ** -10, absolute: 1e-4 }, 'a sum may lie in the middle of two halves')

const sums = [...alongAxes, [[2, 700], 1] as const].flatMap(([shape, axis]) =>
  (['float32', 'int32', 'uint8', 'int8', 'float16'] as const).map(
    (dtype): OpCase => ({
      name: `cumsum of ${dtype} (${shape}) along ${axis}`,
      inputs: [{ shape, dtype }],
      run: ([x]) => cumsum(x, { axis }),
      tolerance:
        dtype === 'float32'
          ? sumOf(axis === null ? shape.reduce((a, b) => a * b, 1) : shape.at(axis)!)
          : dtype === 'float16'
            ? rounded
            : exact,
      gradient: dtype === 'float32' && shape.every((n) => n > 0 && n < 10000),
    }),
  ),
)

const ways = (['sum', 'prod', 'max', 'min'] as const).flatMap((join) =>
  [
    { reverse: false, exclusive: true },
    { reverse: true, exclusive: false },
    { reverse: true, exclusive: true },
  ].flatMap((way) =>
    ([[9], [3, 1100, 2]] as const).map(
      (shape): OpCase => ({
        name: `${join} so far of (${shape}) ${JSON.stringify(way)}`,
        inputs: [{ shape: [...shape], domain: join === 'prod' ? [0.99, 1.01] : [-1, 1] }],
        run: ([x]) => running({ name: join, join }, x, { axis: shape.length === 1 ? 0 : 1, ...way }),
        tolerance:
          join === 'sum'
            ? sumOf(1100)
            : join === 'prod'
              ? looser({ relative: 1.2e-7 * 1100 }, 'each factor of a product is rounded')
              : exact,
        gradient: join === 'sum',
      }),
    ),
  ),
)

const errors: OpCase[] = [
  {
    name: 'cumsum along an axis that is not there',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => cumsum(x, { axis: 2 }),
    throws: '[cumsum] axis 2 is out of range: the array has 2 dimensions',
  },
]

/** All cases of scans. */
export const cases: readonly OpCase[] = [...sums, ...ways, ...errors]
