// Results of elements, made of the elements once more while they are in the cache, and of what they were reduced to.
import type { Graph } from '../../arith/graph.ts'
import type { Body, Local } from '../../kernel/wasm/asm.ts'
import { type Lanes, load, loadSplat, store, type Width } from '../../kernel/wasm/elements.ts'
import { type Load, type Stream as SweepStream, sweep } from '../../kernel/wasm/sweep.ts'
import { evaluated, keptOf, leavesOf, steady, usedSources } from './gather.wasm.ts'
import type { PassSpec, Stream, Unit } from './units.wasm.ts'

const graphOf = ({ reduction }: PassSpec): Graph => {
  if (!reduction.map) throw new Error(`[${reduction.reduction.name}] has no results of elements`)
  return reduction.map.graph
}

/** What an array's elements along a row or column are, where they do not move: held in all lanes. */
export function heldOf(f: Body, { sources }: Unit, used: ReadonlySet<number>): (Local<'v128'> | undefined)[] {
  return sources.map(({ element, pointer, step }, i) =>
    used.has(i) && step === 0 ? f.let(loadSplat(f, element, pointer)) : undefined,
  )
}

/** The elements of a row that a round of a sweep has loaded: those of the used sources, and of other streams. */
export interface RowLoad {
  readonly loaded: readonly (Local<'v128'> | undefined)[]
  readonly loadFrom: Load
}

/**
 * Sweeps over a row and stores to `targets` what is made of each element. `prepare` gets the sources that do not move,
 * writes what stands before the loop, and gives what makes the values of four elements, one for each target.
 */
export function sweepRow(
  f: Body,
  unit: Unit,
  used: ReadonlySet<number>,
  targets: readonly SweepStream[],
  prepare: (held: readonly (Local<'v128'> | undefined)[]) => (row: RowLoad) => readonly Lanes[],
): void {
  const streams = unit.sources.map((source, i) => (used.has(i) && source.step !== 0 ? streamOf(f, source) : undefined))
  const held = heldOf(f, unit, used)
  const made = prepare(held)
  const moving = [...targets, ...streams.filter((stream) => stream !== undefined)]
  sweep(f, unit.rows, moving, (loadFrom) => {
    const loaded = streams.map((stream, i) => held[i] ?? (stream && loadFrom(stream)))
    return made({ loaded, loadFrom }).map((value, i) => [targets[i], value])
  })
}

/** A stream with a pointer of its own, so that the unit's stays. */
export const streamOf = (f: Body, { element, pointer }: Stream): SweepStream => ({ pointer: f.let(pointer), element })

/** Results of a row, whose finished values stand in all lanes; what the last stage has kept is read. */
export function mapRow(f: Body, spec: PassSpec, unit: Unit, finished: readonly Lanes[]): void {
  const graph = graphOf(spec)
  const again = keptOf(spec)
  const kept = again && new Set([again.map])
  const used = usedSources(graph, spec.operands, kept)
  const results = unit.elements.map((element) => streamOf(f, element))
  sweepRow(f, unit, used, results, (held) => {
    const all = steady(f, spec, unit, graph, [...leavesOf(spec, unit, held), ...finished], kept)
    return ({ loaded, loadFrom }) => {
      const known = again ? new Map([...all, [again.map, loadFrom(results[0])]]) : all
      return evaluated(f, spec, graph, [...leavesOf(spec, unit, loaded), ...finished], known)
    }
  })
}

/** Results of a strip of columns, whose finished values stand in registers. */
export function mapColumns(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  finished: readonly (readonly Lanes[])[],
  lanes: Width,
  vectors: readonly number[],
): void {
  const graph = graphOf(spec)
  const used = usedSources(graph, spec.operands)
  const at = (stream: Stream, pointer: Local<'i32'>, vector: number) =>
    f.let(stream.alongColumns ? load(f, stream.element, pointer, lanes, vector) : loadSplat(f, stream.element, pointer))
  const pointers = unit.sources.map(({ pointer }, i) => (used.has(i) ? f.let(pointer) : pointer))
  const targets = unit.elements.map(({ pointer }) => f.let(pointer))
  const held = unit.sources.map((source, i) =>
    used.has(i) && source.step === 0 ? vectors.map((vector) => at(source, pointers[i], vector)) : undefined,
  )
  const known = vectors.map((_, v) => {
    const still = held.map((value) => value?.[v])
    return steady(f, spec, unit, graph, [...leavesOf(spec, unit, still), ...finished[v]])
  })
  const row = () => {
    const values = vectors.map((vector, v) => {
      const loaded = unit.sources.map((source, i) => {
        return used.has(i) ? (held[i]?.[v] ?? at(source, pointers[i], vector)) : undefined
      })
      const leaves = [...leavesOf(spec, unit, loaded), ...finished[v]]
      return evaluated(f, spec, graph, leaves, known[v]).map((value) => f.let(value))
    })
    targets.forEach((target, i) => {
      vectors.forEach((vector, v) =>
        store(f, unit.elements[i].element as 'float32', target, values[v][i], lanes, vector),
      )
    })
  }
  const moving = [...unit.sources.map((source, i) => [source, pointers[i], used.has(i)] as const)]
  f.times(unit.rows, row, [
    ...moving.flatMap(([{ step }, pointer, moves]) => (step === 0 || !moves ? [] : [[pointer, step] as const])),
    ...unit.elements.flatMap(({ step }, i) => (step === 0 ? [] : [[targets[i], step] as const])),
  ])
}
