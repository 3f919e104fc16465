// The table of distances in docs/engines.md: printed from what was measured, and read by the test that pins it.
import type { Distances, Machine, Worst } from './ulpMeasure.ts'

/** The table takes each 1,021st bit pattern of float32. */
export const tableStride = 1021

/** A distance with two digits behind the point, or one digit of thousands; rounded up, so that it is a bound. */
function shown(worst: Worst | undefined): string {
  if (!worst) return '–'
  const up = Math.ceil(worst.ulp * 100) / 100
  if (up < 1000 || !Number.isFinite(up)) return String(up)
  const digit = 10 ** Math.floor(Math.log10(up))
  return (Math.ceil(up / digit) * digit).toExponential(0)
}

const slopes = { 2: ['value', 'slope'], 3: ['value', 'slope of a', 'slope of b'] } as const

/** The lines of a table; functions with equal figures share a line. */
export function tableOf(found: ReadonlyMap<string, Distances>, machines: readonly Machine[]): string[] {
  const rows = new Map<string, { names: string[]; at: string }>()
  for (const [name, distances] of found) {
    const parts = distances[machines[0].name].length as 2 | 3
    slopes[parts].forEach((what, k) => {
      const figures = machines.map((machine) => shown(distances[machine.name][k])).join(' | ')
      const ours = machines.filter(({ ctx }) => ctx).map((machine) => distances[machine.name][k])
      const { at } = ours.reduce((a, b) => (b.ulp > a.ulp ? b : a))
      const row = rows.get(`${what} | ${figures}`) ?? {
        names: [],
        at: at.map((x) => Number(x.toPrecision(4))).join(', '),
      }
      row.names.push(name)
      rows.set(`${what} | ${figures}`, row)
    })
  }
  return [
    `| | | ${machines.map(({ name }) => name).join(' | ')} | our worst at |`,
    `|---|---|${'---|'.repeat(machines.length)}---|`,
    ...[...rows].map(
      ([figures, { names, at }]) => `| ${names.join(', ')} | ${figures} | ${names.length > 1 ? '' : at} |`,
    ),
  ]
}

/** Bounds by machine and function, value first: what the table of a text says. */
export function boundsIn(text: string): ReadonlyMap<string, ReadonlyMap<string, readonly number[]>> {
  const lines = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const head = lines.findIndex((cells) => cells.at(-2) === 'our worst at')
  const end = lines.findIndex((cells, i) => i > head && cells.length < 3)
  const names = lines[head].slice(3, -2)
  return new Map(
    names.map((machine, k) => {
      const bounds = new Map<string, number[]>()
      for (const cells of lines.slice(head + 2, end)) {
        for (const name of cells[1].split(', ')) {
          const place = ['value', 'slope', 'slope of a', 'slope of b'].indexOf(cells[2])
          const held = bounds.get(name) ?? []
          held[place === 3 ? 2 : Math.min(place, 1)] = Number(cells[3 + k])
          bounds.set(name, held)
        }
      }
      return [machine, bounds]
    }),
  )
}
