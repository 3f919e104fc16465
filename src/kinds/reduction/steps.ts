// How a reduction is cut into steps: each takes one run of axes away, in parts fixed by the shape.
import { channelsMovedLast } from '../../kernel/broadcast.ts'
import type { PlannedArray } from '../../kernel/wasm/plan.ts'

/** Neighbouring axes in memory that are reduced or kept, and along which the inputs move or not, alike. */
interface Run {
  readonly size: number
  readonly reduced: boolean
  /** For each input whether it moves along, or repeats itself. */
  readonly varies: readonly boolean[]
}

/** One pass over memory: y[outer, inner] = the elements x[outer, ·, inner] taken together, r of them. */
export interface Step {
  readonly outer: readonly Run[]
  readonly r: Run
  readonly inner: Run
}

/** Elements of all outer runs. */
export function outerOf({ outer }: Step): number {
  return outer.reduce((product, { size }) => product * size, 1)
}

/** Whether the kept axes of an array that lies channels last come in the order of its shape. */
export function keepsOrder({ shape, order }: PlannedArray, axes: readonly number[]): boolean {
  const memory = order === 'channelsLast' ? [0, 2, 3, 1] : [...shape.keys()]
  const kept = memory.filter((axis) => !axes.includes(axis) && shape[axis] !== 1)
  return kept.every((axis, i) => i === 0 || axis > kept[i - 1])
}

/**
 * The steps of a reduction of inputs that are broadcast to a shape, the innermost run of axes first; one of a single
 * element when nothing is taken. After the first, what is read are the values that it joined.
 */
export function stepsOf(
  shape: readonly number[],
  inputs: readonly (readonly number[])[],
  axes: readonly number[],
  channelsLast: boolean,
): Step[] {
  let runs = runsOf(shape, inputs, axes, channelsLast)
  const all = inputs.map(() => true)
  const none: Run = { size: 1, reduced: false, varies: all }
  if (runs.some(({ size }) => size === 0)) {
    const outer = runs.filter(({ reduced }) => !reduced)
    return [{ outer, r: { size: 0, reduced: true, varies: all }, inner: none }]
  }
  const steps: Step[] = []
  for (;;) {
    const at = runs.findLastIndex(({ reduced }) => reduced)
    if (at < 0) break
    const [inner = none, ...more] = runs.slice(at + 1)
    if (more.length > 0) throw new Error('inputs of a reduction move unevenly along the axes that are kept')
    steps.push({ outer: runs.slice(0, at), r: runs[at], inner })
    // what is joined lies as the kept axes do, and moves along all of them
    runs = merged([...runs.slice(0, at), ...runs.slice(at + 1)].map((run) => ({ ...run, varies: all })))
  }
  if (steps.length > 0) return steps
  return [{ outer: runs.slice(0, -1), r: { size: 1, reduced: true, varies: all }, inner: runs.at(-1) ?? none }]
}

function runsOf(
  shape: readonly number[],
  inputs: readonly (readonly number[])[],
  axes: readonly number[],
  channelsLast: boolean,
): Run[] {
  const moved = (sizes: readonly number[]) => (channelsLast ? channelsMovedLast(sizes) : sizes)
  const reduced = moved(shape.map((_, axis) => (axes.includes(axis) ? 1 : 0)))
  const aligned = inputs.map((input) => moved([...Array<number>(shape.length - input.length).fill(1), ...input]))
  const runs = moved(shape).map((size, axis): Run => {
    return { size, reduced: reduced[axis] === 1, varies: aligned.map((input) => input[axis] !== 1) }
  })
  return merged(runs.filter(({ size }) => size !== 1))
}

function merged(runs: readonly Run[]): Run[] {
  const result: Run[] = []
  for (const run of runs) {
    const last = result.at(-1)
    const alike = last?.reduced === run.reduced && last.varies.every((varies, i) => varies === run.varies[i])
    if (last && alike) result[result.length - 1] = { ...last, size: last.size * run.size }
    else result.push(run)
  }
  return result
}

/** Elements an item: 128 KiB of floats, some 10 µs. */
const itemElements = 32768

/** Most columns of a chunk: their sums stay in the first-level cache. */
export const widestChunk = 1024

/** How a step is cut: parts along r, chunks of columns, and how many of these units an item does. */
export interface Cut {
  /** Elements along r in a part, and the number of parts. */
  readonly part: number
  readonly parts: number
  readonly chunk: number
  readonly chunks: number
  readonly unitsPerItem: number
  readonly items: number
}

/**
 * Cuts a step; parts along r only where there are few rows and columns, or r is very long. `finish` is what it costs to
 * finish a result, in elements: items of short columns are smaller where that is much.
 */
export function cutOf(step: Step, finish = 0): Cut {
  const { r, inner } = step
  const outer = outerOf(step)
  const chunk = Math.min(inner.size, widestChunk)
  const chunks = Math.ceil(inner.size / chunk)
  const longest = Math.max(1, Math.floor(itemElements / chunk))
  const whole = r.size <= longest || (outer * chunks >= 64 && r.size <= 8 * longest)
  const part = whole ? Math.max(r.size, 1) : longest
  const parts = whole ? 1 : Math.ceil(r.size / longest)
  const units = outer * parts * chunks
  const unitsPerItem = Math.max(1, Math.floor(itemElements / Math.max(1, (part + finish) * chunk)))
  return { part, parts, chunk, chunks, unitsPerItem, items: Math.ceil(units / unitsPerItem) }
}

/** The step that takes the parts of a cut step together. */
export function gathered(step: Step, { parts }: Cut): Step {
  const run = (size: number, reduced: boolean): Run => ({ size, reduced, varies: step.r.varies.map(() => true) })
  return { outer: [run(outerOf(step), false)], r: run(parts, true), inner: run(step.inner.size, false) }
}
