// The code of one pass of a reduction: rows or columns of memory at a time, in parts.
import { evaluate } from '../../arith/graph.ts'
import { kindOf } from '../../core/dtype.ts'
import { type Body, i32, item, type Local, select } from '../../kernel/asm.ts'
import { defineModule, type KernelModule } from '../../kernel/module.ts'
import {
  type Accumulator,
  acrossLanes,
  arithmetics,
  bytesOf,
  heldAs,
  join,
  type Lanes,
  load,
  loadSplat,
  start,
  store,
  type Width,
} from './lanes.ts'
import { inputsOf } from './reduction.ts'
import { widestChunk } from './steps.ts'
import { eachUnit, type PassSpec, type Unit } from './units.wasm.ts'

type I32 = Local<'i32'>
type V128 = Local<'v128'>

/** Rounds that are joined before their result joins the total, so that long sums stay exact. */
const block = 64

/** The values that a pass joins. */
function accumulatorsOf({ attrs: { reduction } }: PassSpec): Accumulator[] {
  return reduction.element.results.map(({ kind }, i) => ({ kind, join: reduction.reduction.joins[i] }))
}

/** How a pass goes through memory: rows from begin to end, columns in strips, or long rows whose values lie in scratch. */
export type Entry = 'columns' | 'rows' | 'wide'

/** The module of a pass. */
export function moduleOf(spec: PassSpec, entry: Entry): KernelModule {
  const build = { rows: reduceRow, columns: reduceColumns, wide: reduceWide }[entry]
  return defineModule(`reduction ${entry} ${JSON.stringify(spec)}`, () => [
    item(entry, (f, { index, arg, scratch }) => {
      let words = 0
      const next = () => f.let(arg.i32(words++))
      eachUnit(f, spec, index, next, (unit) => build(f, spec, unit, scratch))
    }),
  ])
}

/** The values to be joined, of inputs as they are loaded. */
function valuesOf(f: Body, { first, attrs, rung }: PassSpec, unit: Unit, loaded: readonly Lanes[]): Lanes[] {
  if (!first) return loaded.map((value) => f.let(value))
  const operands = inputsOf(attrs).map((input, k) =>
    input === null ? unit.numbers[attrs.numbers.indexOf(k)] : loaded[input],
  )
  return evaluate<Lanes, Lanes>(attrs.reduction.element, arithmetics(f, rung), operands)
}

/** Stores joined values, finished where the pass is the last. */
function settle(
  f: Body,
  spec: PassSpec,
  { count }: Unit,
  values: readonly Lanes[],
  to: readonly I32[],
  lanes: Width,
  vector = 0,
): void {
  const { attrs, last, outputs, rung } = spec
  const graph = attrs.reduction.finish
  const results = last ? evaluate<Lanes, Lanes>(graph, arithmetics(f, rung), [...values, count]) : values
  const kinds = last ? graph.results.map(({ kind }) => kind) : accumulatorsOf(spec).map(({ kind }) => kind)
  results.forEach((result, i) => {
    if (kinds[i] !== kindOf(outputs[i])) {
      throw new Error(`[${attrs.reduction.reduction.name}] result ${i} is no ${outputs[i]}: nothing converts it`)
    }
    store(f, outputs[i], to[i], result, lanes, vector)
  })
}

/** Joins what `visit` gives in `rounds` rounds, in blocks; one local for each of its values. */
function gather(
  f: Body,
  spec: PassSpec,
  rounds: I32,
  bumps: readonly (readonly [I32, I32 | number])[],
  vectors: readonly number[],
  visit: (vector: number) => Lanes[],
): V128[][] {
  const accumulators = accumulatorsOf(spec)
  const fresh = () => vectors.map(() => accumulators.map((of) => f.let(start(of))))
  const [totals, sums] = [fresh(), fresh()]
  const joinTo = (to: readonly V128[], values: readonly Lanes[]) =>
    to.forEach((held, i) => held.set(join(f, spec.rung, accumulators[i], held, values[i])))
  const left = f.let(rounds)
  f.while(left, () => {
    const now = f.let(select(i32.lt_u(left, block), left, i32.const(block)))
    for (const held of sums) held.forEach((sum, i) => sum.set(start(accumulators[i])))
    f.times(now, () => vectors.forEach((vector, i) => joinTo(sums[i], visit(vector))), bumps)
    totals.forEach((held, i) => joinTo(held, sums[i]))
    left.set(i32.sub(left, now))
  })
  return totals
}

/** One row becomes one element: sixteen elements a round, then fours, then single ones. */
function reduceRow(f: Body, spec: PassSpec, unit: Unit): void {
  const accumulators = accumulatorsOf(spec)
  const pointers = unit.inputs.map(({ pointer }) => f.let(pointer))
  const held = unit.inputs.map(({ element, pointer, step }) =>
    step === 0 ? f.let(loadSplat(element, pointer)) : undefined,
  )
  const visit = (lanes: Width) => (vector: number) => {
    const loaded = unit.inputs.map(({ element }, i) => held[i] ?? f.let(load(element, pointers[i], lanes, vector)))
    return valuesOf(f, spec, unit, loaded)
  }
  const bumps = (elements: number) =>
    unit.inputs.flatMap(({ element, step }, i) =>
      step === 0 ? [] : [[pointers[i], elements * bytesOf(element)] as const],
    )
  const joinAll = (a: readonly Lanes[], b: readonly Lanes[]) =>
    accumulators.map((of, i) => f.let(join(f, spec.rung, of, a[i], b[i])))
  const [a, b, c, d] = gather(f, spec, f.let(i32.shr_u(unit.rows, 4)), bumps(16), [0, 1, 2, 3], visit(4))
  const fours = joinAll(joinAll(a, b), joinAll(c, d))
  const joinTo = (to: readonly V128[], lanes: Width) =>
    visit(lanes)(0).forEach((value, i) => to[i].set(join(f, spec.rung, accumulators[i], to[i], value)))
  f.times(i32.and(i32.shr_u(unit.rows, 2), 3), () => joinTo(fours, 4), bumps(4))
  const results = accumulators.map((of, i) => acrossLanes(f, spec.rung, of, fours[i]))
  f.times(i32.and(unit.rows, 3), () => joinTo(results, 1), bumps(1))
  settle(f, spec, unit, results, unit.outputs, 1)
}

/** Rows become one row: sixteen columns at a time, then four, then single ones. */
function reduceColumns(f: Body, spec: PassSpec, unit: Unit): void {
  const { columns } = unit
  const counts = { 16: i32.shr_u(columns, 4), 4: i32.and(i32.shr_u(columns, 2), 3), 1: i32.and(columns, 3) }
  for (const width of [16, 4, 1] as const) {
    const lanes: Width = width === 1 ? 1 : 4
    const vectors = width === 16 ? [0, 1, 2, 3] : [0]
    const strip = () => {
      const pointers = unit.inputs.map(({ pointer }) => f.let(pointer))
      const held = unit.inputs.map(({ element, step, alongColumns }, i) => {
        if (step !== 0) return undefined
        return vectors.map((vector) =>
          f.let(alongColumns ? load(element, pointers[i], lanes, vector) : loadSplat(element, pointers[i])),
        )
      })
      const visit = (vector: number) => {
        const loaded = unit.inputs.map(({ element, alongColumns }, i) => {
          const kept = held[i]?.[vector]
          if (kept) return kept
          return f.let(alongColumns ? load(element, pointers[i], lanes, vector) : loadSplat(element, pointers[i]))
        })
        return valuesOf(f, spec, unit, loaded)
      }
      const bumps = unit.inputs.flatMap(({ step }, i) => (step === 0 ? [] : [[pointers[i], step] as const]))
      gather(f, spec, unit.rows, bumps, vectors, visit).forEach((values, vector) =>
        settle(f, spec, unit, values, unit.outputs, lanes, vector),
      )
    }
    f.times(counts[width], strip, alongColumnsBy(spec, unit, width))
  }
}

/** The pointers of a unit that move along columns. */
function alongColumnsBy({ outputs }: PassSpec, unit: Unit, columns: number): (readonly [I32, number])[] {
  const moving = unit.inputs.filter(({ alongColumns }) => alongColumns)
  return [
    ...moving.map(({ element, pointer }) => [pointer, columns * bytesOf(element)] as const),
    ...unit.outputs.map((pointer, i) => [pointer, columns * bytesOf(outputs[i])] as const),
  ]
}

/** Long rows become one row: four at a time, each read from its begin to its end, join the values in scratch. */
function reduceWide(f: Body, spec: PassSpec, unit: Unit, scratch: I32): void {
  const accumulators = accumulatorsOf(spec)
  const sums = accumulators.map((_, i) => f.let(i32.add(scratch, i * widestChunk * 4)))
  const held = sums.map((pointer) => [pointer, 4] as const)
  eachStrip(f, unit.columns, held, ([...to], lanes, vector) =>
    accumulators.forEach((of, i) => store(f, heldAs(of), to[i], start(of), lanes, vector)),
  )
  const rows = unit.inputs.map(({ pointer }) => f.let(pointer))
  for (const lines of [4, 1] as const) {
    const pointers = Array.from({ length: lines }, () => unit.inputs.map(() => f.local('i32')))
    const visit = (to: readonly I32[], from: readonly I32[], lanes: Width, vector: number) => {
      const values = Array.from({ length: lines }, (_, line) => {
        const loaded = unit.inputs.map(({ element, alongColumns }, i) => {
          const at = from[line * unit.inputs.length + i]
          return f.let(alongColumns ? load(element, at, lanes, vector) : loadSplat(element, at))
        })
        return valuesOf(f, spec, unit, loaded)
      })
      accumulators.forEach((of, i) => {
        const both = (a: Lanes, b: Lanes) => join(f, spec.rung, of, a, b)
        const [a, b, c, d] = values.map((value) => value[i])
        const four = lines === 4 ? both(both(a, b), both(c, d)) : a
        store(f, heldAs(of), to[i], both(load(heldAs(of), to[i], lanes, vector), four), lanes, vector)
      })
    }
    const round = () => {
      pointers.forEach((line, k) =>
        line.forEach((pointer, i) => {
          const { step } = unit.inputs[i]
          pointer.set(step === 0 ? rows[i] : i32.add(rows[i], i32.mul(step, k)))
        }),
      )
      const from = pointers.flatMap((line) =>
        line.map((pointer, i) => [pointer, unit.inputs[i].alongColumns ? bytesOf(unit.inputs[i].element) : 0] as const),
      )
      eachStrip(f, unit.columns, [...held, ...from], (at, lanes, vector) =>
        visit(at.slice(0, held.length), at.slice(held.length), lanes, vector),
      )
    }
    const bumps = unit.inputs.flatMap(({ step }, i) =>
      step === 0 ? [] : [[rows[i], f.let(i32.mul(step, lines))] as const],
    )
    f.times(lines === 4 ? i32.shr_u(unit.rows, 2) : i32.and(unit.rows, 3), round, bumps)
  }
  const to = unit.outputs.map((pointer, i) => [pointer, bytesOf(spec.outputs[i])] as const)
  eachStrip(f, unit.columns, [...held, ...to], (at, lanes, vector) => {
    const values = accumulators.map((of, i) => f.let(load(heldAs(of), at[i], lanes, vector)))
    settle(f, spec, unit, values, at.slice(held.length), lanes, vector)
  })
}

/** Goes along rows in steps of eight, four and single columns; the pointers given stay where they are. */
function eachStrip(
  f: Body,
  columns: I32,
  begins: readonly (readonly [I32, 0 | 1 | 4])[],
  visit: (pointers: readonly I32[], lanes: Width, vector: number) => void,
): void {
  const pointers = begins.map(([begin]) => f.let(begin))
  const bumps = (width: number) =>
    pointers.flatMap((pointer, i) => (begins[i][1] === 0 ? [] : [[pointer, width * begins[i][1]] as const]))
  f.times(i32.shr_u(columns, 3), () => [0, 1].forEach((vector) => visit(pointers, 4, vector)), bumps(8))
  f.times(i32.and(i32.shr_u(columns, 2), 1), () => visit(pointers, 4, 0), bumps(4))
  f.times(i32.and(columns, 3), () => visit(pointers, 1, 0), bumps(1))
}
