// matmul in plain loops, summed in float64.
import { numbers } from '../../arith/arith.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { activationOf } from '../activations.ts'
import type { MatmulAttributes } from './matmul.ts'
import { sizesOf } from './sizes.ts'

/** y[m,n] = activation(bias[n] + Σ a[m,k] · b[k,n]), for each matrix of a batch. */
export const matmulReference: ReferenceKernel<MatmulAttributes> = ([a, b, bias], attrs, [y]) => {
  const { M, N, K, batch } = sizesOf(a, b, attrs)
  const formula = attrs.activation && activationOf(attrs.activation).formula
  const [aRow, aStep] = attrs.transposeA ? [1, M] : [K, 1]
  const [bRow, bStep] = attrs.transposeB ? [1, K] : [N, 1]
  for (let i = 0; i < batch; i++)
    for (let m = 0; m < M; m++)
      for (let n = 0; n < N; n++) {
        let sum = bias ? bias.data[n] : 0
        const [left, right] = [i * M * K + m * aRow, i * K * N + n * bStep]
        for (let k = 0; k < K; k++) sum += a.data[left + k * aStep] * b.data[right + k * bRow]
        y.data[(i * M + m) * N + n] = formula ? formula(numbers, sum) : sum
      }
}
