// The code of one pass of a reduction: rows or columns of memory at a time, in parts.
import type { Node } from '../../arith/graph.ts'
import { type Body, i32, item, type Local } from '../../kernel/wasm/asm.ts'
import { bytesOf, type Lanes, load, loadSplat, type Width } from '../../kernel/wasm/elements.ts'
import {
  evaluated,
  gather,
  keptOf,
  type Reading,
  readingsOf,
  steadyValues,
  usedSources,
  valuesOf,
} from './gather.wasm.ts'
import { acrossLanes, join, spread, start } from './lanes.ts'
import { heldOf, mapColumns, mapRow, streamOf, sweepRow } from './map.wasm.ts'
import { settle, stateOf } from './settle.wasm.ts'
import { eachUnit, type PassSpec, passWords, type Unit } from './units.wasm.ts'
import { reduceWide } from './wide.wasm.ts'

type I32 = Local<'i32'>
type V128 = Local<'v128'>

const bodies = { rows: reduceRow, columns: reduceColumns, wide: reduceWide, merge: mergeColumns }

/** The items of a pass: one, which is called as the pass goes through memory. */
export const passing = (spec: PassSpec) => ({
  [spec.entry]: item(passWords(spec), (f, { index, args, scratch }) =>
    eachUnit(f, spec, index, args, (unit) => bodies[spec.entry](f, spec, unit, scratch)),
  ),
})

/** One row becomes one element: sixteen elements a round, then fours, then single ones. */
function reduceRow(f: Body, spec: PassSpec, unit: Unit): void {
  const readings = readingsOf(spec)
  const joined: V128[] = []
  readings.forEach((reading, stage) => {
    const values = joinRow(f, spec, unit, reading, joined, { first: stage === 0, last: stage === readings.length - 1 })
    // lane 0 holds all, the others do not
    joined.push(...(stage < readings.length - 1 ? values.map((value) => spread(f, value)) : values))
  })
  const finished = settle(f, spec, unit, stateOf(f, spec, unit, joined), unit.outputs, 1)
  if (spec.elements.length > 0)
    mapRow(
      f,
      spec,
      unit,
      finished.map((value) => spread(f, value)),
    )
}

/** A step of the last stage for each element of a row, kept where the results of elements go; the start of that row. */
function keepRow(f: Body, spec: PassSpec, unit: Unit, { graph, used }: Reading, node: Node, earlier: readonly V128[]) {
  const target = streamOf(f, { ...unit.elements[0], element: 'float32' })
  const start = f.let(target.pointer)
  const reading: Reading = { graph: graph && { ...graph, results: [node] }, accumulators: [], used }
  sweepRow(f, unit, used, [target], (held) => {
    const known = steadyValues(f, spec, unit, reading, held, earlier)
    return ({ loaded }) => valuesOf(f, spec, unit, reading, loaded, earlier, known)
  })
  return start
}

/** The joined values of a row, in lane 0. */
function joinRow(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  reading: Reading,
  earlier: readonly V128[],
  { first, last }: { readonly first: boolean; readonly last: boolean },
): V128[] {
  const { accumulators, graph } = reading
  const again = last ? keptOf(spec)?.stage : undefined
  // a loop that only stores lets V8 compute on 256 bits, one that joins does not
  const keep = again && keepRow(f, spec, unit, reading, again, earlier)
  const kept = again && new Set([again])
  const used = graph && kept ? usedSources(graph, spec.operands, kept) : reading.used
  const pointers = unit.sources.map(({ pointer }, i) => (used.has(i) ? f.let(pointer) : pointer))
  const held = heldOf(f, unit, used)
  const steady = steadyValues(f, spec, unit, reading, held, earlier, kept)
  const visit = (lanes: Width, vectors: readonly number[]) =>
    vectors.map((vector) => {
      const loaded = unit.sources.map(({ element }, i) => {
        return used.has(i) ? (held[i] ?? f.let(load(f, element, pointers[i], lanes, vector))) : undefined
      })
      const known = keep ? new Map([...steady, [again, f.let(load(f, 'float32', keep, lanes, vector))]]) : steady
      return valuesOf(f, spec, unit, reading, loaded, earlier, known)
    })
  const bumps = (elements: number) => [
    ...unit.sources.flatMap(({ element, step }, i) =>
      step === 0 || !used.has(i) ? [] : [[pointers[i], elements * bytesOf(element)] as const],
    ),
    ...(keep ? [[keep, elements * 4] as const] : []),
  ]
  const joinAll = (a: readonly Lanes[], b: readonly Lanes[]) =>
    accumulators.map((of, i) => f.let(join(f, spec.rung, of, a[i], b[i])))
  const four = [0, 1, 2, 3]
  const rounds = f.let(i32.shr_u(unit.rows, 4))
  const [a, b, c, d] = gather(f, spec.rung, accumulators, rounds, bumps(16), four, () => visit(4, four))
  const fours = joinAll(joinAll(a, b), joinAll(c, d))
  const joinTo = (to: readonly V128[], lanes: Width) => {
    const [values] = visit(lanes, [0])
    for (const [i, of] of accumulators.entries()) to[i].set(join(f, spec.rung, of, to[i], values[i]))
  }
  f.times(i32.and(i32.shr_u(unit.rows, 2), 3), () => joinTo(fours, 4), bumps(4))
  const results = accumulators.map((of, i) => acrossLanes(f, spec.rung, of, fours[i]))
  if (first) {
    f.times(i32.and(unit.rows, 3), () => joinTo(results, 1), bumps(1))
    return results
  }
  // what is left over is joined apart, as in the softmax that this took the place of
  const rest = accumulators.map((of) => f.let(start(of)))
  f.times(i32.and(unit.rows, 3), () => joinTo(rest, 1), bumps(1))
  return joinAll(results, rest)
}

/** Calls back for strips of columns: sixteen at a time, then four, then single ones. */
function eachStrip(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  build: (lanes: Width, vectors: readonly number[]) => void,
): void {
  const { columns } = unit
  const counts = { 16: i32.shr_u(columns, 4), 4: i32.and(i32.shr_u(columns, 2), 3), 1: i32.and(columns, 3) }
  for (const width of [16, 4, 1] as const) {
    const vectors = width === 16 ? [0, 1, 2, 3] : [0]
    f.times(counts[width], () => build(width === 1 ? 1 : 4, vectors), alongColumnsBy(spec, unit, width))
  }
}

/** The pointers of a unit that move along columns. */
function alongColumnsBy({ outputs }: PassSpec, unit: Unit, columns: number): (readonly [I32, number])[] {
  const moving = [...unit.sources, ...unit.elements].filter(({ alongColumns }) => alongColumns)
  const to = unit.outputs.flatMap((pointer, i) => {
    const output = outputs[i]
    return pointer && output ? [[pointer, columns * bytesOf(output)] as const] : []
  })
  return [...moving.map(({ element, pointer }) => [pointer, columns * bytesOf(element)] as const), ...to]
}

/** Rows become one row, whose values stay in registers for a strip of columns. */
function reduceColumns(f: Body, spec: PassSpec, unit: Unit): void {
  eachStrip(f, spec, unit, (lanes, vectors) => {
    const joined: V128[][] = vectors.map(() => [])
    for (const reading of readingsOf(spec)) {
      joinStrip(f, spec, unit, reading, joined, lanes, vectors).forEach((values, i) => joined[i].push(...values))
    }
    const finished = joined.map((values, i) =>
      settle(f, spec, unit, stateOf(f, spec, unit, values), unit.outputs, lanes, vectors[i]),
    )
    if (spec.elements.length > 0) mapColumns(f, spec, unit, finished, lanes, vectors)
  })
}

/** The joined values of each vector of a strip. */
function joinStrip(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  reading: Reading,
  earlier: readonly (readonly V128[])[],
  lanes: Width,
  vectors: readonly number[],
): V128[][] {
  const { accumulators, used } = reading
  const pointers = unit.sources.map(({ pointer }, i) => (used.has(i) ? f.let(pointer) : pointer))
  const loadAt = (i: number, vector: number) => {
    const { element, alongColumns } = unit.sources[i]
    return f.let(alongColumns ? load(f, element, pointers[i], lanes, vector) : loadSplat(f, element, pointers[i]))
  }
  const held = unit.sources.map(({ step }, i) =>
    used.has(i) && step === 0 ? vectors.map((vector) => loadAt(i, vector)) : undefined,
  )
  const bumps = unit.sources.flatMap(({ step }, i) =>
    step === 0 || !used.has(i) ? [] : [[pointers[i], step] as const],
  )
  const known = vectors.map((_, v) => {
    const still = held.map((value) => value?.[v])
    return steadyValues(f, spec, unit, reading, still, earlier[v])
  })
  return gather(f, spec.rung, accumulators, unit.rows, bumps, vectors, () =>
    vectors.map((vector, v) => {
      const loaded = unit.sources.map((_, i) => (used.has(i) ? (held[i]?.[v] ?? loadAt(i, vector)) : undefined))
      return valuesOf(f, spec, unit, reading, loaded, earlier[v], known[v])
    }),
  )
}

/** The states of parts, one below the other, become one. */
function mergeColumns(f: Body, spec: PassSpec, unit: Unit): void {
  const { merge } = spec.reduction
  if (!merge) throw new Error(`[${spec.reduction.reduction.name}] has no merge`)
  eachStrip(f, spec, unit, (lanes, vectors) => {
    for (const vector of vectors) {
      const pointers = unit.sources.map(({ pointer }) => f.let(pointer))
      const read = () => unit.sources.map(({ element }, i) => f.let(load(f, element, pointers[i], lanes, vector)))
      const bumps = unit.sources.flatMap(({ step }, i) => (step === 0 ? [] : [[pointers[i], step] as const]))
      const held = read()
      for (const [pointer, step] of bumps) pointer.bump(step)
      const more = () => {
        const merged = evaluated(f, spec, merge, [...held, ...read()])
        merged.map((value) => f.let(value)).forEach((value, i) => held[i].set(value))
      }
      f.times(f.let(i32.sub(unit.rows, 1)), more, bumps)
      settle(f, spec, unit, held, unit.outputs, lanes, vector)
    }
  })
}
