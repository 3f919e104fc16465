// Line charts and the confusion matrix of report.html, as SVG and HTML.

import { escapeHtml } from '../../core/printable.ts'
import { shades } from './style.ts'

/** A curve: points from left to right. */
export interface Curve {
  readonly name: string
  /** Class of the style sheet that colours it. */
  readonly kind: 'train' | 'test'
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Drawn behind the curve: from where to where values lie at each point. */
  readonly band?: readonly (readonly [low: number, high: number])[]
}

const [width, height, left, right, top, bottom] = [480, 260, 44, 12, 12, 30]

/** Round numbers from below `low` to above `high`, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low || 1) / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) as number) * power
  const first = Math.floor(low / step + 1e-9)
  const last = Math.ceil(high / step - 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** The least and the largest of any number of values: a call takes some 100,000 arguments at most. */
export function extent(values: readonly number[]): [low: number, high: number] {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity])
}

/** A chart of curves over epochs; `format` writes the numbers of the y axis. */
export function lineChart(curves: readonly Curve[], label: string, format: (value: number) => string): string {
  const points = curves.flatMap((curve) => curve.points)
  const bands = curves.flatMap((curve) => curve.band ?? []).flat()
  const ys = ticks(...extent([...points.map(([, y]) => y), ...bands]), 5)
  const [x0, x1] = extent(points.map(([x]) => x))
  const [y0, y1] = [ys[0], ys[ys.length - 1] === ys[0] ? ys[0] + 1 : ys[ys.length - 1]]
  const x = (value: number) => left + ((value - x0) / (x1 - x0 || 1)) * (width - left - right)
  const y = (value: number) => height - bottom - ((value - y0) / (y1 - y0)) * (height - top - bottom)
  const xs = ticks(x0, x1, 8).filter((value) => Number.isInteger(value) && value >= x0 && value <= x1)
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">`,
    ...ys.map((value) => {
      const at = round(y(value))
      const text = `<text x="${left - 8}" y="${at + 4}" text-anchor="end">${format(value)}</text>`
      return `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/>${text}`
    }),
    ...xs.map((value) => `<text x="${round(x(value))}" y="${height - 8}" text-anchor="middle">${value}</text>`),
    ...curves.map((curve) => drawCurve(curve, x, y, format)),
    '</svg>',
    `<div class="legend">${curves.map(({ name, kind }) => `<span><i class="${kind}"></i>${name}</span>`).join('')}<span>by epoch</span></div>`,
  ].join('\n')
}

function drawCurve(
  { name, kind, points, band }: Curve,
  x: (value: number) => number,
  y: (value: number) => number,
  format: (value: number) => string,
): string {
  const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${round(x(px))} ${round(y(py))}`).join('')
  const radius = points.length > 40 ? 0 : 3
  const dots = points.map(
    ([px, py]) =>
      `<circle class="${kind}" cx="${round(x(px))}" cy="${round(y(py))}" r="${radius}"><title>epoch ${px}, ${name}: ${format(py)}</title></circle>`,
  )
  return `${band ? drawBand(kind, points, band, x, y) : ''}<path class="${kind}" d="${path}"/>${dots.join('')}`
}

/** The area between the lower ends, from left to right, and the upper ones, back. */
function drawBand(
  kind: Curve['kind'],
  points: Curve['points'],
  band: NonNullable<Curve['band']>,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const corner = (end: 0 | 1) => band.map((ends, i) => `${round(x(points[i][0]))},${round(y(ends[end]))}`)
  return `<polygon class="band ${kind}" points="${[...corner(0), ...corner(1).reverse()].join(' ')}"/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** The confusion matrix: a row for each true class, a column for each prediction, with precision and recall. */
export function confusionTable(matrix: readonly (readonly number[])[], classes: readonly string[]): string {
  const totals = matrix.map((row) => sum(row))
  const columns = classes.map((_, j) => sum(matrix.map((row) => row[j])))
  const head = classes.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')
  const rows = matrix.map((row, i) => {
    const cells = row.map((count, j) => {
      const share = totals[i] > 0 ? count / totals[i] : 0
      const shade = count > 0 ? ` class="s${Math.ceil(share * shades) || 1}"` : ''
      const title = `${count} of ${totals[i]} images of ${classes[i]} taken for ${classes[j]}`
      return `<td${shade} title="${escapeHtml(title)}">${count || ''}</td>`
    })
    return `<tr><th scope="row">${escapeHtml(classes[i])}</th>${cells.join('')}<td class="score">${percent(row[i], totals[i])}</td></tr>`
  })
  const scores = columns.map((total, j) => `<td class="score">${percent(matrix[j][j], total)}</td>`).join('')
  return [
    '<table class="matrix">',
    `<thead><tr><th>truth ↓ &nbsp; prediction →</th>${head}<th scope="col">recall</th></tr></thead>`,
    `<tbody>${rows.join('\n')}`,
    `<tr><th scope="row">precision</th>${scores}<td class="score"></td></tr></tbody>`,
    '</table>',
  ].join('\n')
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '–'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
