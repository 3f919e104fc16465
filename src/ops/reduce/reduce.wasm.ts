// reduce on the command stream: rows or columns of memory at a time, partial results in a workspace.
import { type Body, type ItemInput, i32, item, type Local, select } from '../../kernel/asm.ts'
import { defineModule, type KernelModule } from '../../kernel/module.ts'
import type { Phase, PlanArgument, WasmKernel } from '../../kernel/plan.ts'
import {
  acrossLanes,
  bytesOf,
  type Element,
  finished,
  joined,
  load,
  loadLanes,
  neutral,
  type Pass,
  store,
} from './lanes.ts'
import type { ReduceAttributes } from './reduce.ts'
import { type Cut, cutOf, gathered, keepsOrder, type Step, stepsOf, widestChunk } from './steps.ts'

type I32 = Local<'i32'>

/** Rounds that are joined before their result joins the total, so that long sums stay exact. */
const block = 64

const moduleOf = (pass: Pass): KernelModule =>
  defineModule(`reduce ${Object.values(pass).join(' ')}`, () => [
    item('rows', (f, input) => eachUnit(f, input, pass, (unit) => reduceRow(f, pass, unit))),
    item('columns', (f, input) => eachUnit(f, input, pass, (unit) => reduceColumns(f, pass, unit))),
    item('wide', (f, input) => eachUnit(f, input, pass, (unit) => reduceWide(f, pass, unit, input.scratch))),
  ])

/** A part of a step: rows of x, some columns wide, that become one row of y. */
interface Unit {
  readonly x: I32
  readonly y: I32
  readonly rows: I32
  readonly columns: I32
  /** Bytes from one row of x to the next. */
  readonly step: I32
  readonly count: I32
}

// args: y, x, r, inner, part, parts, chunk, chunks, units an item, units, divisor
function eachUnit(f: Body, { index, arg }: ItemInput, { from, to }: Pass, build: (unit: Unit) => void): void {
  const names = ['r', 'inner', 'part', 'parts', 'chunk', 'chunks', 'perItem', 'units', 'count'] as const
  const size = Object.fromEntries(names.map((name, i) => [name, f.let(arg.i32(2 + i))])) as Record<
    (typeof names)[number],
    I32
  >
  const { r, inner, part, parts, chunk, chunks, perItem, units, count } = size
  const step = f.let(i32.mul(inner, bytesOf(from)))
  const begin = f.let(i32.mul(index, perItem))
  const end = f.let(i32.add(begin, perItem))
  f.range(begin, select(i32.lt_u(end, units), end, units), (unit) => {
    const column = f.let(i32.mul(i32.rem_u(unit, chunks), chunk))
    const segment = f.let(i32.div_u(unit, chunks))
    const first = f.let(i32.mul(i32.rem_u(segment, parts), part))
    const row = i32.add(i32.mul(i32.div_u(segment, parts), r), first)
    const place = (line: typeof row) => i32.add(i32.mul(line, inner), column)
    const [rest, wide] = [f.let(i32.sub(r, first)), f.let(i32.sub(inner, column))]
    build({
      x: f.let(i32.add(arg.i32(1), i32.mul(place(row), bytesOf(from)))),
      y: f.let(i32.add(arg.i32(0), i32.mul(place(segment), bytesOf(to)))),
      rows: f.let(select(i32.lt_u(rest, part), rest, part)),
      columns: f.let(select(i32.lt_u(wide, chunk), wide, chunk)),
      step,
      count,
    })
  })
}

/** Joins what `visit` loads in `rounds` rounds, in blocks, into one local for each of its vectors. */
function gather(
  f: Body,
  pass: Pass,
  rounds: I32,
  at: I32,
  step: I32 | number,
  visit: readonly ((at: I32) => Local<'v128'>)[],
): Local<'v128'>[] {
  const totals = visit.map(() => f.let(neutral(pass)))
  const sums = visit.map(() => f.let(neutral(pass)))
  const left = f.let(rounds)
  f.while(left, () => {
    const now = f.let(select(i32.lt_u(left, block), left, i32.const(block)))
    for (const sum of sums) sum.set(neutral(pass))
    f.times(now, () => visit.forEach((value, i) => sums[i].set(joined(pass, sums[i], value(at)))), [[at, step]])
    totals.forEach((total, i) => total.set(joined(pass, total, sums[i])))
    left.set(i32.sub(left, now))
  })
  return totals
}

/** One row becomes one element: sixteen elements a round, then the rest one by one. */
function reduceRow(f: Body, pass: Pass, { x, y, rows: length, count }: Unit): void {
  const at = f.let(x)
  const bytes = bytesOf(pass.from)
  const vectors = [0, 1, 2, 3].map((i) => (from: I32) => load(f, pass, from, 4, i))
  const [a, b, c, d] = gather(f, pass, f.let(i32.shr_u(length, 4)), at, 16 * bytes, vectors)
  const fours = f.let(joined(pass, joined(pass, a, b), joined(pass, c, d)))
  const joinFour = () => fours.set(joined(pass, fours, load(f, pass, at, 4)))
  f.times(i32.and(i32.shr_u(length, 2), 3), joinFour, [[at, 4 * bytes]])
  const result = acrossLanes(f, pass, fours)
  f.times(i32.and(length, 3), () => result.set(joined(pass, result, load(f, pass, at, 1))), [[at, bytes]])
  store(f, pass.to, y, [finished(f, pass, result, count)], 1)
}

/** Rows become one row: sixteen columns at a time, then four, then single ones. */
function reduceColumns(f: Body, pass: Pass, { x, y, rows, columns, step, count }: Unit): void {
  const counts = { 16: i32.shr_u(columns, 4), 4: i32.and(i32.shr_u(columns, 2), 3), 1: i32.and(columns, 3) }
  for (const width of [16, 4, 1] as const) {
    const lanes = width === 1 ? 1 : 4
    const vectors = width === 16 ? [0, 1, 2, 3] : [0]
    const strip = () => {
      const loads = vectors.map((i) => (from: I32) => load(f, pass, from, lanes, i))
      const sums = gather(f, pass, rows, f.let(x), step, loads)
      const results = sums.map((sum) => finished(f, pass, sum, count))
      store(f, pass.to, y, results, lanes)
    }
    const bumps = [
      [x, width * bytesOf(pass.from)],
      [y, width * bytesOf(pass.to)],
    ] as const
    f.times(counts[width], strip, bumps)
  }
}

/** Long rows become one row: four at a time, each read from its begin to its end, are joined to the sums in scratch. */
function reduceWide(f: Body, pass: Pass, { x, y, rows, columns, step, count }: Unit, scratch: I32): void {
  const held = partial(pass.from)
  const fill = ([sum]: readonly I32[], lanes: 4 | 1, vectors: readonly number[]) =>
    store(
      f,
      held,
      sum,
      vectors.map(() => neutral(pass)),
      lanes,
    )
  eachStrip(f, columns, [[scratch, 4]], fill)
  const at = f.let(x)
  for (const lines of [4, 1] as const) {
    const pointers = Array.from({ length: lines }, () => f.local('i32'))
    const join = ([sum, ...from]: readonly I32[], lanes: 4 | 1, vectors: readonly number[]) => {
      const sums = vectors.map((i) => {
        const [a, b, c, d] = from.map((line) => load(f, pass, line, lanes, i))
        const four = lines === 4 ? joined(pass, joined(pass, a, b), joined(pass, c, d)) : a
        return f.let(joined(pass, loadLanes(held, sum, lanes, i), four))
      })
      store(f, held, sum, sums, lanes)
    }
    const round = () => {
      pointers.forEach((pointer, i) => pointer.set(i32.add(at, i32.mul(step, i))))
      const from = pointers.map((pointer) => [pointer, bytesOf(pass.from)] as const)
      eachStrip(f, columns, [[scratch, 4], ...from], join)
    }
    f.times(lines === 4 ? i32.shr_u(rows, 2) : i32.and(rows, 3), round, [[at, f.let(i32.mul(step, lines))]])
  }
  const finish = ([sum, to]: readonly I32[], lanes: 4 | 1, vectors: readonly number[]) => {
    const results = vectors.map((i) => finished(f, pass, loadLanes(held, sum, lanes, i), count))
    store(f, pass.to, to, results, lanes)
  }
  eachStrip(
    f,
    columns,
    [
      [scratch, 4],
      [y, bytesOf(pass.to)],
    ],
    finish,
  )
}

/** Goes along rows in steps of eight, four and single columns; the pointers given stay where they are. */
function eachStrip(
  f: Body,
  columns: I32,
  begins: readonly (readonly [I32, 1 | 4])[],
  visit: (pointers: readonly I32[], lanes: 4 | 1, vectors: readonly number[]) => void,
): void {
  const pointers = begins.map(([begin]) => f.let(begin))
  const bumps = (width: number) => pointers.map((pointer, i) => [pointer, width * begins[i][1]] as const)
  f.times(i32.shr_u(columns, 3), () => visit(pointers, 4, [0, 1]), bumps(8))
  f.times(i32.and(i32.shr_u(columns, 2), 1), () => visit(pointers, 4, [0]), bumps(4))
  f.times(i32.and(columns, 3), () => visit(pointers, 1, [0]), bumps(1))
}

/** The element type of partial results. */
function partial(from: Element): 'float32' | 'int32' {
  return from === 'float32' ? 'float32' : 'int32'
}

/** How a step runs: long rows are read from begin to end, short ones in strips whose sums stay in registers. */
function entryOf({ r, inner }: Step): 'columns' | 'rows' | 'wide' {
  if (inner === 1) return 'rows'
  return inner >= 64 && r >= 8 ? 'wide' : 'columns'
}

/** One pass over memory, with where it reads and writes. */
interface Planned {
  readonly step: Step
  readonly cut: Cut
}

/** Every pass of the reduction, in order: each step, and after a cut one the joining of its parts. */
function passesOf(steps: readonly Step[]): Planned[] {
  return steps.flatMap((step) => {
    const passes: Planned[] = []
    for (let next: Step | undefined = step; next; ) {
      const cut: Cut = cutOf(next)
      passes.push({ step: next, cut })
      next = cut.parts > 1 ? gathered(next, cut) : undefined
    }
    return passes
  })
}

/** y = kind over the axes: partial results lie one after the other in the workspace. */
export const reduceWasm: WasmKernel<ReduceAttributes> = {
  orders([x], { axes, keepDims }) {
    const kept = x.order === 'plain' || keepDims || keepsOrder(x, axes)
    const input = kept ? x.order : 'plain'
    return { inputs: [input], outputs: [keepDims ? input : 'plain'] }
  },
  plan([x], { kind, axes }, [y]) {
    const passes = passesOf(stepsOf(x, axes))
    const divisor = axes.reduce((product, axis) => product * x.shape[axis], 1)
    const between = partial(x.dtype as Element)
    const places: PlanArgument[] = [{ input: 0 }]
    let workspace = 0
    const phases = passes.map(({ step, cut }, i): Phase => {
      const last = i === passes.length - 1
      places.push(last ? { output: 0 } : { workspace })
      if (!last) workspace += Math.ceil((step.outer * cut.parts * step.inner * 4) / 64) * 64
      const module = moduleOf({
        join: kind === 'mean' || kind === 'norm' ? 'sum' : kind,
        square: kind === 'norm' && i === 0,
        from: i === 0 ? (x.dtype as Element) : between,
        to: last ? (y.dtype as Element) : between,
        finish: last && kind === 'mean' ? 'divide' : last && kind === 'norm' ? 'root' : 'none',
      })
      const { part, parts, chunk, chunks, unitsPerItem, items } = cut
      const units = step.outer * parts * chunks
      const sizes = [step.r, step.inner, part, parts, chunk, chunks, unitsPerItem, units, divisor]
      return { module, entry: entryOf(step), items, args: [places[i + 1], places[i], ...sizes] }
    })
    return {
      workspace,
      scratch: passes.some(({ step }) => entryOf(step) === 'wide') ? widestChunk * 4 : 0,
      phases,
      note: passes.map(({ step: s, cut }) => `${s.outer}×${s.r}×${s.inner}/${cut.parts}`).join(', '),
    }
  },
}
