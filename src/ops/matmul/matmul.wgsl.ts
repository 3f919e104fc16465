// matmul on the GPU: tiles of y, each factor read along its memory, four numbers at once where its rows allow.
import { type Factor, planProduct } from '../../kernel/wgsl/gemm.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { Result } from '../../kernel/wgsl/result.ts'
import { activationOf } from '../activations.ts'
import type { MatmulAttributes } from './matmul.ts'
import { sizesOf } from './sizes.ts'

/** A factor whose line i begins at i · steps, or whose step k begins at k · lines, the two being its sizes; one for each group. */
function factor(line: 'rows' | 'columns', size: number, sum: number, contiguous: 'line' | 'sum'): Factor {
  const width = (contiguous === 'line' ? size : sum) % 4 === 0 ? 4 : 1
  const [inMatrix, atStep] = contiguous === 'line' ? ['i', `k * p.${line}`] : ['i * p.sum', 'k']
  const atLine = `group * p.${line} * p.sum + ${inMatrix}`
  return {
    ...{ along: contiguous, width, part: 'u32' },
    ...{ line: `return ${atLine};`, step: `return ${atStep};` },
  }
}

const rowsOfY: Result = { row: 'return (group * p.rows + i) * p.columns;', column: 'return j;' }

/** y[m,n] = activation(bias[n] + Σ a[m,k] · b[k,n]), for each matrix of a batch, which is a group. */
export const matmulWgsl: WgslKernel<MatmulAttributes> = {
  plan([a, b, bias], attrs, _outputs, target) {
    const { M, N, K, batch } = sizesOf(a, b, attrs)
    const { activation } = attrs
    return planProduct(
      {
        a: factor('rows', M, K, attrs.transposeA ? 'line' : 'sum'),
        b: factor('columns', N, K, attrs.transposeB ? 'sum' : 'line'),
        c: {
          ...rowsOfY,
          bias: bias && 'column',
          activation: activation && activationOf(activation),
        },
        ...{ groups: batch, rows: M, columns: N, sum: K },
        operands: { a: { input: 0 }, b: { input: 1 }, c: { output: 0 }, bias: bias && { input: 2 } },
      },
      target,
    )
  },
}
