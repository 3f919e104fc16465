// matmul in plain loops, summed in float64.
import { numbers } from '../../arith/arith.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { activationOf } from '../activations.ts'
import { type MatmulAttributes, sizesOf } from './matmul.ts'

/** y[m,n] = activation(bias[n] + Σ a[m,k] · b[k,n]). */
export const matmulReference: ReferenceKernel<MatmulAttributes> = ([a, b, bias], attrs, [y]) => {
  const { M, N, K } = sizesOf(a, b, attrs)
  const formula = attrs.activation && activationOf(attrs.activation).formula
  const [aRow, aStep] = attrs.transposeA ? [1, M] : [K, 1]
  const [bRow, bStep] = attrs.transposeB ? [1, K] : [N, 1]
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = bias ? bias.data[n] : 0
      for (let k = 0; k < K; k++) sum += a.data[m * aRow + k * aStep] * b.data[k * bRow + n * bStep]
      y.data[m * N + n] = formula ? formula(numbers, sum) : sum
    }
}
