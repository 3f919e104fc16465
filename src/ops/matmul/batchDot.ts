// batchDot and gemm2: products of many matrices at once, each taken as it is or transposed.
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape, sizeOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { add, multiply } from '../elementwise/elementwise.ts'
import { made, type OutOption, outOption, written } from '../out.ts'
import { withShape } from '../view/reshape.ts'
import { matmul } from './matmul.ts'
import { sizesOf } from './sizes.ts'

/** Options of dot and batchDot. */
export interface DotOptions extends OutOption {
  /** Takes a transposed. Default false. */
  readonly transposeA?: boolean
  /** Takes b transposed. Default false. */
  readonly transposeB?: boolean
}

const dotOptions: OptionNames<DotOptions> = { ...outOption, transposeA: 'boolean', transposeB: 'boolean' }

/** Which factors are transposed. */
type Transposes = Required<Omit<DotOptions, 'out'>>

/** The transposes that options ask for; throws for anything else. */
export function transposesOf(op: string, options: DotOptions, more: readonly unknown[] = []): Transposes {
  checkOptions(op, options, '{ transposeB: true }', dotOptions, more)
  const { transposeA = false, transposeB = false } = options
  for (const [name, value] of Object.entries({ transposeA, transposeB })) {
    if (typeof value !== 'boolean') throw new OpError(op, `${name} must be true or false, got ${nameOfKind(value)}`)
  }
  return { transposeA, transposeB }
}

/** The products of the matrices of two batches, (B, M, K) and (B, K, N): (B, M, N). */
export function batchDot(a: NDArray, b: NDArray, options: DotOptions = {}, ...more: []): NDArray {
  const transposes = transposesOf('batchDot', options, more)
  for (const x of [a, b]) checkArray('batchDot', x)
  if (a.ndim !== 3 || b.ndim !== 3 || a.shape[0] !== b.shape[0]) {
    const got = `${formatShape(a.shape)} and ${formatShape(b.shape)}`
    throw new OpError(
      'batchDot',
      `takes two batches with the same number of matrices, (B, M, K) and (B, K, N), got ${got}`,
    )
  }
  return written('batchDot', options.out, () => named('batchDot', () => matmul(a, b, null, transposes)))
}

/** Options of gemm2. */
export interface Gemm2Options extends DotOptions {
  /** What the products are multiplied by. Default 1. */
  readonly alpha?: number
}

/** alpha · a · b for the matrices in the last two axes; the axes before them are equal: (…, M, K) and (…, K, N). */
export function gemm2(a: NDArray, b: NDArray, options: Gemm2Options = {}, ...more: []): NDArray {
  checkOptions('gemm2', options, '{ transposeB: true }', { ...dotOptions, alpha: 'number' }, more)
  const { alpha = 1, ...rest } = options
  const transposes = transposesOf('gemm2', rest)
  for (const x of [a, b]) checkArray('gemm2', x)
  if (typeof alpha !== 'number') throw new OpError('gemm2', `alpha must be a number, got ${nameOfKind(alpha)}`)
  const batches = a.shape.slice(0, -2)
  if (a.ndim < 2 || b.ndim < 2 || !sameShape(batches, b.shape.slice(0, -2))) {
    const got = `${formatShape(a.shape)} and ${formatShape(b.shape)}`
    throw new OpError('gemm2', `takes matrices whose axes before the last two are equal, got ${got}`)
  }
  const { M, N } = named('gemm2', () => sizesOf(a, b, transposes))
  return made('gemm2', options.out, () => {
    const matrices = ({ shape }: NDArray) => [sizeOf(batches), ...shape.slice(-2)]
    const [left, right] = [a, b].map((x) => withShape(x, matrices(x)))
    const product = named('gemm2', () => matmul(left, right, null, transposes))
    return withShape(alpha === 1 ? product : multiply(product, alpha), [...batches, M, N])
  })
}

/** Options of gemm. */
export interface GemmOptions extends Gemm2Options {
  /** What `c` is multiplied by. Default 1. */
  readonly beta?: number
}

/** alpha · a · b + beta · c for the matrices in the last two axes; `c` has the shape of the products. */
export function gemm(a: NDArray, b: NDArray, c: NDArray, options: GemmOptions = {}, ...more: []): NDArray {
  checkArray('gemm', c)
  checkOptions('gemm', options, '{ beta: 0.5 }', { ...dotOptions, alpha: 'number', beta: 'number' }, more)
  const { beta = 1, out, ...rest } = options
  return made('gemm', out, () => {
    const product = named('gemm', () => gemm2(a, b, rest))
    if (!sameShape(product.shape, c.shape)) {
      throw new OpError('gemm', `wrong shape of c: got ${formatShape(c.shape)}, expected ${formatShape(product.shape)}`)
    }
    return named('gemm', () => add(product, beta === 1 ? c : multiply(c, beta)))
  })
}
