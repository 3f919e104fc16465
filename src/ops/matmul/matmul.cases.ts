// Cases of matmul: sizes around those of tiles and blocks, transposed factors, bias and activation, batches of matrices.
import type { NDArray } from '../../core/ndarray.ts'
import type { OpCase } from '../cases.ts'
import { sumOf } from '../tolerance.ts'
import { batchDot, gemm, gemm2 } from './batchDot.ts'
import { type MatmulOptions, matmul } from './matmul.ts'

const sizes: readonly (readonly [M: number, K: number, N: number])[] = [
  [1, 1, 1],
  [0, 3, 4],
  [3, 0, 4],
  [3, 4, 0],
  [5, 7, 3],
  [13, 20, 17],
  [97, 33, 40],
  [6, 800, 33],
  [64, 5, 130],
]

// few rows: each height of a tile, read where they lie up to 18 and packed beyond, sums in parts, columns left over
const fewRows: typeof sizes = [
  ...[1, 2, 3, 5, 8, 15, 16, 17, 18, 19].map((M) => [M, 67, 71] as const),
  [1, 1031, 73],
  [4, 700, 67],
  [19, 577, 37],
  [33, 513, 34],
  [256, 40, 33],
  [257, 40, 33],
]

const transposes: readonly MatmulOptions[] = [
  {},
  { transposeB: true },
  { transposeA: true },
  { transposeA: true, transposeB: true },
]

const titleOf = ({ transposeA, transposeB, activation }: MatmulOptions, bias: boolean) =>
  [transposeA && 'a transposed', transposeB && 'b transposed', bias && 'bias', activation].filter(Boolean).join(', ')

function caseOf([M, K, N]: readonly [number, number, number], options: MatmulOptions, bias = false): OpCase {
  const { transposeA, transposeB } = options
  return {
    name: `${M} x ${K} by ${K} x ${N}${titleOf(options, bias) && `, ${titleOf(options, bias)}`}`,
    inputs: [
      { shape: transposeA ? [K, M] : [M, K] },
      { shape: transposeB ? [N, K] : [K, N] },
      ...(bias ? [{ shape: [N] }] : []),
    ],
    run: ([a, b, c]) => matmul(a, b, c ?? null, options),
    tolerance: sumOf(K + 1),
  }
}

const outer: readonly (readonly [M: number, K: number, N: number])[] = [
  [20, 4099, 48],
  [96, 1030, 67],
  [128, 700, 256],
]

const batches: readonly (readonly [B: number, M: number, K: number, N: number])[] = [
  [0, 2, 3, 4],
  [1, 5, 7, 3],
  [3, 1, 1, 1],
  [2, 0, 3, 4],
  [3, 2, 0, 2],
  [7, 13, 20, 17],
  [4, 6, 800, 33],
  [2, 130, 64, 65],
  [3, 1, 1200, 530],
  [2, 19, 300, 35],
]

const batched: readonly OpCase[] = batches.flatMap(([B, M, K, N]) =>
  transposes.map(({ transposeA = false, transposeB = false }) => ({
    name: `batchDot of ${B} ${M} x ${K} by ${K} x ${N}, ${titleOf({ transposeA, transposeB }, false)}`,
    inputs: [{ shape: transposeA ? [B, K, M] : [B, M, K] }, { shape: transposeB ? [B, N, K] : [B, K, N] }],
    run: ([a, b]: readonly NDArray[]) => batchDot(a, b, { transposeA, transposeB }),
    tolerance: sumOf(K + 1),
  })),
)

const gemms: readonly OpCase[] = [
  ...transposes.map(({ transposeA = false, transposeB = false }) => ({
    name: `gemm2 of 2 x 3 matrices, ${titleOf({ transposeA, transposeB }, false)}`,
    inputs: [{ shape: transposeA ? [2, 3, 7, 5] : [2, 3, 5, 7] }, { shape: transposeB ? [2, 3, 4, 7] : [2, 3, 7, 4] }],
    run: ([a, b]: readonly NDArray[]) => gemm2(a, b, { transposeA, transposeB, alpha: 0.5 }),
    tolerance: sumOf(8),
  })),
  {
    name: 'gemm2 of two matrices',
    inputs: [{ shape: [5, 7] }, { shape: [7, 3] }],
    run: ([a, b]) => gemm2(a, b),
    tolerance: sumOf(8),
  },
  {
    name: 'gemm of batches of matrices',
    inputs: [{ shape: [2, 5, 7] }, { shape: [2, 3, 7] }, { shape: [2, 5, 3] }],
    run: ([a, b, c]) => gemm(a, b, c, { transposeB: true, alpha: 0.5, beta: 2 }),
    tolerance: sumOf(9),
  },
  {
    name: 'gemm with another shape of c',
    inputs: [{ shape: [5, 7] }, { shape: [7, 3] }, { shape: [3] }],
    run: ([a, b, c]) => gemm(a, b, c),
    throws: '[gemm] wrong shape of c: got (3,), expected (5, 3)',
  },
  {
    name: 'gemm2 of batches that differ',
    inputs: [{ shape: [2, 5, 7] }, { shape: [3, 7, 3] }],
    run: ([a, b]) => gemm2(a, b),
    throws: '[gemm2] takes matrices whose axes before the last two are equal, got (2, 5, 7) and (3, 7, 3)',
  },
  {
    name: 'batchDot of batches that differ',
    inputs: [{ shape: [2, 5, 7] }, { shape: [3, 7, 3] }],
    run: ([a, b]) => batchDot(a, b),
    throws:
      '[batchDot] takes two batches with the same number of matrices, (B, M, K) and (B, K, N), got (2, 5, 7) and (3, 7, 3)',
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [
  ...batched,
  ...gemms,
  ...sizes.flatMap((size) => transposes.map((options) => caseOf(size, options))),
  ...transposes.map((options) => caseOf([23, 45, 19], { ...options, activation: 'relu' }, true)),
  ...sizes
    .filter((size) => size.includes(0))
    .flatMap((size) => transposes.map((options) => caseOf(size, { ...options, activation: 'sigmoid' }, true))),
  ...fewRows.map((size) => caseOf(size, {})),
  ...transposes.slice(1).map((options) => caseOf([17, 67, 71], options)),
  ...[3, 19].flatMap((rows) => [
    caseOf([rows, 577, 37], { activation: 'relu' }, true),
    caseOf([rows, 577, 37], {}, true),
    caseOf([rows, 64, 37], { activation: 'tanh' }),
  ]),
  ...outer.map((size) => caseOf(size, { transposeA: true })),
  {
    name: 'NaN and infinities',
    inputs: [
      { shape: [7, 5], domain: { values: [1, -2, Number.NaN, 0.5, -0, 3, Infinity, 2, 4, -1, 1.5, 1] } },
      { shape: [5, 9], domain: [0.5, 1] },
    ],
    run: ([a, b]) => matmul(a, b),
    tolerance: sumOf(5),
  },
  {
    name: 'inner sizes that differ',
    inputs: [{ shape: [2, 3] }, { shape: [4, 5] }],
    run: ([a, b]) => matmul(a, b),
    throws: '[matmul] cannot multiply (2, 3) by (4, 5): the inner sizes are 3 and 4, and must be equal',
  },
  {
    name: 'vectors',
    inputs: [{ shape: [3] }, { shape: [3, 5] }],
    run: ([a, b]) => matmul(a, b),
    throws: '[matmul] wrong shape of a: got (3,), expected a matrix',
  },
  {
    name: 'integers',
    inputs: [
      { shape: [2, 3], dtype: 'int32' },
      { shape: [3, 5], dtype: 'int32' },
    ],
    run: ([a, b]) => matmul(a, b),
    throws: "[matmul] a must be float32, got int32: use astype('float32')",
  },
  {
    name: 'a bias of another length',
    inputs: [{ shape: [2, 3] }, { shape: [3, 5] }, { shape: [4] }],
    run: ([a, b, c]) => matmul(a, b, c),
    throws: '[matmul] wrong shape of bias: got (4,), expected (5,)',
  },
]
