// Cases of gatherNd, scatterNd, batchTake, unravelIndex and ravelMultiIndex: some axes and all, dtypes, indices out of range.
import type { CaseInput, OpCase } from '../cases.ts'
import { sumOf } from '../tolerance.ts'
import { batchTake, gatherNd, ravelMultiIndex, scatterNd, unravelIndex } from './gatherNd.ts'

const dtypes = ['float32', 'int32', 'uint8', 'float16'] as const
const around = { values: [2, 0, -1, 2.9, 7, 1e9, -1e9, Number.NaN, 1, 1, 1] } as const

const shapes: readonly (readonly [shape: readonly number[], indices: readonly number[]])[] = [
  [[4], [1, 5]],
  [
    [4, 5],
    [2, 7],
  ],
  [
    [4, 5, 3],
    [2, 7],
  ],
  [
    [4, 5, 3],
    [1, 2, 3],
  ],
  [
    [4, 5, 3],
    [3, 2, 2],
  ],
  [[4, 5], [2]],
  [
    [4, 5],
    [2, 0],
  ],
]

const gathers: OpCase[] = shapes.flatMap(([shape, indices]) => {
  const name = `gatherNd of (${shape.join(', ')}) by (${indices.join(', ')})`
  const run: OpCase['run'] = ([x, i]) => gatherNd(x, i)
  return [
    ...dtypes.map((dtype) => ({
      name: `${name}, ${dtype}`,
      inputs: [
        { shape, dtype },
        { shape: indices, dtype: 'int32' as const, domain: [-1, 5] as const },
      ],
      run,
      gradient: dtype === 'float32',
    })),
    { name: `${name}, floats`, inputs: [{ shape }, { shape: indices, domain: around }], run },
  ]
})

const scatters: OpCase[] = shapes.map(([shape, indices]) => ({
  name: `scatterNd to (${shape.join(', ')}) by (${indices.join(', ')})`,
  inputs: [
    { shape: [...indices.slice(1), ...shape.slice(indices[0])] },
    { shape: indices, dtype: 'int32' as const, domain: [0, 4] as const },
  ],
  run: ([x, i]) => scatterNd(x, i, shape),
  // several may fall on one place
  tolerance: sumOf(8),
  gradient: true,
}))

const numbers: CaseInput = { shape: [2, 3], dtype: 'int32', domain: [0, 24] }
const others: OpCase[] = [
  {
    name: 'batchTake',
    inputs: [{ shape: [4, 3] }, { shape: [4], dtype: 'int32', domain: [0, 4] }],
    run: ([x, i]) => batchTake(x, i),
    gradient: true,
  },
  { name: 'unravelIndex', inputs: [numbers], run: ([x]) => unravelIndex(x, { shape: [2, 3, 4] }) },
  {
    name: 'unravelIndex of floats',
    inputs: [{ shape: [9], domain: { values: [0, 5, 11, 7] } }],
    run: ([x]) => unravelIndex(x, { shape: [3, 4] }),
  },
  {
    name: 'ravelMultiIndex',
    inputs: [{ shape: [3, 5], domain: { values: [0, 1, 2] } }],
    run: ([x]) => ravelMultiIndex(x, { shape: [3, 4, 5] }),
  },
]

const wrong: OpCase[] = [
  {
    name: 'gatherNd along too many axes',
    inputs: [{ shape: [4, 5] }, { shape: [3, 2], dtype: 'int32' }],
    run: ([x, i]) => gatherNd(x, i),
    throws: '[gatherNd] indices are of shape (M, …), for the first M of 2 axes, got (3, 2) for (4, 5)',
  },
  {
    name: 'scatterNd of data of another shape',
    inputs: [{ shape: [2, 4] }, { shape: [1, 2], dtype: 'int32' }],
    run: ([x, i]) => scatterNd(x, i, [3, 5]),
    throws: '[scatterNd] wrong shape of data: got (2, 4), expected (2, 5) for indices (1, 2)',
  },
  {
    name: 'scatterNd of integers',
    inputs: [
      { shape: [2], dtype: 'int32' },
      { shape: [1, 2], dtype: 'int32' },
    ],
    run: ([x, i]) => scatterNd(x, i, [3]),
    throws: "[scatterNd] data must be float32, got int32: use astype('float32')",
  },
  {
    name: 'batchTake of more axes',
    inputs: [{ shape: [2, 3, 4] }, { shape: [2] }],
    run: ([x, i]) => batchTake(x, i),
    throws: '[batchTake] takes a matrix, got (2, 3, 4)',
  },
  {
    name: 'ravelMultiIndex of too few axes',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => ravelMultiIndex(x, { shape: [3, 4, 5] }),
    throws: '[ravelMultiIndex] takes an index along each axis, (3, …), got (2, 3) for (3, 4, 5)',
  },
  {
    name: 'unravelIndex without a shape',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => unravelIndex(x, {} as never),
    throws: '[unravelIndex] needs a shape, as { shape: [3, 4] }',
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [...gathers, ...scatters, ...others, ...wrong]
