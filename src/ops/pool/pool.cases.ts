// Cases of pooling: windows that overlap, leave gaps, don't divide, reach into padding and beyond it; channel blocks.
import type { NDArray } from '../../core/ndarray.ts'
import type { CaseInput, OpCase } from '../cases.ts'
import { sumOf } from '../tolerance.ts'
import { averagePool, averagePoolGradient, maxPool, maxPoolGradient, type PoolOptions } from './pool.ts'

interface Shaped extends PoolOptions {
  readonly shape: readonly number[]
  /** Whether windows hold enough pixels for a small step to change the maximum. */
  readonly crowded?: boolean
}

const windows: Record<string, Shaped> = {
  'a window of one pixel': { shape: [1, 1, 1, 1], kernel: 1 },
  'side by side': { shape: [2, 4, 6, 6], kernel: 2 },
  'three over two, odd sizes': { shape: [2, 5, 7, 9], kernel: 3, strides: 2 },
  'three over two, rounded up': { shape: [2, 3, 8, 6], kernel: 3, strides: 2, ceilMode: true },
  'three over one, padded': { shape: [1, 7, 5, 4], kernel: 3, strides: 1, padding: 1 },
  'oblong with gaps': { shape: [1, 9, 9, 11], kernel: [2, 3], strides: [3, 5], padding: [1, 0] },
  'rounded up to the right padding': { shape: [1, 2, 3, 3], kernel: 2, strides: 2, padding: 1, ceilMode: true },
  'rounded up into the right padding': { shape: [1, 2, 4, 5], kernel: 4, strides: 3, padding: 2, ceilMode: true },
  'rounded up beyond the padding': { shape: [1, 3, 5, 5], kernel: 1, strides: 3, ceilMode: true },
  'half the window padding': { shape: [1, 2, 3, 4], kernel: [2, 5], strides: 1, padding: [1, 2] },
  '256 places': { shape: [1, 5, 17, 18], kernel: 16, strides: 1 },
  '257 places': { shape: [1, 3, 1, 260], kernel: [1, 257], strides: 1 },
  '16 channels and more': { shape: [2, 16, 5, 5], kernel: 3, strides: 2 },
  '31 channels': { shape: [1, 31, 6, 5], kernel: 2, strides: 1 },
  '67 channels, several items a row': { shape: [2, 67, 13, 13], kernel: 5, strides: 1, padding: 2 },
  'rows of many windows': { shape: [2, 3, 9, 41], kernel: 3, strides: 2, padding: 1 },
  'many windows side by side': { shape: [2, 3, 7, 53], kernel: [2, 3] },
  'many windows with gaps': { shape: [1, 2, 8, 60], kernel: [2, 3], strides: [3, 4], ceilMode: true },
  'the whole image': { shape: [3, 10, 4, 5], kernel: [4, 5] },
  'the whole of a large image': { shape: [2, 21, 19, 17], kernel: [19, 17] },
  'many channels of whole images': { shape: [2, 300, 20, 20], kernel: [20, 20], crowded: true },
  'no images': { shape: [0, 3, 5, 5], kernel: 3 },
  'no channels': { shape: [2, 0, 5, 5], kernel: 3 },
}

const area = ({ kernel }: PoolOptions) => (typeof kernel === 'number' ? kernel ** 2 : kernel[0] * kernel[1])

const each = Object.entries(windows).flatMap(([name, { shape, crowded, ...options }]): OpCase[] => [
  { name: `max, ${name}`, inputs: [{ shape }], run: ([x]) => maxPool(x, options), gradient: !crowded },
  {
    name: `mean, ${name}`,
    inputs: [{ shape }],
    run: ([x]) => averagePool(x, options),
    tolerance: sumOf(area(options)),
  },
  {
    name: `mean without padding, ${name}`,
    inputs: [{ shape }],
    run: ([x]) => averagePool(x, { ...options, countIncludePad: false }),
    tolerance: sumOf(area(options)),
  },
])

const special = { values: [-1, -1, Number.NaN, -Infinity, 2, 2, -0, 0, -3, -Infinity, -Infinity, -Infinity, Infinity] }
const overlapping = { kernel: [3, 3], strides: [2, 2], padding: [1, 1], ceilMode: false } as const
const sized = { ...overlapping, padding: [0, 0], size: [7, 9] } as const
const dy: CaseInput = { shape: [2, 21, 3, 4] }

const others: OpCase[] = [
  {
    name: 'max of negatives, ties, NaN and infinities',
    inputs: [{ shape: [2, 21, 6, 7], domain: special }],
    run: ([x]) => maxPool(x, overlapping),
  },
  {
    name: 'max of negatives alone, padded',
    inputs: [{ shape: [1, 6, 5, 5], domain: [-9, -8] }],
    run: ([x]) => maxPool(x, overlapping),
  },
  {
    name: 'max of one value everywhere',
    inputs: [{ shape: [1, 18, 5, 5], domain: { values: [-2] } }],
    run: ([x]) => maxPool(x, overlapping),
  },
  {
    name: 'max gradient from any positions',
    inputs: [dy, { ...dy, dtype: 'uint8', domain: [0, 9] }],
    run: ([g, argmax]) => maxPoolGradient(g, argmax, sized),
    tolerance: sumOf(4),
    gradient: false,
  },
  {
    name: 'max gradient from positions of a large window',
    inputs: [{ shape: [1, 6, 2, 3] }, { shape: [1, 6, 2, 3], dtype: 'int32', domain: [0, 272] }],
    run: ([g, argmax]) => {
      const window = { kernel: [17, 16], strides: [3, 2], padding: [0, 0], ceilMode: false, size: [20, 20] } as const
      return maxPoolGradient(g, argmax, window)
    },
    tolerance: sumOf(6),
    gradient: false,
  },
  {
    name: 'gradient of the gradient of the mean',
    inputs: [dy],
    run: ([g]) => averagePoolGradient(g, { ...sized, countIncludePad: true }),
    tolerance: sumOf(4),
  },
]

const wrong: OpCase[] = [
  {
    name: 'a window larger than the padded image',
    inputs: [{ shape: [1, 1, 3, 5] }],
    run: ([x]) => maxPool(x, { kernel: 6, padding: 1 }),
    throws: '[maxPool] the window must fit the padded input: got height 6, expected at most height 3 with padding 1',
  },
  ...[maxPool, averagePool].map((pool) => ({
    name: `${pool.name} padded by more than half its window`,
    inputs: [{ shape: [1, 1, 9, 9] }],
    run: ([x]: readonly NDArray[]) => pool(x, { kernel: [3, 4], padding: [1, 3] }),
    throws: `[${pool.name}] padding of more than half the window (3, 4): got (1, 3), expected at most (1, 2)`,
  })),
  ...[maxPool, averagePool].map((pool) => ({
    name: `${pool.name} of images without pixels`,
    inputs: [{ shape: [1, 1, 0, 4] }],
    run: ([x]: readonly NDArray[]) => pool(x, { kernel: 2, padding: 1 }),
    throws: `[${pool.name}] the images have no pixels: got (1, 1, 0, 4), expected a positive height and width`,
  })),
  {
    name: 'three dimensions',
    inputs: [{ shape: [2, 3, 5] }],
    run: ([x]) => averagePool(x, { kernel: 2 }),
    throws: '[averagePool] the input must be (N, C, H, W), got (2, 3, 5)',
  },
  {
    name: 'bytes',
    inputs: [{ shape: [1, 1, 4, 4], dtype: 'uint8' }],
    run: ([x]) => maxPool(x, { kernel: 2 }),
    throws: 'the input must be float32, got uint8',
  },
  {
    name: 'a stride of 0',
    inputs: [{ shape: [1, 1, 4, 4] }],
    run: ([x]) => maxPool(x, { kernel: 2, strides: 0 }),
    throws: 'wrong strides: got [0,0], expected two positive integers',
  },
  {
    name: 'a gradient of another shape',
    inputs: [{ shape: [1, 1, 2, 3] }],
    run: ([g]) => averagePoolGradient(g, { ...sized, countIncludePad: true }),
    throws: '[averagePoolGradient] wrong shape of dy: got (1, 1, 2, 3), expected (1, 1, 3, 4)',
  },
]

/** All cases of pooling. */
export const cases: readonly OpCase[] = [...each, ...others, ...wrong]
