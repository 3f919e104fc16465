// argsort: the order of the elements of each row; a routine, since no kind moves elements by their values.

import type { OpSpec } from '../spec.ts'
import { argsortWasm } from './argsort.wasm.ts'

/** Attributes of argsort. */
export interface ArgsortAttributes {
  /** Whether the largest element comes first. Equal ones keep their order either way. */
  readonly descending: boolean
}

/**
 * Along the last axis: places[j] is the index of the element that comes at j, and ranks[i] the j at which element i comes.
 * Equal elements keep their order, −0 equals 0, and NaN is larger than all numbers.
 */
export const argsortOp: OpSpec<ArgsortAttributes> = {
  name: 'argsort',
  kernel: argsortWasm,
  infer: ([{ shape }]) => [
    { shape, dtype: 'int32' },
    { shape, dtype: 'int32' },
  ],
}
