// Cases of flip, pad, roll, tile and repeat: sizes 0 and 1, odd lengths, all dtypes, borders that overlap.
import type { CaseInput, OpCase } from '../cases.ts'
import { exact } from '../tolerance.ts'
import { flip } from './flip.ts'
import { type PadMode, pad } from './pad.ts'
import { roll } from './roll.ts'
import { repeat, tile } from './tile.ts'

const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const
const special = { values: [Number.NaN, -0, 0, Infinity, -Infinity, 1e-45, 3] }

type Run = OpCase['run']

/** A case for each element type; the gradient is checked where it is quick. */
function ofAll(name: string, shape: readonly number[], run: Run): OpCase[] {
  const small = shape.reduce((product, n) => product * n, 1) < 1000
  return dtypes.map((dtype) => ({
    name: `${name} of ${dtype} (${shape})`,
    inputs: [{ shape, dtype }],
    gradient: small && dtype === 'float32',
    run,
  }))
}

const flipped: [shape: readonly number[], axis: number | readonly number[]][] = [
  [[7], 0],
  [[1], 0],
  [[0, 3], 1],
  [[3, 0], 1],
  [[5, 67], -1],
  [[67, 5], 0],
  [
    [9, 13],
    [0, 1],
  ],
  [[3, 5, 3], 1],
  [[2, 3, 5, 7], 3],
  [
    [2, 3, 5, 7],
    [2, 3],
  ],
  [
    [2, 3, 2, 3, 2, 3],
    [1, 3, 5],
  ],
  [[2, 3, 70000], 2],
  [[300, 70], 1],
]

const padded: [shape: readonly number[], padWidth: readonly number[], modes?: readonly PadMode[]][] = [
  [[5], [2, 3]],
  [[5], [4, 4]],
  [[7], [0, 0]],
  [[7], [0, 2]],
  [[1], [3, 0], ['constant', 'edge']],
  [[0], [1, 2], ['constant']],
  [
    [3, 0],
    [1, 1, 0, 0],
  ],
  [
    [3, 5],
    [2, 1, 4, 3],
  ],
  [
    [2, 3, 5, 7],
    [0, 0, 0, 0, 1, 2, 3, 4],
  ],
  [
    [2, 3, 5, 7],
    [1, 1, 2, 1, 3, 3, 6, 6],
  ],
  [
    [2, 1, 3, 2, 4],
    [0, 0, 0, 0, 1, 1, 0, 1, 2, 2],
  ],
  [
    [67, 131],
    [1, 1, 1, 1],
  ],
  [
    [3, 70000],
    [1, 0, 5, 7],
  ],
]

const rolled: [shape: readonly number[], shift: number | readonly number[], axis?: number | readonly number[]][] = [
  [[7], 2],
  [[7], -9],
  [[7], 0, 0],
  [[1], 5],
  [[], 1],
  [[0], 1],
  [[3, 0], 2, 0],
  [[3, 0], 2, 1],
  [[3, 5], 4],
  [[3, 5], 1, 0],
  [[5, 67], -3, -1],
  [
    [3, 5],
    [1, -2],
    [0, 1],
  ],
  [[3, 5], 2, [0, 1]],
  [[3, 5], 2, []],
  [[3, 5], []],
  [[3, 5], [1, 1], 1],
  [
    [3, 5],
    [1, 2, 3],
    [1, 0, 1],
  ],
  [
    [2, 3, 5, 7],
    [1, 2, 3, 4],
    [0, 1, 2, 3],
  ],
  [
    [2, 3, 5, 7],
    [2, -3],
    [2, 3],
  ],
  [[2, 3, 5, 7], 1, 1],
  [[2, 3, 2, 3, 2, 3], 1, [1, 3, 5]],
  [[2, 70000], 33333, 1],
  [[300, 70], 17, 0],
]

const tiled: [shape: readonly number[], reps: number | readonly number[]][] = [
  [[3], 4],
  [[3], [2, 3]],
  [[], [3]],
  [[], [2, 3]],
  [[1], [1]],
  [[5], [0]],
  [
    [0, 2],
    [3, 2],
  ],
  [[2, 3], 3],
  [
    [2, 3],
    [3, 1],
  ],
  [
    [2, 1, 3],
    [2, 5, 3],
  ],
  [
    [2, 3, 5, 7],
    [2, 1, 3, 2],
  ],
  [
    [2, 3, 5, 7],
    [2, 1, 1, 1, 1],
  ],
  [
    [7, 300],
    [9, 11],
  ],
  [[40000], [3]],
]

const repeated: [shape: readonly number[], repeats: number, axis?: number][] = [
  [[3], 4],
  [[3], 1],
  [[3], 0],
  [[], 3],
  [[2, 3], 2],
  [[2, 3], 2, 0],
  [[2, 3], 3, -1],
  [[1, 5], 3, 0],
  [[0, 2], 3, 1],
  [[2, 3, 5, 7], 2, 1],
  [[2, 3, 5, 7], 3, 3],
  [[70, 300], 5, 0],
  [[300, 70], 5, 1],
]

const moving: OpCase[] = [
  ...flipped.flatMap(([shape, axis]) => ofAll(`flip along ${axis}`, shape, ([x]) => flip(x, axis))),
  ...padded.flatMap(([shape, widths, modes = ['constant', 'edge', 'reflect']]) =>
    modes.flatMap((mode) =>
      ofAll(`pad by ${mode} (${widths})`, shape, ([x]) => pad(x, mode, widths, { constantValue: 3 })),
    ),
  ),
  ...rolled.flatMap(([shape, shift, axis = null]) =>
    ofAll(`roll by ${shift} along ${axis}`, shape, ([x]) => roll(x, shift, { axis })),
  ),
  ...tiled.flatMap(([shape, reps]) => ofAll(`tile (${reps})`, shape, ([x]) => tile(x, reps))),
  ...repeated.flatMap(([shape, repeats, axis]) =>
    ofAll(`repeat ${repeats} along ${axis}`, shape, ([x]) => repeat(x, repeats, axis === undefined ? {} : { axis })),
  ),
]

const image: readonly CaseInput[] = [{ shape: [2, 3, 5, 7] }]
const others: OpCase[] = [
  {
    name: 'pad of special values with an infinity',
    inputs: [{ shape: [2, 7], domain: special }],
    run: ([x]) => pad(x, 'constant', [1, 1, 1, 1], { constantValue: -Infinity }),
    tolerance: exact,
  },
  {
    name: 'pad with a negative integer',
    inputs: [{ shape: [3], dtype: 'int32' }],
    run: ([x]) => pad(x, 'constant', [1, 2], { constantValue: -(2 ** 31) }),
  },
  {
    name: 'movements of movements of images',
    inputs: image,
    run: ([x]) => flip(tile(pad(x, 'reflect', [0, 0, 0, 0, 2, 2, 2, 2]), [1, 2, 1, 2]), [1, 3]),
  },
  {
    name: 'roll of special values',
    inputs: [{ shape: [2, 7], domain: special }],
    run: ([x]) => roll(x, 3, { axis: 1 }),
  },
  {
    name: 'roll there and back',
    inputs: image,
    run: ([x]) => roll(roll(x, [1, 2], { axis: [2, 3] }), [-1, -2], { axis: [2, 3] }),
  },
  {
    name: 'pad of bytes with what they do not hold',
    inputs: [{ shape: [3], dtype: 'uint8' }],
    run: ([x]) => pad(x, 'constant', [1, 1], { constantValue: 256 }),
    throws: "[pad] uint8 can't hold 256: use astype('float32') first",
  },
  {
    name: 'pad of too few axes',
    inputs: [{ shape: [3, 2] }],
    run: ([x]) => pad(x, 'edge', [1, 1]),
    throws: '[pad] wrong padWidth: got (1, 1), expected 4 non-negative integers, before and behind each axis of (3, 2)',
  },
  {
    name: 'pad by a reflection that is too wide',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => pad(x, 'reflect', [0, 0, 1, 3]),
    throws: "[pad] cannot take a border of 3 from axis 1 of size 3 by 'reflect': expected at most 2",
  },
  {
    name: 'pad by the edge of nothing',
    inputs: [{ shape: [0] }],
    run: ([x]) => pad(x, 'edge', [0, 1]),
    throws: "[pad] cannot take a border of 1 from axis 0 of size 0 by 'edge': expected none",
  },
  {
    name: 'pad by an unknown mode',
    inputs: [{ shape: [2] }],
    run: ([x]) => pad(x, 'wrap' as never, [0, 1]),
    throws: "[pad] mode is 'constant', 'edge' or 'reflect', got 'wrap'",
  },
  {
    name: 'flip along an axis that is not there',
    inputs: [{ shape: [3] }],
    run: ([x]) => flip(x, 1),
    throws: '[flip] axis 1 is out of range: the array has 1 dimensions',
  },
  {
    name: 'roll along an axis that is not there',
    inputs: [{ shape: [3] }],
    run: ([x]) => roll(x, 1, { axis: 1 }),
    throws: '[roll] axis 1 is out of range: the array has 1 dimensions',
  },
  {
    name: 'roll by half a place',
    inputs: [{ shape: [3] }],
    run: ([x]) => roll(x, 0.5),
    throws: '[roll] a shift is a whole number, as 1, got 0.5',
  },
  {
    name: 'roll by more shifts than axes',
    inputs: [{ shape: [3, 2, 2] }],
    run: ([x]) => roll(x, [1, 2, 3], { axis: [0, 1] }),
    throws: '[roll] got 3 shifts and 2 axes, expected one of each axis, or one of all',
  },
  {
    name: 'roll with the axis by position',
    inputs: [{ shape: [3] }],
    run: ([x]) => roll(x, 1, 0 as never),
    throws: '[roll] options are one object at the end, as { axis: 1 }: got 0',
  },
  {
    name: 'tile a negative number of times',
    inputs: [{ shape: [3] }],
    run: ([x]) => tile(x, [2, -1]),
    throws: '[tile] reps must be non-negative integers, got -1',
  },
  {
    name: 'repeat half a time',
    inputs: [{ shape: [3] }],
    run: ([x]) => repeat(x, 0.5),
    throws: '[repeat] repeats must be non-negative integers, got 0.5',
  },
]

/** All cases of flip, pad, roll, tile and repeat. */
export const cases: readonly OpCase[] = [...moving, ...others]
