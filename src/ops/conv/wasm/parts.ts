// The dense correlations that make a correlation: one, or a phase for each pixel between the strides of a transposed one.
import type { Pair } from '../../../core/shape.ts'
import { panelsOf, panelWidth } from '../../../kernel/wasm/panels.ts'
import type { Correlation } from './correlation.ts'

/** A dense correlation with some taps of the filters, and which of the results are its. */
export interface Part {
  /** Taps down and across, and their distance in the image. */
  readonly kernel: Pair
  readonly dilation: Pair
  /** Zeros above and to the left; less than zero where the image is cut off there. */
  readonly before: Pair
  /** Its first result, rows and columns of its results; the next one is `spread` further on. */
  readonly first: Pair
  readonly results: Pair
  /** Its last tap in the filter, and the distance of its taps there. */
  readonly last: Pair
  readonly step: Pair
}

/** What a part is along one axis. */
type Along = { readonly [Name in keyof Part]: number }

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
  before: [row.before, column.before],
  first: [row.first, column.first],
  results: [row.results, column.results],
  last: [row.last, column.last],
  step: [row.step, column.step],
})

function along(s: Correlation, axis: 0 | 1): Along[] {
  const [taps, dilation, stride] = [s.kernel[axis], s.dilation[axis], s.spread[axis]]
  const size = axis === 0 ? s.OH : s.OW
  const padding = dilation * (taps - 1) - s.before[axis]
  const phases = Array.from({ length: Math.min(stride, size) }, (_, first): Along | undefined => {
    const own = Array.from({ length: taps }, (_, i) => i).filter((i) => (first + padding - i * dilation) % stride === 0)
    if (own.length === 0) return undefined
    const last = own[own.length - 1]
    const step = own.length > 1 ? own[1] - own[0] : 1
    return {
      ...{ kernel: own.length, dilation: own.length > 1 ? (step * dilation) / stride : 1, last, step },
      ...{ before: (last * dilation - first - padding) / stride, first, results: Math.ceil((size - first) / stride) },
    }
  })
  return phases.filter((phase) => phase !== undefined)
}

/** Products in a sum of a part. */
export const depthOf = (s: Correlation, { kernel }: Part) => (kernel[0] * kernel[1] * s.C) / s.groups

/** Operations on one image. */
export function operationsOf(s: Correlation): number {
  return partsOf(s).reduce((sum, part) => sum + 2 * part.results[0] * part.results[1] * s.O * depthOf(s, part), 0)
}

/** Bytes of the filters' panels of a part. */
export function filterBytes(s: Correlation, part: Part): number {
  return s.groups * panelsOf(s.O / s.groups, s.rung) * depthOf(s, part) * panelWidth(s.rung) * 4
}

/** Whether some results belong to no part, or sums are too long to be taken at once. */
export function startsApart(s: Correlation, longest: number): boolean {
  const parts = partsOf(s)
  const results = parts.reduce((sum, { results }) => sum + results[0] * results[1], 0)
  return results < s.OH * s.OW || parts.some((part) => depthOf(s, part) > longest)
}
