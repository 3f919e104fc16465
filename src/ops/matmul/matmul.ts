// matmul: the product of two matrices, each taken as it is or transposed. A routine: blocked for registers and caches.
import type { Spec } from '../../core/engine.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, shapeOf } from '../../core/shape.ts'
import type { ActivationName } from '../activations.ts'
import { checkFloats } from '../floats.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of matmul. */
export interface MatmulAttributes {
  readonly transposeA: boolean
  readonly transposeB: boolean
  /** Applied to the sums. */
  readonly activation?: ActivationName
}

/** y[m,n] = activation(bias[n] + Σ a[m,k] · b[k,n]), a and b transposed first where the attributes say so. */
export const matmulOp: OpSpec<MatmulAttributes> = {
  name: 'matmul',
  infer([a, b, bias], attrs) {
    checkMatrices(a, b, bias)
    const { M, N } = sizesOf(a, b, attrs)
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== N)) {
      throw new OpError('matmul', `wrong shape of bias: got ${formatShape(bias.shape)}, expected ${formatShape([N])}`)
    }
    return [{ shape: shapeOf([M, N]), dtype: a.dtype }]
  },
  saves: ({ activation }, [a, b]) => ({
    inputs: [...(b ? [0] : []), ...(a ? [1] : [])],
    ...(activation && { outputs: [0] }),
  }),
  gradient(context, [dy], { activationGradient, matmul, sum }) {
    const { transposeA, transposeB, activation } = context.attrs
    const { needs } = context
    const dz = activation ? activationGradient(activation, dy, context.y(0)) : dy
    const ofA = () => {
      const b = context.x(1)
      const out = context.into(0)
      return transposeA
        ? matmul(b, dz, null, { transposeA: transposeB, transposeB: true, out })
        : matmul(dz, b, null, { transposeB: !transposeB, out })
    }
    const ofB = () => {
      const a = context.x(0)
      const out = context.into(1)
      return transposeB
        ? matmul(dz, a, null, { transposeA: true, transposeB: transposeA, out })
        : matmul(a, dz, null, { transposeA: !transposeA, out })
    }
    return [needs[0] ? ofA() : null, needs[1] ? ofB() : null, needs[2] ? sum(dz, { axis: 0 }) : null]
  },
}

/** Rows and columns of the result and the length of the sums, for the operands as they are multiplied. */
export function sizesOf(
  a: { readonly shape: readonly number[] },
  b: { readonly shape: readonly number[] },
  { transposeA, transposeB }: MatmulAttributes,
): { readonly M: number; readonly N: number; readonly K: number } {
  const [M, K] = transposeA ? [a.shape[1], a.shape[0]] : a.shape
  const [inner, N] = transposeB ? [b.shape[1], b.shape[0]] : b.shape
  if (K === inner) return { M, N, K }
  const got = [transposed(a.shape, transposeA), transposed(b.shape, transposeB)].join(' by ')
  throw new OpError('matmul', `cannot multiply ${got}: the inner sizes are ${K} and ${inner}, and must be equal`)
}

function transposed(shape: readonly number[], is: boolean): string {
  return formatShape(shape) + (is ? ' transposed' : '')
}

function checkMatrices(a: Spec, b: Spec, bias: Spec | undefined): void {
  for (const [name, { shape }] of Object.entries({ a, b })) {
    if (shape.length !== 2)
      throw new OpError('matmul', `wrong shape of ${name}: got ${formatShape(shape)}, expected a matrix`)
  }
  checkFloats('matmul', ['a', 'b', 'bias'], bias ? [a, b, bias] : [a, b])
}

/** Options of matmul. */
export interface MatmulOptions {
  /** Takes a as its transpose. */
  readonly transposeA?: boolean
  /** Takes b as its transpose. */
  readonly transposeB?: boolean
  /** Applied to the result. */
  readonly activation?: ActivationName
  /** Array to write the result into. */
  readonly out?: NDArray | undefined
}

/** The product of two matrices (M, K) and (K, N), plus a bias (N,) on each row if there is one. */
export function matmul(a: NDArray, b: NDArray, bias: NDArray | null = null, options: MatmulOptions = {}): NDArray {
  const { transposeA = false, transposeB = false, activation, out } = options
  const attrs = { transposeA, transposeB, ...(activation && { activation }) }
  return invoke(matmulOp, bias ? [a, b, bias] : [a, b], attrs, out && { out: [out] })[0]
}
