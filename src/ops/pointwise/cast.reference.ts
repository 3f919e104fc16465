// cast in plain loops.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { CastAttributes } from './cast.ts'

/** y = x in the type of y. */
export const castReference: ReferenceKernel<CastAttributes> = ([x], { dtype }, [y]) => {
  const integer = dtype === 'int32' || dtype === 'uint8'
  x.data.forEach((value, i) => {
    y.data[i] = integer ? Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value))) : value
  })
}
