// Cases of diag, depthToSpace, spaceToDepth, moveaxis and sliceLike: diagonals outside, empty arrays, every dtype, mistakes.
import type { OpCase } from '../cases.ts'
import { depthToSpace, spaceToDepth } from './depth.ts'
import { diag } from './diag.ts'
import { sliceLike } from './sliceLike.ts'
import { moveaxis } from './transpose.ts'

const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const

const diagonals: readonly (readonly [shape: readonly number[], options: Parameters<typeof diag>[1]])[] = [
  [[1], {}],
  [[3], {}],
  [[3], { k: 2 }],
  [[4], { k: -1 }],
  [[0], {}],
  [[0], { k: 2 }],
  [[1, 1], {}],
  [[3, 4], {}],
  [[3, 4], { k: 3 }],
  [[3, 4], { k: 4 }],
  [[3, 4], { k: -2 }],
  [[3, 4], { axis1: 1, axis2: 0, k: 1 }],
  [[2, 3, 4], {}],
  [[2, 3, 4], { axis1: 1, axis2: -1, k: -1 }],
  [[2, 3, 4, 5], { axis1: 2, axis2: 0, k: 1 }],
  [[0, 3], {}],
]

const blocks: readonly (readonly [shape: readonly number[], block: number])[] = [
  [[2, 4, 3, 5], 1],
  [[2, 12, 3, 5], 2],
  [[1, 9, 2, 1], 3],
  [[0, 4, 2, 2], 2],
]

const moves: readonly (readonly [from: number | readonly number[], to: number | readonly number[]])[] = [
  [0, 0],
  [0, -1],
  [3, 1],
  [
    [0, 1],
    [-1, 0],
  ],
  [
    [3, 0, 1],
    [0, 1, 3],
  ],
]

const right: OpCase[] = dtypes.flatMap((dtype) => [
  ...diagonals.map(([shape, options]) => ({
    name: `diag of ${dtype} (${shape.join(', ')}) with ${JSON.stringify(options)}`,
    inputs: [{ shape, dtype }],
    run: ([x]: Parameters<OpCase['run']>[0]) => diag(x, options),
  })),
  ...blocks.flatMap(([[n, c, h, w], block]) => [
    {
      name: `depthToSpace of ${dtype} (${n}, ${c}, ${h}, ${w}) by ${block}`,
      inputs: [{ shape: [n, c, h, w], dtype }],
      run: ([x]: Parameters<OpCase['run']>[0]) => depthToSpace(x, block),
    },
    {
      name: `spaceToDepth of ${dtype} (${n}, ${c}, ${h * block}, ${w * block}) by ${block}`,
      inputs: [{ shape: [n, c, h * block, w * block], dtype }],
      run: ([x]: Parameters<OpCase['run']>[0]) => spaceToDepth(x, block),
    },
  ]),
  ...moves.map(([from, to]) => ({
    name: `moveaxis of ${dtype} from ${from} to ${to}`,
    inputs: [{ shape: [2, 3, 4, 5], dtype }],
    run: ([x]: Parameters<OpCase['run']>[0]) => moveaxis(x, from, to),
  })),
  {
    name: `sliceLike of ${dtype}`,
    inputs: [
      { shape: [4, 5, 3], dtype },
      { shape: [2, 5, 0], dtype },
    ],
    run: ([x, y]: Parameters<OpCase['run']>[0]) => sliceLike(x, y, { axes: [0, -2] }),
    gradient: false,
  },
])

const smooth: OpCase[] = [
  {
    name: 'sliceLike of all axes',
    inputs: [{ shape: [4, 5] }, { shape: [3, 2] }],
    run: ([x, y]) => sliceLike(x, y),
    gradient: false,
  },
]

const wrong: OpCase[] = [
  {
    name: 'diag of one axis twice',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => diag(x, { axis1: 1, axis2: -1 }),
    throws: '[diag] axis1 and axis2 must differ, got 1 and -1 for (2, 3)',
  },
  {
    name: 'diag of half a diagonal',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => diag(x, { k: 0.5 }),
    throws: '[diag] k must be an integer, got 0.5',
  },
  {
    name: 'depthToSpace of too few channels',
    inputs: [{ shape: [2, 6, 2, 2] }],
    run: ([x]) => depthToSpace(x, 2),
    throws: '[depthToSpace] 6 channels of (2, 6, 2, 2) must be a multiple of 4, the pixels of a block',
  },
  {
    name: 'spaceToDepth of a matrix',
    inputs: [{ shape: [4, 4] }],
    run: ([x]) => spaceToDepth(x, 2),
    throws: '[spaceToDepth] takes images (N, C, H, W), got (4, 4)',
  },
  {
    name: 'moveaxis of two axes to one',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => moveaxis(x, [0, 1], 0),
    throws: '[moveaxis] source and destination must have the same length and name each axis once, got (0, 1) and (0,)',
  },
  {
    name: 'sliceLike of something larger',
    inputs: [{ shape: [2, 3] }, { shape: [2, 4] }],
    run: ([x, y]) => sliceLike(x, y),
    throws: '[sliceLike] cannot cut axis 1 of (2, 3) to (2, 4): it must have no more elements there',
  },
  {
    name: 'sliceLike of other dimensions',
    inputs: [{ shape: [2, 3] }, { shape: [2] }],
    run: ([x, y]) => sliceLike(x, y),
    throws:
      '[sliceLike] arrays must have the same number of axes, got (2, 3) and (2,): name the axes, as { axes: [0] }',
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [...right, ...smooth, ...wrong]
