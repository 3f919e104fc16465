// Clipping gradients by their common norm (MXNet 1.9.1, gluon/utils.py).
import { pause } from '../../autograd/autograd.ts'
import { kindOf } from '../../core/dtype.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { release, within } from '../../core/ownership.ts'
import { applyInPlace } from '../../nd/inPlace.ts'
import { readScalar } from '../../nd/reading.ts'
import { concat } from '../../ops/concat/concat.ts'
import { add, divide, minimum } from '../../ops/elementwise/elementwise.ts'
import { multiply } from '../../ops/elementwise/formulas.ts'
import { norm } from '../../ops/reduce/reduce.ts'

/** Options of `clipGlobalNorm`. */
export interface ClipGlobalNormOptions {
  /** Reads the norm, and warns where it is NaN or infinite. Default true. */
  readonly checkIsfinite?: boolean
}

const clipGlobalNormOptions: OptionNames<ClipGlobalNormOptions> = { checkIsfinite: 'boolean' }

/**
 * Multiplies arrays in place by min(1, maxNorm / (norm + 1e-8)), where norm is the Euclidean norm of all their elements.
 * Gives the norm before that: as a number to be awaited, or with `checkIsfinite: false` as an array of shape (1,).
 */
export function clipGlobalNorm(
  arrays: readonly NDArray[],
  maxNorm: number,
  options: ClipGlobalNormOptions & { readonly checkIsfinite: false },
): NDArray
export function clipGlobalNorm(
  arrays: readonly NDArray[],
  maxNorm: number,
  options?: ClipGlobalNormOptions & { readonly checkIsfinite?: true },
): Promise<number>
export function clipGlobalNorm(
  arrays: readonly NDArray[],
  maxNorm: number,
  options: ClipGlobalNormOptions = {},
): NDArray | Promise<number> {
  checkOptions('clipGlobalNorm', options, '{ checkIsfinite: false }', clipGlobalNormOptions)
  checkArrays(arrays)
  if (typeof maxNorm !== 'number' || !(maxNorm >= 0)) {
    throw new OpError('clipGlobalNorm', `maxNorm must be a non-negative number, got ${nameOfKind(maxNorm)}`)
  }
  const total = within('', 'clipGlobalNorm has returned', () => pause(() => clipped(arrays, maxNorm)))
  return options.checkIsfinite === false ? total : checked(total)
}

function checkArrays(arrays: readonly NDArray[]): void {
  if (!Array.isArray(arrays)) throw new OpError('clipGlobalNorm', `takes a list of arrays, got ${nameOfKind(arrays)}`)
  if (arrays.length === 0) throw new OpError('clipGlobalNorm', 'takes at least one array, got an empty list')
  for (const array of arrays) {
    if (!(array instanceof NDArray)) throw new OpError('clipGlobalNorm', `takes arrays, got ${nameOfKind(array)}`)
    if (kindOf(array.dtype) === 'float') continue
    throw new OpError('clipGlobalNorm', `takes arrays of a float type, got ${array.dtype}`)
  }
}

/** Scales the arrays; gives their norm. The norm of norms is exact where squares would overflow. */
function clipped(arrays: readonly NDArray[], maxNorm: number): NDArray {
  const total = norm(concat(...arrays.map((array) => norm(array)), { dim: 0 }))
  const scale = minimum(divide(maxNorm, add(total, 1e-8)), 1)
  for (const array of arrays) applyInPlace(array, multiply, scale)
  return total
}

async function checked(total: NDArray): Promise<number> {
  const value = await readScalar(total)
  release(total, 'clipGlobalNorm has returned')
  if (!Number.isFinite(value)) {
    console.warn(`[clipGlobalNorm] the norm is ${value}: the clipped arrays hold NaN, and the update will spread it`)
  }
  return value
}
