// The curves of a run, drawn with characters: training as a line, test as points, so that no colour is needed.
import chart from 'simple-ascii-chart'
import { extent } from '../report/charts.ts'
import type { EpochEvent } from '../training/events.ts'
import type { RatePoint } from '../training/rateFinder.ts'

type Measure = (event: EpochEvent) => number

/** Loss and accuracy by epoch as two charts, `columns` characters wide; empty before the second epoch. */
export function curves(epochs: readonly EpochEvent[], columns: number): string {
  if (epochs.length < 2) return ''
  const loss = picture('loss by epoch', epochs, columns, [(event) => event.loss, (event) => event.testLoss])
  const accuracies: [Measure, Measure] = [(event) => event.trainAccuracy, (event) => event.testAccuracy]
  return `${loss}\n\n${picture('accuracy by epoch', epochs, columns, accuracies)}`
}

function picture(
  title: string,
  epochs: readonly EpochEvent[],
  columns: number,
  [train, test]: readonly [Measure, Measure],
): string {
  const finite = epochs.filter((event) => Number.isFinite(train(event)) && Number.isFinite(test(event)))
  const values = finite.flatMap((event) => [train(event), test(event)])
  if (finite.length < 2) return `${title}: no numbers to draw`
  const [low, high] = extent(values)
  const top = high > low ? high : low + 1e-3
  const digits = Math.min(6, Math.max(2, Math.ceil(1 - Math.log10(top - low))))
  const width = Math.max(20, Math.min(72, columns - 10))
  const text = chart(
    straight(
      finite.map((event): [number, number] => [event.epoch, train(event)]),
      width,
    ),
    {
      title,
      width,
      height: 10,
      yRange: [low, top],
      customYAxisTicks: [0, 1, 2, 3].map((k) => low * (1 - k / 3) + top * (k / 3)), // by itself, it labels the line alone
      customXAxisTicks: ticks(finite),
      points: finite.map((event) => ({ x: event.epoch, y: test(event) })),
      legend: { position: 'bottom', series: ['training'], points: ['test'] },
      formatter: (value, { axis }) => (axis === 'y' ? value.toFixed(digits) : value),
    },
  )
  return trimmed(text)
}

/** A chart's text without blank lines and blanks at the ends of lines. */
function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n')
}

/** The smoothed loss by the logarithm of the rate; empty for fewer than two points. */
export function rateCurve(points: readonly RatePoint[], columns: number): string {
  if (points.length < 2) return ''
  const width = Math.max(20, Math.min(72, columns - 10))
  // what explodes would flatten the rest
  const most = 1.5 * points[0].smoothed
  const curve = points.map(({ rate, smoothed }): [number, number] => [Math.log10(rate), Math.min(smoothed, most)])
  const [low, high] = extent(curve.map(([, loss]) => loss))
  const [first, last] = [Math.ceil(curve[0][0]), Math.floor(curve[curve.length - 1][0])]
  const text = chart(straight(curve, width), {
    title: 'smoothed loss by learning rate',
    width,
    height: 10,
    yRange: [low, high > low ? high : low + 1e-3],
    customXAxisTicks: Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i),
    formatter: (value, { axis }) => (axis === 'y' ? value.toFixed(2) : `1e${value}`),
  })
  return trimmed(text)
}

function ticks(epochs: readonly EpochEvent[]): number[] {
  const every = Math.ceil(epochs.length / 10)
  return epochs.map((event) => event.epoch).filter((_, i) => i % every === 0)
}

/** Points between which the line is straight, where the library would draw one step an epoch. */
function straight(points: readonly [number, number][], count: number): [number, number][] {
  const [first, last] = [points[0][0], points[points.length - 1][0]]
  return Array.from({ length: count }, (_, k) => {
    const x = first + ((last - first) * k) / (count - 1)
    const i = Math.max(
      1,
      points.findIndex(([at]) => at >= x - 1e-9),
    )
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]]
    return [x, y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)]
  })
}
