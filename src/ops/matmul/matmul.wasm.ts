// matmul on the command stream: rows of a against packed panels of b, or an outer product where a is transposed.
import { i32, item } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { outerProduct } from '../../kernel/wasm/outerProduct.ts'
import { type PanelSource, packPanels, panelBytes } from '../../kernel/wasm/panels.ts'
import { type Address, derive, type Phase, type Plan, type WasmKernel } from '../../kernel/wasm/plan.ts'
import { rowProduct } from '../../kernel/wasm/rowProduct.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { isThin, thinProduct } from '../../kernel/wasm/thinProduct.ts'
import { activationOf } from '../activations.ts'
import type { MatmulAttributes } from './matmul.ts'
import { sizesOf } from './sizes.ts'

/** y[m,n] = activation(bias[n] + Σ a[m,k] · b[k,n]), for each matrix of a batch. */
export const matmulWasm: WasmKernel<MatmulAttributes> = {
  plan([a, b, bias], attrs, _outputs, rung) {
    const sizes = sizesOf(a, b, attrs)
    const plain = !attrs.transposeB && !bias && !attrs.activation && a.shape.length === 2
    if (attrs.transposeA && plain) return outer(sizes, rung)
    if (!attrs.transposeA && !attrs.transposeB && isThin(sizes.M)) return thin(sizes, attrs, bias !== undefined, rung)
    return rows(sizes, attrs, bias !== undefined, rung)
  },
}

interface Sizes {
  readonly M: number
  readonly N: number
  readonly K: number
  readonly batch: number
}

function outer({ M, N, K }: Sizes, rung: Rung): Plan {
  const note = `outer product ${M} x ${N} over ${K}`
  return { ...outerProduct({ M, N, rung }, K, { a: { input: 0 }, b: { input: 1 }, c: { output: 0 } }), note }
}

function thin({ M, N, K, batch }: Sizes, { activation }: MatmulAttributes, biased: boolean, rung: Rung): Plan {
  const shape = { rung, K, columns: N, bias: biased, activation: activation && activationOf(activation) }
  const operands = {
    a: { input: 0 },
    b: { input: 1 },
    c: { output: 0 },
    ...(biased && { bias: { input: 2 } }),
  } as const
  const { note, ...plan } = thinProduct(shape, M, operands, batch)
  return { ...plan, note: `few rows, ${batch > 1 ? `${batch} of ` : ''}${M} x ${K} x ${N}: ${note}` }
}

function rows({ M, N, K, batch }: Sizes, attrs: MatmulAttributes, biased: boolean, rung: Rung): Plan {
  const { transposeA, transposeB, activation } = attrs
  const columns = { count: N, step: transposeB ? K : 1 }
  const matrices = { count: batch, step: K * N }
  const source: PanelSource = { matrices, k: steps(K, transposeB ? 1 : N), columns, begin: 0 }
  const bytes = panelBytes(source, rung)
  // a transposed b of one matrix is a layer's weight, whose panels serve until it is updated
  const kept = transposeB && batch === 1
  const panels: Address = kept ? { derived: 0 } : { workspace: 0 }
  const pack = packPanels(source, { input: 1 }, panels, rung)
  const copied = kept ? 0 : bytes
  const a: Address = transposeA ? { workspace: copied } : { input: 0 }
  const formula = activation && activationOf(activation)
  const operands = { a, b: panels, c: { output: 0 }, ...(biased && { bias: { input: 2 } }) } as const
  const product = rowProduct({ rung, K, columns: N, bias: biased, activation: formula }, M, operands, batch)
  const phases = [...(kept ? [] : [pack]), ...(transposeA ? [transpose(M, K, batch, a)] : []), product]
  return {
    workspace: kept && !transposeA ? 0 : Math.max(16, copied + (transposeA ? batch * M * K * 4 : 0)),
    ...(kept && { derived: [derive(1, bytes, [pack])] }),
    phases,
    note: `rows against panels, ${batch > 1 ? `${batch} of ` : ''}${M} x ${K} x ${N}`,
  }
}

/** k as three strides, the outermost of up to sixteen rounds, which are items of the packing. */
function steps(K: number, step: number): PanelSource['k'] {
  const rounds = [16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2].find((n) => K % n === 0 && K >= n * 8) ?? 1
  const inner = K / rounds
  return [
    { count: rounds, step: inner * step },
    { count: 1, step: 0 },
    { count: inner, step },
  ]
}

/** The phase that writes a of shape (batch, K, M) as the transposes of its matrices. */
function transpose(M: number, K: number, batch: number, to: Address): Phase {
  return defineModule('matmul transpose', {}, transposition).phase('row', batch * M, { to, from: { input: 0 }, M, K })
}

const transposition = () => ({
  row: item({ to: 'address', from: 'address', M: 'i32', K: 'i32' }, (f, { index, args }) => {
    const K = f.let(args.K)
    const to = f.let(i32.add(args.to, i32.mul(index, i32.shl(K, 2))))
    const M = f.let(args.M)
    // row m of matrix i is column m of its source
    const first = i32.add(i32.mul(i32.div_u(index, M), i32.mul(M, K)), i32.rem_u(index, M))
    const from = f.let(i32.add(args.from, i32.shl(first, 2)))
    f.times(K, () => f.store(to, i32.load(from)), [
      [to, 4],
      [from, i32.shl(M, 2)],
    ])
  }),
})
