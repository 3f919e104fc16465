// reduction on the command stream: rows or columns of memory at a time, joined values of parts in a workspace.
import { evaluate } from '../../arith/graph.ts'
import { kindOf } from '../../core/dtype.ts'
import { type Body, i32, i32x4, item, type Local, select } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import { floatBits, type Phase, type PlanArgument, type PlannedArray, type WasmKernel } from '../../kernel/plan.ts'
import type { Rung } from '../../kernel/rung.ts'
import {
  type Accumulator,
  acrossLanes,
  arithmetics,
  bytesOf,
  type Element,
  heldAs,
  join,
  type Lanes,
  load,
  loadSplat,
  start,
  store,
  type Width,
} from './lanes.ts'
import { countOf, elementsShape, inputsOf, type ReductionAttributes } from './reduction.ts'
import { type Cut, cutOf, gathered, keepsOrder, outerOf, type Step, stepsOf, widestChunk } from './steps.ts'

type I32 = Local<'i32'>
type V128 = Local<'v128'>

/** Rounds that are joined before their result joins the total, so that long sums stay exact. */
const block = 64

/** Everything that the code of a pass depends on. */
interface Spec {
  readonly attrs: Pick<ReductionAttributes, 'reduction' | 'numbers'>
  /** Whether the pass reads elements, or values that were joined before. */
  readonly first: boolean
  /** Whether the pass finishes results, or holds joined values. */
  readonly last: boolean
  readonly inputs: readonly Element[]
  readonly outputs: readonly Element[]
  /** For each run of axes, outermost first, whether each input moves along: outer ones, r, inner. */
  readonly varies: readonly (readonly boolean[])[]
  readonly rung: Rung
}

/** A part of a step: rows of the inputs, some columns wide, that become one row of each output. */
interface Unit {
  readonly inputs: readonly Input[]
  readonly outputs: readonly I32[]
  readonly numbers: readonly V128[]
  readonly rows: I32
  readonly columns: I32
  readonly count: V128
}

/** An input at the begin of a unit: along rows and along columns it moves or stays. */
interface Input {
  readonly element: Element
  readonly pointer: I32
  /** Bytes from one row to the next; 0 where it stays. */
  readonly step: I32 | 0
  readonly alongColumns: boolean
}

/** The values that a pass joins. */
function accumulatorsOf({ attrs: { reduction } }: Spec): Accumulator[] {
  return reduction.element.results.map(({ kind }, i) => ({ kind, join: reduction.reduction.joins[i] }))
}

function moduleOf(spec: Spec, entry: Entry) {
  const build = { rows: reduceRow, columns: reduceColumns, wide: reduceWide }[entry]
  return defineModule(`reduction ${entry} ${JSON.stringify(spec)}`, () => [
    item(entry, (f, { index, arg, scratch }) => {
      let words = 0
      const next = () => f.let(arg.i32(words++))
      eachUnit(f, spec, index, next, (unit) => build(f, spec, unit, scratch))
    }),
  ])
}

// args: outputs, inputs, numbers, then the names below, then the sizes of the outer runs
const names = ['r', 'inner', 'part', 'parts', 'chunk', 'chunks', 'perItem', 'units', 'count'] as const

function eachUnit(f: Body, spec: Spec, index: I32, next: () => I32, build: (unit: Unit) => void): void {
  const outputs = spec.outputs.map(next)
  const inputs = spec.inputs.map(next)
  const numbers = spec.first ? spec.attrs.numbers.map(() => f.let(i32x4.splat(next()))) : []
  const sizes = Object.fromEntries(names.map((name) => [name, next()])) as Record<(typeof names)[number], I32>
  const outerSizes = spec.varies.slice(0, -2).map(next)
  const { r, inner, part, parts, chunk, chunks, perItem, units } = sizes
  const strides = spec.inputs.map((_, i) => stridesOf(f, spec, [...outerSizes, r, inner], i))
  const count = f.let(i32x4.splat(sizes.count))
  const begin = f.let(i32.mul(index, perItem))
  const end = f.let(i32.add(begin, perItem))
  f.range(begin, select(i32.lt_u(end, units), end, units), (unit) => {
    const column = f.let(i32.mul(i32.rem_u(unit, chunks), chunk))
    const segment = f.let(i32.div_u(unit, chunks))
    const first = f.let(i32.mul(i32.rem_u(segment, parts), part))
    const at = coordinates(f, f.let(i32.div_u(segment, parts)), outerSizes)
    const [rest, wide] = [f.let(i32.sub(r, first)), f.let(i32.sub(inner, column))]
    const to = f.let(i32.add(i32.mul(segment, inner), column))
    build({
      inputs: inputs.map((address, i): Input => {
        const places = [...at, first, column].map((place, k) => i32.mul(place, strides[i][k]))
        const pointer = f.let(places.reduce((sum, place) => i32.add(sum, place), i32.add(address, 0)))
        const [alongRows, alongColumns] = spec.varies.slice(-2).map((varies) => varies[i])
        return { element: spec.inputs[i], pointer, step: alongRows ? strides[i][at.length] : 0, alongColumns }
      }),
      outputs: outputs.map((address, i) => f.let(i32.add(address, i32.mul(to, bytesOf(spec.outputs[i]))))),
      numbers,
      rows: f.let(select(i32.lt_u(rest, part), rest, part)),
      columns: f.let(select(i32.lt_u(wide, chunk), wide, chunk)),
      count,
    })
  })
}

/** Bytes from one index of each run to the next for an input, 0 where it stays. */
function stridesOf(f: Body, { varies, inputs }: Spec, sizes: readonly I32[], input: number): I32[] {
  const strides: I32[] = []
  let step = f.let(i32.const(bytesOf(inputs[input])))
  for (let k = varies.length - 1; k >= 0; k--) {
    const moves = varies[k][input]
    strides[k] = moves ? step : f.let(i32.const(0))
    if (moves && k > 0) step = f.let(i32.mul(step, sizes[k]))
  }
  return strides
}

/** Indices of the outer runs. */
function coordinates(f: Body, place: I32, sizes: readonly I32[]): I32[] {
  const at: I32[] = []
  let rest = place
  for (let k = sizes.length - 1; k > 0; k--) {
    const whole = f.let(i32.div_u(rest, sizes[k]))
    at[k] = f.let(i32.sub(rest, i32.mul(whole, sizes[k])))
    rest = whole
  }
  if (sizes.length > 0) at[0] = rest
  return at
}

/** The values to be joined, of inputs as they are loaded. */
function valuesOf(f: Body, { first, attrs, rung }: Spec, unit: Unit, loaded: readonly Lanes[]): Lanes[] {
  if (!first) return loaded.map((value) => f.let(value))
  const operands = inputsOf(attrs).map((input, k) =>
    input === null ? unit.numbers[attrs.numbers.indexOf(k)] : loaded[input],
  )
  return evaluate<Lanes, Lanes>(attrs.reduction.element, arithmetics(f, rung), operands)
}

/** Stores joined values, finished where the pass is the last. */
function settle(
  f: Body,
  spec: Spec,
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
  spec: Spec,
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
function reduceRow(f: Body, spec: Spec, unit: Unit): void {
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
function reduceColumns(f: Body, spec: Spec, unit: Unit): void {
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
function alongColumnsBy({ outputs }: Spec, unit: Unit, columns: number): (readonly [I32, number])[] {
  const moving = unit.inputs.filter(({ alongColumns }) => alongColumns)
  return [
    ...moving.map(({ element, pointer }) => [pointer, columns * bytesOf(element)] as const),
    ...unit.outputs.map((pointer, i) => [pointer, columns * bytesOf(outputs[i])] as const),
  ]
}

/** Long rows become one row: four at a time, each read from its begin to its end, join the values in scratch. */
function reduceWide(f: Body, spec: Spec, unit: Unit, scratch: I32): void {
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

type Entry = 'columns' | 'rows' | 'wide'

/** How a step runs: long rows are read from begin to end, short ones in strips whose values stay in registers. */
function entryOf({ r, inner }: Step): Entry {
  if (inner.size === 1) return 'rows'
  return inner.size >= 64 && r.size >= 8 ? 'wide' : 'columns'
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

/** Joined values lie one after the other in the workspace, those of each accumulator together. */
export const reductionWasm: WasmKernel<ReductionAttributes> = {
  orders(inputs, { axes, keepDims }, outputs) {
    const [image] = inputs.filter(({ order }) => order === 'channelsLast')
    const wanted = image && (keepDims || keepsOrder(image, axes)) ? 'channelsLast' : 'plain'
    return {
      inputs: inputs.map(({ shape }) => (shape.length === 4 ? wanted : 'plain')),
      outputs: outputs.map(() => (keepDims ? wanted : 'plain')),
    }
  },
  plan(inputs, attrs, outputs, rung) {
    const { reduction, axes, numbers } = attrs
    const shape = elementsShape(reduction.reduction.name, inputs)
    const last = inputs.some(({ order }) => order === 'channelsLast')
    const passes = passesOf(
      stepsOf(
        shape,
        inputs.map((input) => input.shape),
        axes,
        last,
      ),
    )
    const kinds = reduction.element.results.map(({ kind }) => kind)
    const held = kinds.map((kind): Element => (kind === 'float' ? 'float32' : 'int32'))
    const count = countOf(shape, axes)
    const dtypes = (arrays: readonly PlannedArray[]) => arrays.map(({ dtype }) => dtype as Element)
    const { leaves } = reduction.element
    const scalars = numbers.map((k, scalar): PlanArgument => ({ scalar, integer: leaves[k] === 'int' }))
    let workspace = 0
    let from: PlanArgument[] = inputs.map((_, input) => ({ input }))
    const phases = passes.map(({ step, cut }, i): Phase => {
      const [first, final] = [i === 0, i === passes.length - 1]
      const values = outerOf(step) * cut.parts * step.inner.size * 4
      const to = final
        ? outputs.map((_, output): PlanArgument => ({ output }))
        : held.map((): PlanArgument => {
            const place = { workspace }
            workspace += Math.ceil(values / 64) * 64
            return place
          })
      const varies = [...step.outer, step.r, step.inner].map((run) => (first ? run.varies : held.map(() => true)))
      const spec: Spec = {
        ...{ attrs: { reduction, numbers }, first, last: final, varies, rung },
        inputs: first ? dtypes(inputs) : held,
        outputs: final ? dtypes(outputs) : held,
      }
      const { part, parts, chunk, chunks, unitsPerItem, items } = cut
      const units = outerOf(step) * parts * chunks
      const divisor = kinds[0] === 'float' ? floatBits(count) : count
      const sizes = [step.r.size, step.inner.size, part, parts, chunk, chunks, unitsPerItem, units, divisor]
      const args = [...to, ...from, ...(first ? scalars : []), ...sizes, ...step.outer.map(({ size }) => size)]
      from = to
      const entry = entryOf(step)
      return { module: moduleOf(spec, entry), entry, items, args }
    })
    return {
      workspace,
      scratch: passes.some(({ step }) => entryOf(step) === 'wide') ? held.length * widestChunk * 4 : 0,
      phases,
      note: passes.map(({ step, cut }) => `${outerOf(step)}×${step.r.size}×${step.inner.size}/${cut.parts}`).join(', '),
    }
  },
}
