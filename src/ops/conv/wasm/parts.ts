// The dense correlations that make a correlation: one, or a phase for each pixel between the strides of a transposed one.
import type { Pair } from '../../../core/shape.ts'
import { panelsOf, panelWidth } from '../../../kernel/wasm/panels.ts'
import type { Correlation } from './correlation.ts'

/** Dense correlations with some taps of the filters: one, or several phases of the results that are alike in all sizes. */
export interface Part {
  /** Taps down and across, and their distance in the image. */
  readonly kernel: Pair
  readonly dilation: Pair
  /** Phases down and across. */
  readonly phases: Pair
  /** Zeros above and to the left, less than zero where the image is cut off there; and what the next phase has more. */
  readonly before: Pair
  readonly beforeStep: Pair
  /** The first result, and how far on that of the next phase is. */
  readonly first: Pair
  readonly firstStep: Pair
  /** Rows and columns of a phase's results, which lie `spread` apart. */
  readonly results: Pair
  /** Each phase's last tap in the filter down and across, and the distance of its taps there. */
  readonly last: readonly [readonly number[], readonly number[]]
  readonly step: Pair
}

/** What a part is along one axis. */
type Along = { readonly [Name in keyof Part]: Part[Name][0] }

/**
 * The parts. Result y of a transposed correlation sums the taps i for which y + padding − i · dilation is a multiple of
 * the stride: results that lie a stride apart have taps in common, and read neighbouring pixels of the image.
 */
export function partsOf(s: Correlation): Part[] {
  const [rows, columns] = [along(s, 0), along(s, 1)]
  return rows.flatMap((row) => columns.map((column) => joined(row, column)))
}

const joined = (row: Along, column: Along): Part => ({
  kernel: [row.kernel, column.kernel],
  dilation: [row.dilation, column.dilation],
  phases: [row.phases, column.phases],
  before: [row.before, column.before],
  beforeStep: [row.beforeStep, column.beforeStep],
  first: [row.first, column.first],
  firstStep: [row.firstStep, column.firstStep],
  results: [row.results, column.results],
  last: [row.last, column.last],
  step: [row.step, column.step],
})

/** The phases along an axis, those that are alike taken together. */
function along(s: Correlation, axis: 0 | 1): Along[] {
  const size = axis === 0 ? s.OH : s.OW
  const parts: Along[] = []
  for (let first = 0; first < Math.min(s.spread[axis], size); first++) {
    const next = phaseOf(s, axis, first, size)
    if (!next) continue
    const grown = parts.length > 0 ? extended(parts[parts.length - 1], next) : undefined
    if (grown) parts[parts.length - 1] = grown
    else parts.push(next)
  }
  return parts
}

/** The phase that starts at a result, where it has taps. */
function phaseOf(s: Correlation, axis: 0 | 1, first: number, size: number): Along | undefined {
  const [taps, dilation, stride] = [s.kernel[axis], s.dilation[axis], s.spread[axis]]
  const padding = dilation * (taps - 1) - s.before[axis]
  const own = Array.from({ length: taps }, (_, i) => i).filter((i) => (first + padding - i * dilation) % stride === 0)
  if (own.length === 0) return undefined
  const last = own[own.length - 1]
  const step = own.length > 1 ? own[1] - own[0] : 1
  return {
    ...{ kernel: own.length, dilation: own.length > 1 ? (step * dilation) / stride : 1, step, last: [last] },
    ...{ phases: 1, first, firstStep: 0, before: (last * dilation - first - padding) / stride, beforeStep: 0 },
    results: Math.ceil((size - first) / stride),
  }
}

/** Phases with one more, where it is like them and continues them in equal steps. */
function extended(part: Along, next: Along): Along | undefined {
  const { phases, first, before } = part
  const alike = (['kernel', 'dilation', 'step', 'results'] as const).every((name) => part[name] === next[name])
  const [firstStep, beforeStep] = [(next.first - first) / phases, (next.before - before) / phases]
  const continued = phases === 1 || (firstStep === part.firstStep && beforeStep === part.beforeStep)
  if (!alike || !continued) return undefined
  return { ...part, phases: phases + 1, firstStep, beforeStep, last: [...part.last, ...next.last] }
}

/** Number of phases of a part. */
export const phasesOf = ({ phases }: Part) => phases[0] * phases[1]

/** Products in a sum of a part. */
export const depthOf = (s: Correlation, { kernel }: Part) => (kernel[0] * kernel[1] * s.C) / s.groups

const resultsOf = (part: Part) => phasesOf(part) * part.results[0] * part.results[1]

/** Operations on one image. */
export function operationsOf(s: Correlation): number {
  return partsOf(s).reduce((sum, part) => sum + 2 * resultsOf(part) * s.O * depthOf(s, part), 0)
}

/** Bytes of the filters' panels of one phase. */
export function filterBytes(s: Correlation, part: Part): number {
  return s.groups * panelsOf(s.O / s.groups, s.rung) * depthOf(s, part) * panelWidth(s.rung) * 4
}

/** Whether some results belong to no part, or sums are too long to be taken at once. */
export function startsApart(s: Correlation, longest: number): boolean {
  const parts = partsOf(s)
  const results = parts.reduce((sum, part) => sum + resultsOf(part), 0)
  return results < s.OH * s.OW || parts.some((part) => depthOf(s, part) > longest)
}
