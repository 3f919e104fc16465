// matmul: the product of two matrices, or of two batches, each taken as it is or transposed. A routine: blocked for
// registers and caches.

import type { Spec } from '../../core/engine.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, shapeOf } from '../../core/shape.ts'
import type { ActivationName } from '../activations.ts'
import { checkFloats } from '../floats.ts'
import type { OpSpec } from '../spec.ts'
import { matmulWasm } from './matmul.wasm.ts'
import { sizesOf } from './sizes.ts'

/** Attributes of matmul. */
export interface MatmulAttributes {
  readonly transposeA: boolean
  readonly transposeB: boolean
  /** Applied to the sums. */
  readonly activation?: ActivationName
}

/**
 * y[m,n] = activation(bias[n] + Σ a[m,k] · b[k,n]), a and b transposed first where the attributes say so. Arrays of three
 * axes are batches of matrices: y[i,m,n] = Σ a[i,m,k] · b[i,k,n].
 */
export const matmulOp: OpSpec<MatmulAttributes> = {
  name: 'matmul',
  kernel: matmulWasm,
  infer([a, b, bias], attrs) {
    checkMatrices(a, b, bias)
    const { M, N, batch } = sizesOf(a, b, attrs)
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== N)) {
      throw new OpError('matmul', `wrong shape of bias: got ${formatShape(bias.shape)}, expected ${formatShape([N])}`)
    }
    return [{ shape: shapeOf(a.shape.length === 3 ? [batch, M, N] : [M, N]), dtype: a.dtype }]
  },
  saves: ({ activation }, [a, b]) => ({
    inputs: [...(b ? [0] : []), ...(a ? [1] : [])],
    ...(activation && { outputs: [0] }),
  }),
  gradient(context, [dy], { activationGradient, sum }) {
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

function checkMatrices(a: Spec, b: Spec, bias: Spec | undefined): void {
  const batches = !bias && a.shape.length === 3 && b.shape.length === 3
  if (batches && a.shape[0] !== b.shape[0]) {
    const got = `${formatShape(a.shape)} and ${formatShape(b.shape)}`
    throw new OpError('matmul', `batches must have one number of matrices, got ${got}`)
  }
  for (const [name, { shape }] of batches ? [] : Object.entries({ a, b })) {
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

/**
 * The product of two matrices (M, K) and (K, N), plus a bias (N,) on each row if there is one; or the products of two
 * batches of matrices, (B, M, K) and (B, K, N).
 */
export function matmul(a: NDArray, b: NDArray, bias: NDArray | null = null, options: MatmulOptions = {}): NDArray {
  const { transposeA = false, transposeB = false, activation, out } = options
  const attrs = { transposeA, transposeB, ...(activation && { activation }) }
  return invoke(matmulOp, bias ? [a, b, bias] : [a, b], attrs, out && { out: [out] })[0]
}
