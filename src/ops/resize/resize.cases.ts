// Cases of resize, toTensor and normalize: equal to the bit.
import type { DType } from '../../core/dtype.ts'
import type { CaseInput, OpCase } from '../cases.ts'
import { normalize } from './normalize.ts'
import { resize } from './resize.ts'
import { toTensor } from './toTensor.ts'

function pixels(shape: readonly number[], dtype: DType): CaseInput {
  return { shape, dtype, domain: dtype === 'float32' ? [-1, 1] : [0, 256] }
}

const resizing = (shape: readonly number[], height: number, width: number, dtype: DType = 'uint8'): OpCase => ({
  name: `resize of ${dtype} (${shape}) to ${height} × ${width}`,
  inputs: [pixels(shape, dtype)],
  gradient: false,
  run: ([x]) => resize(x, { height, width }),
})

const tensor = (shape: readonly number[], dtype: DType = 'uint8'): OpCase => ({
  name: `toTensor of ${dtype} (${shape})`,
  inputs: [pixels(shape, dtype)],
  gradient: false,
  run: ([x]) => toTensor(x),
})

const normalizing = (shape: readonly number[], mean: number | number[], std: number | number[]): OpCase => ({
  name: `normalize of (${shape})`,
  inputs: [{ shape }],
  run: ([x]) => normalize(x, mean, std),
})

/** Cases of resize, toTensor and normalize. */
export const cases: readonly OpCase[] = [
  resizing([3, 28, 28, 1], 112, 112),
  resizing([28, 28, 1], 224, 224),
  resizing([2, 28, 28, 1], 32, 31),
  resizing([2, 28, 28, 1], 14, 14),
  resizing([2, 28, 28, 2], 14, 14),
  resizing([1, 6, 4, 5], 3, 2),
  resizing([2, 13, 7, 3], 5, 19),
  resizing([2, 9, 11, 4], 40, 3),
  resizing([5, 1, 1, 1], 3, 2),
  resizing([2, 3, 1, 1], 1, 3),
  resizing([2, 5, 6, 3], 5, 6),
  resizing([1, 200, 300, 3], 150, 301),
  resizing([0, 2, 2, 1], 4, 4),
  resizing([2, 3, 3, 0], 4, 4),
  resizing([2, 7, 5, 1], 12, 13, 'float32'),
  resizing([2, 7, 5, 3], 3, 9, 'float32'),
  { ...resizing([3, 4], 2, 2), throws: '[resize] takes images (H, W, C) or (N, H, W, C), got (3, 4)' },
  { ...resizing([2, 2, 1], 2, 2, 'int32'), throws: '[resize] takes uint8 or float32, got int32' },
  { ...resizing([2, 2, 1], 0, 2), throws: '[resize] sizes are positive integers, got 0 × 2' },
  { ...resizing([2, 0, 1], 2, 2), throws: '[resize] cannot resize images without pixels, got (2, 0, 1)' },
  tensor([2, 5, 3, 1]),
  tensor([3, 17, 1001, 1]),
  tensor([2, 5, 3, 3]),
  tensor([140, 121, 2]),
  tensor([4, 4, 5], 'float32'),
  tensor([3, 7, 1], 'float32'),
  tensor([3, 7, 1], 'int32'),
  tensor([1, 3, 7, 2], 'int32'),
  tensor([0, 3, 7, 2]),
  tensor([1, 1, 1]),
  { ...tensor([4]), throws: '[toTensor] takes images' },
  normalizing([2, 3, 5, 7], [0.1, 0.2, 0.3], [0.5, 0.25, 0.3]),
  normalizing([1, 7, 9], 0.13, 0.31),
  normalizing([3, 4, 4], 0, [1, 2, 3]),
  normalizing([2, 1, 130, 130], [0.5], [2]),
  normalizing([0, 3, 2, 2], 0, 1),
  { ...normalizing([2, 3, 3], 0, 1), throws: '[normalize] takes images' },
  { ...normalizing([3, 3, 3], [0, 1], 1), throws: '[normalize] mean has 2 numbers, expected 1 or one for each of 3' },
]
