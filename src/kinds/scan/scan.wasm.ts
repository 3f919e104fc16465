// scan on the command stream: columns side by side; long columns in parts, from the totals of the parts before.

import { kindOf } from '../../core/dtype.ts'
import { around } from '../../core/shape.ts'
import { addresses, type Body, i32, integers, item, type Local } from '../../kernel/wasm/asm.ts'
import { bytesOf, type Element, load, store, type Width } from '../../kernel/wasm/elements.ts'
import { least } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { type Address, nowhere, type Phase, type WasmKernel } from '../../kernel/wasm/plan.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { heldAs, type Join } from '../reduction/join.ts'
import { join, start } from '../reduction/lanes.ts'
import { partOf } from './part.ts'
import type { ScanAttributes } from './scan.ts'

type I32 = Local<'i32'>

/** Everything that the code of a pass depends on. */
interface PassSpec {
  readonly join: Join
  readonly reverse: boolean
  readonly exclusive: boolean
  readonly from: Element
  /** The element type of what is written: an element for each one read, or the total of each part. */
  readonly to: Element
  readonly totals: boolean
  /** The element type of what parts start from, which lies as totals do. */
  readonly starts: Element | null
  readonly rung: Rung
}

/** Elements an item, some 50 µs; parts on the axis where fewer columns than this would wait for each other. */
const [itemElements, fewestColumns] = [32768, 64]

/** Columns of a unit: they stay in registers, sixteen at a time. */
const widest = 256

/** Elements of the axis and of a part, columns in all and of a unit; `share` units are an item. */
const scanned = {
  ...addresses('to', 'from', 'starts'),
  ...integers('count', 'part', 'parts', 'columns', 'chunk', 'chunks', 'units', 'share'),
}

const scanning = (spec: PassSpec) => ({
  scan: item(scanned, (f, { index, args }) => {
    const { to, from, starts, count, part, parts, columns, chunk, chunks, units, share } = f.lets(args)
    const begin = f.let(i32.mul(index, share))
    const end = f.let(i32.add(begin, share))
    f.range(begin, least(end, units), (unit) => {
      const column = f.let(i32.mul(i32.rem_u(unit, chunks), chunk))
      const segment = f.let(i32.div_u(unit, chunks))
      const o = f.let(i32.div_u(segment, parts))
      const first = f.let(i32.mul(i32.sub(segment, i32.mul(o, parts)), part))
      const left = f.let(i32.sub(count, first))
      const rows = f.let(least(left, part))
      const last = f.let(i32.sub(rows, 1))
      const line = f.let(i32.add(i32.add(i32.mul(o, count), first), spec.reverse ? last : 0))
      const wide = f.let(i32.sub(columns, column))
      const place = (row: I32) => i32.add(i32.mul(row, columns), column)
      const [whole, total] = [place(line), place(segment)].map((at) => f.let(at))
      const at = (base: I32, element: Element, index: I32) => f.let(i32.add(base, i32.mul(index, bytesOf(element))))
      scanUnit(f, spec, {
        to: at(to, spec.to, spec.totals ? total : whole),
        from: at(from, spec.from, whole),
        starts: spec.starts ? at(starts, spec.starts, total) : undefined,
        rows,
        columns: f.let(least(wide, chunk)),
        row: columns,
      })
    })
  }),
})

/** Some columns of a part. */
interface Unit {
  readonly to: I32
  readonly from: I32
  readonly starts: I32 | undefined
  readonly rows: I32
  readonly columns: I32
  /** Elements from one row to the next. */
  readonly row: I32
}

function scanUnit(f: Body, spec: PassSpec, { to, from, starts, rows, columns, row }: Unit): void {
  const accumulator = { kind: kindOf(spec.from), join: spec.join }
  const step = (element: Element) => {
    const bytes = f.let(i32.mul(row, bytesOf(element)))
    return spec.reverse ? f.let(i32.sub(0, bytes)) : bytes
  }
  const [toStep, fromStep] = [spec.totals ? undefined : step(spec.to), step(spec.from)]
  const strip = (lanes: Width, vectors: readonly number[]) => {
    const held = vectors.map((vector) =>
      f.let(starts && spec.starts ? load(f, spec.starts, starts, lanes, vector) : start(accumulator)),
    )
    const [x, y] = [f.let(from), f.let(to)]
    const round = () => {
      const next = vectors.map((vector, v) => {
        return f.let(join(f, spec.rung, accumulator, held[v], f.let(load(f, spec.from, x, lanes, vector))))
      })
      vectors.forEach((vector, v) => {
        if (!spec.totals) store(f, spec.to, y, spec.exclusive ? held[v] : next[v], lanes, vector)
        held[v].set(next[v])
      })
    }
    f.times(rows, round, [[x, fromStep], ...(toStep ? [[y, toStep] as const] : [])])
    if (spec.totals) vectors.forEach((vector, v) => store(f, spec.to, y, held[v], lanes, vector))
  }
  const bumps = (count: number) => [
    [from, count * bytesOf(spec.from)] as const,
    [to, count * bytesOf(spec.to)] as const,
    ...(starts && spec.starts ? [[starts, count * bytesOf(spec.starts)] as const] : []),
  ]
  f.times(i32.shr_u(columns, 4), () => strip(4, [0, 1, 2, 3]), bumps(16))
  f.times(i32.and(i32.shr_u(columns, 2), 3), () => strip(4, [0]), bumps(4))
  f.times(i32.and(columns, 3), () => strip(1, [0]), bumps(1))
}

/** Totals of parts, the scan of these, and each part from what came before; or one pass. */
export const scanWasm: WasmKernel<ScanAttributes> = {
  plan([x], { scan, axis, reverse, exclusive }, _outputs, rung) {
    const sizes = around(x.shape, axis)
    const part = partOf(sizes, fewestColumns)
    const parts = Math.ceil(sizes.count / part)
    const element = x.dtype as Element
    const common = { join: scan.join, reverse, rung }
    const whole = { ...common, exclusive, from: element, to: element, totals: false }
    const [input, output] = [{ input: 0 }, { output: 0 }]
    if (parts <= 1) return { phases: [phaseOf({ ...whole, starts: null }, sizes, part, output, input, nowhere)] }
    const held = heldAs(kindOf(x.dtype))
    const bytes = Math.ceil((sizes.outer * parts * sizes.inner * 4) / 64) * 64
    const [totals, starts] = [{ workspace: 0 }, { workspace: bytes }]
    const ofTotals = { ...common, exclusive: true, from: held, to: held, totals: false, starts: null }
    return {
      workspace: 2 * bytes,
      phases: [
        phaseOf(
          { ...common, exclusive, from: element, to: held, totals: true, starts: null },
          sizes,
          part,
          totals,
          input,
          nowhere,
        ),
        phaseOf(ofTotals, { ...sizes, count: parts }, parts, starts, totals, nowhere),
        phaseOf({ ...whole, starts: held }, sizes, part, output, input, starts),
      ],
      note: `${parts} parts`,
    }
  },
}

function phaseOf(
  spec: PassSpec,
  { outer, count, inner }: ReturnType<typeof around>,
  part: number,
  to: Address,
  from: Address,
  starts: Address,
): Phase {
  const parts = Math.ceil(count / part)
  const chunk = Math.min(inner, widest)
  const chunks = Math.ceil(inner / chunk)
  const units = outer * parts * chunks
  const share = Math.max(1, Math.floor(itemElements / Math.max(1, part * chunk)))
  const sizes = { count, part, parts, columns: inner, chunk, chunks, units, share }
  return defineModule('scan', spec, scanning).phase('scan', Math.ceil(units / share), { to, from, starts, ...sizes })
}
