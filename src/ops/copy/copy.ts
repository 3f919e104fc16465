// copy: the values of an array in other memory. A routine: whole ranges of bytes, which the runtime copies fastest.

import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'
import { copyWasm } from './copy.wasm.ts'

/** copy has no attributes. */
export type CopyAttributes = Record<never, never>

/** y = x, element by element. */
export const copyOp: OpSpec<CopyAttributes> = {
  name: 'copy',
  kernel: copyWasm,
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  gradient: (_context, [dy]) => [dy],
}

/** A new array with the same values. */
export function copy(x: NDArray): NDArray {
  return invoke(copyOp, [x], {})[0]
}

/** Overwrites the target with values of the same shape and dtype. */
export function assign(target: NDArray, source: NDArray): void {
  if (!sameShape(target.shape, source.shape) || target.dtype !== source.dtype) {
    const got = `${source.dtype} ${formatShape(source.shape)}`
    throw new OpError('copy', `cannot write ${got} into ${target.dtype} ${formatShape(target.shape)}`)
  }
  invoke(copyOp, [source], {}, { out: [target] })
}
