// How a reduction is cut into steps: each takes one run of axes away, in parts fixed by the shape.
import type { PlannedArray } from '../../kernel/plan.ts'

/** One pass: y[outer, inner] = the elements x[outer, ·, inner] taken together, r of them. */
export interface Step {
  readonly outer: number
  readonly r: number
  readonly inner: number
}

/** The axes in the order of memory, outermost first. */
function memoryAxes({ shape, order }: Pick<PlannedArray, 'shape' | 'order'>): number[] {
  return order === 'channelsLast' ? [0, 2, 3, 1] : [...shape.keys()]
}

/** Whether the kept axes of an array that lies channels last come in the order of its shape. */
export function keepsOrder({ shape, order }: PlannedArray, axes: readonly number[]): boolean {
  const kept = memoryAxes({ shape, order }).filter((axis) => !axes.includes(axis) && shape[axis] !== 1)
  return kept.every((axis, i) => i === 0 || axis > kept[i - 1])
}

/** The steps of a reduction over the axes, the innermost run of axes first; one of a single element when nothing is taken. */
export function stepsOf(x: PlannedArray, axes: readonly number[]): Step[] {
  let runs = runsOf(x, axes)
  const size = runs.reduce((product, { n }) => product * n, 1)
  if (size === 0) {
    const outer = runs.reduce((product, { n, reduced }) => (reduced ? product : product * n), 1)
    return [{ outer, r: 0, inner: 1 }]
  }
  const steps: Step[] = []
  for (;;) {
    const at = runs.findLastIndex(({ reduced }) => reduced)
    if (at < 0) break
    const product = (part: readonly Run[]) => part.reduce((result, { n }) => result * n, 1)
    steps.push({ outer: product(runs.slice(0, at)), r: runs[at].n, inner: product(runs.slice(at + 1)) })
    runs = merged([...runs.slice(0, at), ...runs.slice(at + 1)])
  }
  return steps.length > 0 ? steps : [{ outer: 1, r: 1, inner: size }]
}

interface Run {
  readonly n: number
  readonly reduced: boolean
}

/** Neighbouring axes in memory that share a fate, as one. */
function runsOf(x: PlannedArray, axes: readonly number[]): Run[] {
  const all = memoryAxes(x).map((axis) => ({ n: x.shape[axis], reduced: axes.includes(axis) }))
  return merged(all.filter(({ n }) => n !== 1))
}

function merged(runs: readonly Run[]): Run[] {
  const result: Run[] = []
  for (const run of runs) {
    const last = result.at(-1)
    if (last?.reduced === run.reduced) result[result.length - 1] = { n: last.n * run.n, reduced: run.reduced }
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

/** Cuts a step; parts along r only where there are few rows and columns, or r is very long. */
export function cutOf({ outer, r, inner }: Step): Cut {
  const chunk = Math.min(inner, widestChunk)
  const chunks = Math.ceil(inner / chunk)
  const longest = Math.max(1, Math.floor(itemElements / chunk))
  const whole = r <= longest || (outer * chunks >= 64 && r <= 8 * longest)
  const part = whole ? Math.max(r, 1) : longest
  const parts = whole ? 1 : Math.ceil(r / longest)
  const units = outer * parts * chunks
  const unitsPerItem = Math.max(1, Math.floor(itemElements / Math.max(1, part * chunk)))
  return { part, parts, chunk, chunks, unitsPerItem, items: Math.ceil(units / unitsPerItem) }
}

/** The step that takes the parts of a cut step together. */
export function gathered({ outer, inner }: Step, { parts }: Cut): Step {
  return { outer, r: parts, inner }
}
