// The live curve of the loss.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** A curve that grows point by point. */
export class LossChart {
  readonly #plot: uPlot
  readonly #steps: number[] = []
  readonly #losses: number[] = []

  constructor(target: HTMLElement) {
    const options: uPlot.Options = {
      width: Math.max(280, target.clientWidth),
      height: 280,
      scales: { x: { time: false } },
      axes: [{ label: 'step' }, { label: 'loss' }],
      series: [{ label: 'step' }, { label: 'loss', stroke: '#3366cc', width: 2 }],
    }
    this.#plot = new uPlot(options, [[], []], target)
  }

  /** Adds the loss of a step. */
  add(step: number, loss: number): void {
    this.#steps.push(step)
    this.#losses.push(loss)
    this.#plot.setData([this.#steps, this.#losses])
  }

  /** Starts anew. */
  clear(): void {
    this.#steps.length = 0
    this.#losses.length = 0
    this.#plot.setData([[], []])
  }
}
