// Cases of broadcastLike, broadcastAxis and reshapeLike: whole shapes, some axes, mistakes.
import type { OpCase } from '../cases.ts'
import {
  type BroadcastAxisOptions,
  type BroadcastLikeOptions,
  broadcastAxis,
  broadcastLike,
  type ReshapeLikeOptions,
  reshapeLike,
} from './like.ts'

const pair = (a: readonly number[], b: readonly number[]) => [{ shape: a }, { shape: b }]

const broadcast = (a: readonly number[], b: readonly number[], options: BroadcastLikeOptions = {}): OpCase => ({
  name: `broadcastLike (${a}) (${b}) ${JSON.stringify(options)}`,
  inputs: pair(a, b),
  run: ([x, like]) => broadcastLike(x, like, options),
  gradient: a.length > 0,
})

const reshaped = (a: readonly number[], b: readonly number[], options: ReshapeLikeOptions = {}): OpCase => ({
  name: `reshapeLike (${a}) (${b}) ${JSON.stringify(options)}`,
  inputs: pair(a, b),
  run: ([x, like]) => reshapeLike(x, like, options),
})

const along = (a: readonly number[], options: BroadcastAxisOptions): OpCase => ({
  name: `broadcastAxis (${a}) ${JSON.stringify(options)}`,
  inputs: [{ shape: a }],
  run: ([x]) => broadcastAxis(x, options),
})

/** All cases of these. */
export const cases: readonly OpCase[] = [
  broadcast([3, 1], [3, 5]),
  broadcast([1], [2, 3, 4]),
  broadcast([2, 1, 3], [7, 5], { lhsAxes: 1, rhsAxes: -1 }),
  broadcast([1, 4, 1], [2, 3], { lhsAxes: [0, -1], rhsAxes: [1, 0] }),
  broadcast([1, 3], [0, 3]),
  along([1, 3, 1], { axis: [0, 2], size: [2, 5] }),
  along([3, 1], { axis: -1, size: 4 }),
  reshaped([2, 6], [3, 4]),
  reshaped([0, 6], [3, 0]),
  reshaped([30, 7], [15, 2, 4], { lhsBegin: 0, lhsEnd: 1, rhsBegin: 0, rhsEnd: 2 }),
  reshaped([2, 3, 4], [9, 12], { lhsBegin: -2, rhsBegin: 1 }),
  {
    name: 'broadcastLike with axes of one side',
    inputs: pair([1], [3]),
    run: ([x, like]) => broadcastLike(x, like, { lhsAxes: 0 }),
    throws: '[broadcastLike] lhsAxes and rhsAxes go together: give both, or neither',
  },
  {
    name: 'broadcastAxis with too few sizes',
    inputs: [{ shape: [1, 1] }],
    run: ([x]) => broadcastAxis(x, { axis: [0, 1], size: 3 }),
    throws: '[broadcastAxis] each axis needs one size, got 2 axes and 1 sizes',
  },
  {
    name: 'reshapeLike of another number of elements',
    inputs: pair([2, 3], [7]),
    run: ([x, like]) => reshapeLike(x, like),
    throws: '[reshapeLike] cannot give (2, 3) of 6 elements the shape (7,), of 7 elements',
  },
  {
    name: 'reshapeLike beyond the axes',
    inputs: pair([2, 3], [6]),
    run: ([x, like]) => reshapeLike(x, like, { lhsBegin: 3 }),
    throws: '[reshapeLike] axis 3 is out of range for 2 axes: expected -2 to 2',
  },
]
