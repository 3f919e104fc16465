// Units of a pass: where the part of each input begins that an item joins, and where its results go.
import { type Body, i32, i32x4, type Local, select } from '../../kernel/asm.ts'
import type { Rung } from '../../kernel/rung.ts'
import { indicesAt, stepsOf } from '../../kernel/walk.ts'
import { bytesOf, type Element } from './lanes.ts'
import type { ReductionAttributes } from './reduction.ts'

type I32 = Local<'i32'>
type V128 = Local<'v128'>

/** Everything that the code of a pass depends on. */
export interface PassSpec {
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
export interface Unit {
  readonly inputs: readonly Input[]
  readonly outputs: readonly I32[]
  readonly numbers: readonly V128[]
  readonly rows: I32
  readonly columns: I32
  readonly count: V128
}

/** An input at the begin of a unit: along rows and along columns it moves or stays. */
export interface Input {
  readonly element: Element
  readonly pointer: I32
  /** Bytes from one row to the next; 0 where it stays. */
  readonly step: I32 | 0
  readonly alongColumns: boolean
}

// args: outputs, inputs, numbers, then the names below, then the sizes of the outer runs
const names = ['r', 'inner', 'part', 'parts', 'chunk', 'chunks', 'perItem', 'units', 'count'] as const

/** Calls `build` for each unit of an item. */
export function eachUnit(f: Body, spec: PassSpec, index: I32, next: () => I32, build: (unit: Unit) => void): void {
  const outputs = spec.outputs.map(next)
  const inputs = spec.inputs.map(next)
  const numbers = spec.first ? spec.attrs.numbers.map(() => f.let(i32x4.splat(next()))) : []
  const sizes = Object.fromEntries(names.map((name) => [name, next()])) as Record<(typeof names)[number], I32>
  const outerSizes = spec.varies.slice(0, -2).map(next)
  const { r, inner, part, parts, chunk, chunks, perItem, units } = sizes
  const steps = spec.inputs.map((element, i) => {
    const moves = spec.varies.map((run) => run[i])
    return stepsOf(f, moves, [...outerSizes, r, inner], bytesOf(element))
  })
  const count = f.let(i32x4.splat(sizes.count))
  const begin = f.let(i32.mul(index, perItem))
  const end = f.let(i32.add(begin, perItem))
  f.range(begin, select(i32.lt_u(end, units), end, units), (unit) => {
    const column = f.let(i32.mul(i32.rem_u(unit, chunks), chunk))
    const segment = f.let(i32.div_u(unit, chunks))
    const first = f.let(i32.mul(i32.rem_u(segment, parts), part))
    const at = indicesAt(f, f.let(i32.div_u(segment, parts)), outerSizes)
    const [rest, wide] = [f.let(i32.sub(r, first)), f.let(i32.sub(inner, column))]
    const to = f.let(i32.add(i32.mul(segment, inner), column))
    build({
      inputs: inputs.map((address, i): Input => {
        const places = [...at, first, column].map((place, k) => i32.mul(place, steps[i][k]))
        const pointer = f.let(places.reduce((sum, place) => i32.add(sum, place), i32.add(address, 0)))
        const [alongRows, alongColumns] = spec.varies.slice(-2).map((varies) => varies[i])
        return { element: spec.inputs[i], pointer, step: alongRows ? steps[i][at.length] : 0, alongColumns }
      }),
      outputs: outputs.map((address, i) => f.let(i32.add(address, i32.mul(to, bytesOf(spec.outputs[i]))))),
      numbers,
      rows: f.let(select(i32.lt_u(rest, part), rest, part)),
      columns: f.let(select(i32.lt_u(wide, chunk), wide, chunk)),
      count,
    })
  })
}
