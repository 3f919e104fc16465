// scan on the GPU: an invocation a column of a part; parts start from the totals of those before.
import { kindOf } from '../../core/dtype.ts'
import { around, sizeOf } from '../../core/shape.ts'
import { sharesWords, wgslType } from '../../kernel/wgsl/elements.ts'
import { f32Text, i32Text, wgslFloats, wgslIntegers } from '../../kernel/wgsl/formula.ts'
import { mapElements } from '../../kernel/wgsl/map.ts'
import { wgslConstant } from '../../kernel/wgsl/math.ts'
import type { Binding, Dispatch, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { mapRows } from '../../kernel/wgsl/rows.ts'
import { heldAs, joined, startOf } from '../reduction/join.ts'
import { partOf } from './part.ts'
import type { ScanAttributes } from './scan.ts'

/** Parts on the axis where fewer columns than this would keep too few invocations busy. */
const fewestColumns = 4096

/** One pass: what it reads, what parts start from, and whether it leaves a total of each part or all elements. */
interface Pass {
  readonly from: Binding
  readonly to: Binding
  readonly starts?: Binding
  readonly totals?: true
  readonly exclusive: boolean
  readonly count: number
  readonly part: number
}

/** Totals of parts, the scan of these, and each part from what came before; or one pass. Elements that share words are widened meanwhile. */
export const scanWgsl: WgslKernel<ScanAttributes> = {
  plan([x], attrs) {
    const { axis, exclusive } = attrs
    const sizes = around(x.shape, axis)
    const { outer, count, inner } = sizes
    const part = partOf(sizes, fewestColumns)
    const parts = Math.ceil(count / part)
    const dtype = heldAs(kindOf(x.dtype))
    const workspace: number[] = []
    const take = (values: number): Binding => ({ workspace: workspace.push(Math.max(1, values) * 4) - 1 })
    const size = sizeOf(x.shape)
    const shared = sharesWords(x.dtype)
    const [from, to] = shared ? [take(size), take(size)] : [{ input: 0 }, { output: 0 }]
    const pass = (of: Pass) => passOf(attrs, dtype, outer, inner, of)
    const [totals, starts] = parts > 1 ? [take(outer * parts * inner), take(outer * parts * inner)] : []
    const inParts = totals && starts
    const passes: Dispatch[] = inParts
      ? [
          pass({ from, to: totals, totals: true, exclusive, count, part }),
          pass({ from: totals, to: starts, exclusive: true, count: parts, part: parts }),
          pass({ from, to, starts, exclusive, count, part }),
        ]
      : [pass({ from, to, exclusive, count, part: Math.max(1, count) })]
    if (!shared) return { workspace, dispatches: passes }
    const widened = mapElements({
      sources: { x: { binding: { input: 0 }, dtype: x.dtype } },
      output: { binding: from, dtype },
      count: size,
      value: `return ${wgslType(dtype)}(load_x(i));`,
    })
    const narrowed = mapElements({
      sources: { x: { binding: to, dtype } },
      output: { binding: { output: 0 }, dtype: x.dtype },
      count: size,
      value: `return ${wgslType(x.dtype)}(load_x(i));`,
    })
    return { workspace, dispatches: [widened, ...passes, narrowed] }
  },
}

function passOf(
  { scan, reverse }: ScanAttributes,
  dtype: 'float32' | 'int32',
  outer: number,
  inner: number,
  { from, to, starts, totals, exclusive, count, part }: Pass,
): Dispatch {
  const kind = kindOf(dtype)
  const parts = Math.ceil(count / part)
  const rows = outer * parts * inner
  const begin = wgslConstant(startOf(scan.join, kind), kind)
  const step = joined<string, string>(kind === 'float' ? f32Text : i32Text, scan.join, 'held', 'load_x(at)')
  const stored = totals
    ? ''
    : `${exclusive ? 'y[p.at_y + at] = held; held = next;' : 'held = next; y[p.at_y + at] = held;'}`
  return mapRows({
    sources: { x: { binding: from, dtype }, ...(starts && { starts: { binding: starts, dtype } }) },
    output: { binding: to, dtype },
    rows,
    reads: part,
    together: 1,
    params: { count, part, parts: Math.max(1, parts), inner: Math.max(1, inner) },
    functions: `${wgslFloats}${kind === 'int' ? wgslIntegers : ''}
fn row(r: u32, local: u32) {
  let segment = r / p.inner;
  let o = segment / p.parts;
  let first = (segment % p.parts) * p.part;
  let length = min(p.part, p.count - first);
  var held = ${starts ? 'load_starts(r)' : begin};
  for (var n = 0u; n < length; n += 1u) {
    let k = first + ${reverse ? 'length - 1u - n' : 'n'};
    let at = (o * p.count + k) * p.inner + r % p.inner;
    let next = ${step};
    ${totals ? 'held = next;' : stored}
  }
  ${totals ? 'y[p.at_y + r] = held;' : ''}
}`,
  })
}
