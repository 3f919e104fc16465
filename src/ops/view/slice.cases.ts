// Cases of slice and writeSlice: views and copies, steps of both signs, edges.
import type { CaseInput, OpCase } from '../cases.ts'
import { type SliceBound, selectionOf, slice, sliceAxis, writeSlice } from './slice.ts'

type Bounds = readonly SliceBound[]

const selections: [shape: readonly number[], begin: Bounds, end: Bounds, step?: Bounds][] = [
  [[7], [2], [5]],
  [[7], [-3], [null]],
  [[7], [5], [2]],
  [[9], [null], [null], [2]],
  [[9], [null], [null], [-1]],
  [[9], [7], [1], [-3]],
  [[1], [0], [1]],
  [[0], [null], [null]],
  [
    [2, 1],
    [2, 1],
    [null, 0],
  ],
  [[4, 6], [1], [3]],
  [
    [4, 6],
    [2, 1],
    [3, 4],
  ],
  [
    [4, 6],
    [0, 1],
    [4, 5],
  ],
  [
    [4, 6],
    [null, null],
    [null, null],
    [2, 3],
  ],
  [
    [4, 6],
    [null, null],
    [null, null],
    [-1, -2],
  ],
  [
    [5, 3, 4, 6],
    [1, null, 1],
    [4, null, 3],
  ],
  [
    [5, 3, 4, 6],
    [1, 1, 1, 1],
    [2, 2, 2, 5],
  ],
  [
    [3, 4, 5, 2],
    [null, 1, null, 0],
    [null, 3, null, 1],
  ],
  [
    [2, 3, 2, 3, 2, 3, 2],
    [0, 0, 0, 0, 0, 0, 0],
    [2, 2, 2, 2, 2, 2, 1],
    [1, 1, 1, 1, 1, 1, 1],
  ],
  [
    [70, 300],
    [3, 10],
    [69, 290],
  ],
  [
    [3, 40000],
    [0, 5],
    [3, 39990],
  ],
]

const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const

const slices: OpCase[] = selections.flatMap(([shape, begin, end, step = []], i) => {
  const title = `(${shape}) [${begin}:${end}:${step}]`
  const dtype = dtypes[i % dtypes.length]
  const attrs = selectionOf('slice', shape, begin, end, step)
  const selected = attrs.begin.map((first, k) => Math.max(0, Math.ceil((attrs.end[k] - first) / attrs.step[k])))
  const small = shape.reduce((product, n) => product * n, 1) < 1000
  const values: CaseInput = { shape: selected }
  return [
    { name: `slice of ${title}`, inputs: [{ shape }], gradient: small, run: ([x]) => slice(x, begin, end, step) },
    { name: `slice of ${dtype} ${title}`, inputs: [{ shape, dtype }], run: ([x]) => slice(x, begin, end, step) },
    {
      name: `writeSlice to ${dtype} ${title}`,
      inputs: [
        { shape, dtype },
        { ...values, dtype },
      ],
      gradient: false,
      run([x, part]) {
        writeSlice(x, part, attrs)
        return x
      },
    },
  ]
})

const others: OpCase[] = [
  {
    name: 'a view shares writes with what it is of',
    inputs: [{ shape: [4, 5] }, { shape: [2, 2] }],
    gradient: false,
    run([x, part]) {
      const rows = slice(x, [1], [3])
      writeSlice(rows, part, selectionOf('writeSlice', rows.shape, [null, 1], [null, 3]))
      return [x, rows]
    },
  },
  {
    name: 'a view of a view, changed below it',
    inputs: [{ shape: [6, 4] }, { shape: [1, 4] }],
    gradient: false,
    run([x, part]) {
      const inner = slice(slice(x, [1], [5]), [1], [3])
      writeSlice(x, part, selectionOf('writeSlice', x.shape, [2], [3]))
      return [inner, x]
    },
  },
  { name: 'sliceAxis', inputs: [{ shape: [3, 4, 5] }], run: ([x]) => sliceAxis(x, -2, 1, -1) },
  {
    name: 'sliceAxis on an axis that is not there',
    inputs: [{ shape: [3] }],
    run: ([x]) => sliceAxis(x, 1, 0, 1),
    throws: '[sliceAxis] axis 1 is out of range: the array has 1 dimensions',
  },
  {
    name: 'a step of 0',
    inputs: [{ shape: [3] }],
    run: ([x]) => slice(x, [0], [1], [0]),
    throws: '[slice] a step must not be 0',
  },
  {
    name: 'too many bounds',
    inputs: [{ shape: [3] }],
    run: ([x]) => slice(x, [0, 0], [1, 1]),
    throws: '[slice] too many bounds: got 2, expected 1 at most',
  },
  {
    name: 'writing another shape',
    inputs: [{ shape: [3, 3] }, { shape: [2, 2] }],
    run([x, part]) {
      writeSlice(x, part, selectionOf('writeSlice', x.shape, [0], [2]))
      return x
    },
    throws: '[writeSlice] wrong shape of values: got (2, 2), expected (2, 3)',
  },
]

/** All cases of slice and what belongs to it. */
export const cases: readonly OpCase[] = [...slices, ...others]
