// matmul on the command stream: rows of a against packed panels of b, or an outer product where a is transposed.
import { i32, item } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { outerProduct } from '../../kernel/wasm/outerProduct.ts'
import { type PanelSource, packPanels, panelBytes } from '../../kernel/wasm/panels.ts'
import { type Address, derive, type Phase, type Plan, type WasmKernel } from '../../kernel/wasm/plan.ts'
import { rowProduct } from '../../kernel/wasm/rowProduct.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { activationOf } from '../activations.ts'
import { type MatmulAttributes, sizesOf } from './matmul.ts'

/** y[m,n] = activation(bias[n] + Σ a[m,k] · b[k,n]). */
export const matmulWasm: WasmKernel<MatmulAttributes> = {
  plan([a, b, bias], attrs, _outputs, rung) {
    const sizes = sizesOf(a, b, attrs)
    const plain = !attrs.transposeB && !bias && !attrs.activation
    return attrs.transposeA && plain ? outer(sizes, rung) : rows(sizes, attrs, bias !== undefined, rung)
  },
}

interface Sizes {
  readonly M: number
  readonly N: number
  readonly K: number
}

function outer({ M, N, K }: Sizes, rung: Rung): Plan {
  const note = `outer product ${M} x ${N} over ${K}`
  return { ...outerProduct({ M, N, rung }, K, { a: { input: 0 }, b: { input: 1 }, c: { output: 0 } }), note }
}

function rows({ M, N, K }: Sizes, attrs: MatmulAttributes, biased: boolean, rung: Rung): Plan {
  const { transposeA, transposeB, activation } = attrs
  const columns = { count: N, step: transposeB ? K : 1 }
  const source: PanelSource = { matrices: { count: 1, step: 0 }, k: steps(K, transposeB ? 1 : N), columns, begin: 0 }
  const bytes = panelBytes(source, rung)
  // a transposed b is a layer's weight, whose panels serve until it is updated
  const panels: Address = transposeB ? { derived: 0 } : { workspace: 0 }
  const pack = packPanels(source, { input: 1 }, panels, rung)
  const copied = transposeB ? 0 : bytes
  const a: Address = transposeA ? { workspace: copied } : { input: 0 }
  const formula = activation && activationOf(activation)
  const product = rowProduct({ rung, K, columns: N, bias: biased, activation: formula }, M, {
    ...{ a, b: panels, c: { output: 0 } },
    ...(biased && { bias: { input: 2 } }),
  })
  const phases = [...(transposeB ? [] : [pack]), ...(transposeA ? [transpose(M, K, a)] : []), product]
  return {
    workspace: transposeB && !transposeA ? 0 : Math.max(16, copied + (transposeA ? M * K * 4 : 0)),
    ...(transposeB && { derived: [derive(1, bytes, [pack])] }),
    phases,
    note: `rows against panels, ${M} x ${K} x ${N}`,
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

/** The phase that writes a of shape (K, M) as its transpose. */
function transpose(M: number, K: number, to: Address): Phase {
  return defineModule('matmul transpose', {}, transposition).phase('row', M, { to, from: { input: 0 }, M, K })
}

const transposition = () => ({
  row: item({ to: 'address', from: 'address', M: 'i32', K: 'i32' }, (f, { index, args }) => {
    const K = f.let(args.K)
    const to = f.let(i32.add(args.to, i32.mul(index, i32.shl(K, 2))))
    const from = f.let(i32.add(args.from, i32.shl(index, 2)))
    f.times(K, () => f.store(to, i32.load(from)), [
      [to, 4],
      [from, i32.shl(args.M, 2)],
    ])
  }),
})
