// Units of a pass: where the part of each array begins that an item joins, and where its results go.
import { type Body, type Expr, i32, i32x4, integers, type Local, list, type Received } from '../../kernel/wasm/asm.ts'
import { bytesOf, type Element } from '../../kernel/wasm/elements.ts'
import { least } from '../../kernel/wasm/loops.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { indicesAt, stepsOf } from '../../kernel/wasm/walk.ts'
import type { OperandAttributes } from '../operands.ts'
import { countLanes } from './lanes.ts'
import type { TracedReduction } from './traced.ts'

type I32 = Local<'i32'>
type V128 = Local<'v128'>

/**
 * How a pass goes through memory: rows from start to end, columns in strips, long rows whose values lie in scratch, or
 * the states of parts merged column by column.
 */
export type Entry = 'columns' | 'merge' | 'rows' | 'wide'

/** Everything that the code of a pass depends on. */
export interface PassSpec {
  readonly entry: Entry
  readonly reduction: TracedReduction
  readonly numbers: OperandAttributes['numbers']
  /** For each operand the source that it is loaded from, or null for a number. */
  readonly operands: readonly (number | null)[]
  /** Whether the pass reads elements, or the states of parts. */
  readonly first: boolean
  /** Whether the pass finishes results, or leaves the states of parts. */
  readonly last: boolean
  readonly sources: readonly (Element | 'iota')[]
  /** Element types of results, or of values of states; null for what is not stored. */
  readonly outputs: readonly (Element | null)[]
  /** Element types of the results of elements, where the pass makes them. */
  readonly elements: readonly Element[]
  /** Whether units are whole rows of one outer run, each behind the other. */
  readonly wholeRows: boolean
  /** For each run of axes, outermost first, whether each source moves along: outer ones, r, inner. */
  readonly varies: readonly (readonly boolean[])[]
  readonly rung: Rung
}

/** A part of a step: rows of the sources, some columns wide, that become one row of each output. */
export interface Unit {
  readonly sources: readonly Stream[]
  /** Where results of elements go. */
  readonly elements: readonly Stream[]
  /** Null for what is not stored. */
  readonly outputs: readonly (I32 | null)[]
  readonly numbers: readonly V128[]
  readonly rows: I32
  readonly columns: I32
  /** The number of elements of a result, and of this part of it, in all lanes. */
  readonly count: V128
  readonly part: V128
}

/** An array at the start of a unit: along rows and along columns it moves or stays. */
export interface Stream {
  readonly element: Element | 'iota'
  readonly pointer: I32
  /** Bytes from one row to the next; 0 where it stays. */
  readonly step: I32 | 0
  readonly alongColumns: boolean
}

/** How a step is cut, and the number of elements of a result in the arithmetic of the first value. */
const sizeWords = {
  ...integers('r', 'inner', 'part', 'parts', 'chunk', 'chunks', 'unitsPerItem', 'units'),
  count: 'bits',
} as const

/** Arrays of what is stored and of what is no index, numbers, and sizes, those of the outer runs last. */
export const passWords = (spec: PassSpec) => ({
  outputs: list('address', spec.outputs.filter((output) => output !== null).length),
  elements: list('address', spec.elements.length),
  sources: list('address', spec.sources.filter((source) => source !== 'iota').length),
  numbers: list('bits', spec.first ? spec.numbers.length : 0),
  sizes: sizeWords,
  outer: list('i32', spec.varies.length - 2),
})

/** What a pass receives. */
export type PassArguments = Received<ReturnType<typeof passWords>>

/** Calls `build` for each unit of an item. */
export function eachUnit(f: Body, spec: PassSpec, index: I32, args: PassArguments, build: (unit: Unit) => void): void {
  const targets = args.outputs.values()
  const outputs = spec.outputs.map((output) => (output === null ? null : f.let(targets.next().value as Expr<'i32'>)))
  const types = [...spec.elements, ...spec.sources]
  const arrays = [...args.elements, ...args.sources].values()
  const addresses = types.map((type) => f.let(type === 'iota' ? i32.const(0) : (arrays.next().value as Expr<'i32'>)))
  const varies = spec.varies.map((run) => [...spec.elements.map(() => true), ...run])
  const numbers = args.numbers.map((number) => f.let(i32x4.splat(f.let(number))))
  const sizes = f.lets(args.sizes)
  const outerSizes = args.outer.map((size) => f.let(size))
  const { r, inner, part, parts, chunk, chunks, unitsPerItem, units } = sizes
  const steps = types.map((type, i) => {
    const moves = varies.map((run) => run[i])
    return stepsOf(f, moves, [...outerSizes, r, inner], bytesOf(type))
  })
  const count = f.let(i32x4.splat(sizes.count))
  const begin = f.let(i32.mul(index, unitsPerItem))
  const end = f.let(i32.add(begin, unitsPerItem))
  const streamOf = (i: number, pointer: I32, at: number): Stream => {
    const [alongRows, alongColumns] = varies.slice(-2).map((moves) => moves[i])
    return { element: types[i], pointer, step: alongRows ? steps[i][at] : 0, alongColumns }
  }
  if (spec.wholeRows) {
    // each row begins where the one before ends: nothing is divided
    const pointers = addresses.map((address, i) => f.let(i32.add(address, i32.mul(begin, steps[i][0]))))
    const to = outputs.map((address, i) => {
      return address && f.let(i32.add(address, i32.mul(begin, bytesOf(spec.outputs[i] as Element))))
    })
    const streams = pointers.map((pointer, i) => streamOf(i, pointer, 1))
    const one = f.let(i32.const(1))
    const unit: Unit = {
      sources: streams.slice(spec.elements.length),
      elements: streams.slice(0, spec.elements.length),
      ...{ outputs: to, numbers, rows: r, columns: one, count, part: f.let(countLanes(r, spec.reduction.joined[0])) },
    }
    const bumps = [
      ...pointers.map((pointer, i) => [pointer, steps[i][0]] as const),
      ...to.flatMap((pointer, i) => (pointer ? [[pointer, bytesOf(spec.outputs[i] as Element)] as const] : [])),
    ]
    f.times(f.let(i32.sub(least(end, units), begin)), () => build(unit), bumps)
    return
  }
  f.range(begin, least(end, units), (unit) => {
    const column = f.let(i32.mul(i32.rem_u(unit, chunks), chunk))
    const segment = f.let(i32.div_u(unit, chunks))
    const first = f.let(i32.mul(i32.rem_u(segment, parts), part))
    const at = indicesAt(f, f.let(i32.div_u(segment, parts)), outerSizes)
    const [rest, wide] = [f.let(i32.sub(r, first)), f.let(i32.sub(inner, column))]
    const to = f.let(i32.add(i32.mul(segment, inner), column))
    const streams = addresses.map((address, i): Stream => {
      const places = [...at, first, column].map((place, k) => i32.mul(place, steps[i][k]))
      const pointer = f.let(places.reduce((sum, place) => i32.add(sum, place), i32.add(address, 0)))
      return streamOf(i, pointer, at.length)
    })
    const rows = f.let(least(rest, part))
    build({
      sources: streams.slice(spec.elements.length),
      elements: streams.slice(0, spec.elements.length),
      outputs: outputs.map((address, i) => {
        return address && f.let(i32.add(address, i32.mul(to, bytesOf(spec.outputs[i] as Element))))
      }),
      numbers,
      rows,
      columns: f.let(least(wide, chunk)),
      count,
      part: f.let(countLanes(rows, spec.reduction.joined[0])),
    })
  })
}
