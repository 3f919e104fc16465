// Cases of sequenceMask, sequenceLast and sequenceReverse: both axes, lengths of every dtype, of 0, and beyond the end.
import type { CaseInput, OpCase } from '../cases.ts'
import { sequenceLast, sequenceMask, sequenceReverse } from './sequence.ts'

const lengths = { values: [2, 5, 0, 1, 9, 3] } as const
const lengthTypes = ['float32', 'int32', 'uint8'] as const
const shapes: readonly (readonly [shape: readonly number[], axis: 0 | 1])[] = [
  [[5, 6], 0],
  [[6, 5], 1],
  [[5, 6, 3], 0],
  [[6, 5, 2, 7], 1],
  [[1, 1], 0],
  [[4, 0, 3], 0],
]

const right: OpCase[] = shapes.flatMap(([shape, axis]) =>
  lengthTypes.flatMap((dtype): OpCase[] => {
    const inputs: readonly CaseInput[] = [{ shape }, { shape: [shape[1 - axis]], dtype, domain: lengths }]
    const name = `of (${shape.join(', ')}) along ${axis} by ${dtype}`
    const options = { axis, useSequenceLength: true }
    return [
      { name: `sequenceMask ${name}`, inputs, run: ([x, n]) => sequenceMask(x, n, { ...options, value: -1e6 }) },
      { name: `sequenceLast ${name}`, inputs, run: ([x, n]) => sequenceLast(x, n, options) },
      { name: `sequenceReverse ${name}`, inputs, run: ([x, n]) => sequenceReverse(x, n, options) },
    ]
  }),
)

const integers: OpCase[] = (['int32', 'uint8'] as const).flatMap((dtype): OpCase[] => {
  const inputs: readonly CaseInput[] = [
    { shape: [3, 6, 2], dtype },
    { shape: [6], domain: lengths },
  ]
  return [
    { name: `sequenceMask of ${dtype}`, inputs, run: ([x, n]) => sequenceMask(x, n, { value: 7 }) },
    { name: `sequenceLast of ${dtype}`, inputs, run: ([x, n]) => sequenceLast(x, n) },
    { name: `sequenceReverse of ${dtype}`, inputs, run: ([x, n]) => sequenceReverse(x, n) },
  ]
})

/** Lengths between which nothing jumps have gradients by the data alone. */
const fixed: CaseInput = { shape: [4], dtype: 'int32', domain: { values: [3, 1, 0, 5] } }
const smooth: OpCase[] = [
  { name: 'mask', inputs: [{ shape: [5, 4, 3] }, fixed], run: ([x, n]) => sequenceMask(x, n), gradient: true },
  {
    name: 'last',
    inputs: [{ shape: [4, 5, 3] }, fixed],
    run: ([x, n]) => sequenceLast(x, n, { axis: 1 }),
    gradient: true,
  },
  { name: 'reverse', inputs: [{ shape: [5, 4, 3] }, fixed], run: ([x, n]) => sequenceReverse(x, n), gradient: true },
  { name: 'mask of whole sequences', inputs: [{ shape: [5, 4] }], run: ([x]) => sequenceMask(x, null, { value: 3 }) },
  { name: 'last of whole sequences', inputs: [{ shape: [5, 4] }], run: ([x]) => sequenceLast(x, null, { axis: 1 }) },
  { name: 'reverse of whole sequences', inputs: [{ shape: [5, 4, 3] }], run: ([x]) => sequenceReverse(x) },
  {
    name: 'lengths that do not count',
    inputs: [{ shape: [5, 4] }, { shape: [4] }],
    run: ([x, n]) => sequenceMask(x, n, { useSequenceLength: false }),
    gradient: false,
  },
]

const wrong: OpCase[] = [
  {
    name: 'lengths of another batch',
    inputs: [{ shape: [5, 4] }, { shape: [5] }],
    run: ([x, n]) => sequenceMask(x, n),
    throws: '[sequenceMask] wrong shape of the lengths: got (5,), expected (4,) for (5, 4) along axis 0',
  },
  {
    name: 'lengths that are missing',
    inputs: [{ shape: [5, 4] }],
    run: ([x]) => sequenceLast(x, null, { useSequenceLength: true }),
    throws: '[sequenceLast] useSequenceLength needs lengths, as the second argument, got none',
  },
  {
    name: 'a third axis of time',
    inputs: [{ shape: [5, 4, 3] }],
    run: ([x]) => sequenceReverse(x, null, { axis: 2 as 1 }),
    throws: '[sequenceReverse] axis must be 0 or 1, got 2',
  },
  {
    name: 'a value that bytes do not hold',
    inputs: [{ shape: [5, 4], dtype: 'uint8' }, { shape: [4] }],
    run: ([x, n]) => sequenceMask(x, n, { value: -1 }),
    throws: "[sequenceMask] uint8 can't hold -1: expected an integer from 0 to 255",
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [...right, ...integers, ...smooth, ...wrong]
