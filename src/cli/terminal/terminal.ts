// Training events in a terminal: a bar that moves, or plain lines where nobody watches.
import cliProgress from 'cli-progress'
import { printable } from '../../core/printable.ts'
import { pictureLines } from '../pictures/pictureLines.ts'
import { describeNumbers, describeRecipe } from '../settings/settings.ts'
import type {
  EndEvent,
  EpochEvent,
  Listener,
  Progress,
  StartEvent,
  StoppedEvent,
  TrainEvent,
} from '../training/events.ts'
import { clock } from '../training/pace.ts'
import { curves } from './curves.ts'
import { nextSteps } from './nextSteps.ts'
import { printableLines, printError } from './printing.ts'

/** Milliseconds between plain lines. */
const plainEvery = 2000

/** Shows events to a person: a bar when the output is a terminal, else a line at least every 2 s. */
export class Terminal implements Listener {
  readonly #out: NodeJS.WriteStream
  #bar: cliProgress.SingleBar | undefined
  #latest: Progress | undefined
  readonly #begunAt = performance.now()
  #shownAt = 0
  #timer: ReturnType<typeof setInterval> | undefined
  #start: StartEvent | undefined
  readonly #epochs: EpochEvent[] = []

  /** `earlier` are the epochs of former sessions, for the curves. */
  constructor(out: NodeJS.WriteStream, earlier: readonly EpochEvent[] = []) {
    this.#out = out
    this.#epochs.push(...earlier)
  }

  tell(event: TrainEvent): void {
    if (event.event === 'progress') return this.#progress(event)
    if (event.event === 'checkpoint') return
    this.close()
    if (event.event === 'warning') return printError(`warning: ${event.message}`)
    if (event.event === 'start') this.#start = event
    if (event.event === 'epoch') this.#epochs.push(event)
    this.#line(this.#textOf(event))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#bar?.stop()
    this.#bar = undefined
    this.#latest = undefined
  }

  #line(text: string): void {
    this.#out.write(`${printableLines(text)}\n`)
  }

  #textOf(event: Exclude<TrainEvent, { event: 'progress' | 'checkpoint' | 'warning' }>): string {
    switch (event.event) {
      case 'start':
        return startLines(event)
      case 'epoch':
        return epochLine(event)
      case 'stopped':
        return stoppedLine(event)
      case 'end':
        return this.#ending(event)
    }
  }

  #ending(event: EndEvent): string {
    const pictures = curves(this.#epochs, this.#out.isTTY ? this.#out.columns : 80)
    return `\n${pictures}${pictures && '\n\n'}${nextSteps(event, this.#start?.settings)}`
  }

  #progress(event: Progress): void {
    const changed = this.#latest?.epoch !== event.epoch || this.#latest.phase !== event.phase
    if (changed) this.close()
    this.#latest = event
    if (this.#out.isTTY) return this.#draw(event)
    if (changed && event.phase === 'train') this.#print()
    this.#timer ??= setInterval(() => this.#printIfDue(), 250).unref()
    this.#printIfDue()
  }

  #draw(event: Progress): void {
    const payload = { text: progressText(event) }
    if (this.#bar) return void this.#bar.update(event.step, payload)
    const name = event.phase === 'train' ? `Epoch ${event.epoch}` : '   test'
    this.#bar = new cliProgress.SingleBar(
      {
        format: `${name} {bar} {value}/{total}{text}`,
        barsize: 20,
        hideCursor: true,
        stream: this.#out,
        fps: 10,
        linewrap: false,
      },
      cliProgress.Presets.shades_classic,
    )
    this.#bar.start(event.steps, event.step, payload)
  }

  #printIfDue(): void {
    if (performance.now() - this.#shownAt >= plainEvery) this.#print()
  }

  #print(): void {
    if (!this.#latest) return
    const { phase, epoch, epochs, step, steps } = this.#latest
    this.#shownAt = performance.now()
    const name = phase === 'train' ? `epoch ${epoch}/${epochs}` : `epoch ${epoch}/${epochs}, test`
    this.#line(
      `  ${clock((this.#shownAt - this.#begunAt) / 1000)}  ${name}  step ${step}/${steps}${progressText(this.#latest)}`,
    )
  }
}

/** What is known of the steps so far, as `  82 img/s  loss 2.013  acc .312  1:05 left, 12:40 in all`. */
export function progressText(event: Progress): string {
  if (event.imagesPerSecond === null) return event.phase === 'train' ? '  the first step is running' : ''
  const parts = [`${rate(event.imagesPerSecond)} img/s`]
  if (event.loss !== null) parts.push(`loss ${event.loss.toFixed(3)}`)
  if (event.accuracy !== null) parts.push(`acc ${event.accuracy.toFixed(3)}`)
  if (event.epochLeft !== null) parts.push(`${clock(event.epochLeft)} left`)
  if (event.totalLeft !== null && event.epochs > 1) parts.push(`${clock(event.totalLeft)} in all`)
  return `  ${parts.join('  ')}`
}

function rate(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** The lines before the first step. */
export function startLines(event: StartEvent): string {
  const { settings } = event
  const threads = `${event.threads} ${event.threads === 1 ? 'thread' : 'threads'}`
  const resized = settings.resize === 28 ? '28×28' : `28×28 resized to ${settings.resize}×${settings.resize}`
  const size = event.pictures ? `${settings.resize}×${settings.resize}` : resized
  const images = `${event.trainImages.toLocaleString('en')} training and ${event.testImages.toLocaleString('en')} test images`
  return [
    `Machine  ${event.runtime}, ${event.engine}, ${threads}`,
    ...ranksLine(event),
    `Data     ${event.data}: ${images}, ${size}`,
    ...(event.pictures ? pictureLines(event.pictures, settings) : []),
    `Network  ${settings.model}, ${event.parameters.toLocaleString('en')} parameters, ${event.classes.length} classes`,
    `Recipe   ${describeRecipe(settings)}`,
    `Run      ${describeNumbers(settings)}; ${event.resumed ? 'going on in' : 'writing to'} ${printable(event.out)}`,
  ].join('\n')
}

function ranksLine({ ranks, threads, settings }: StartEvent): string[] {
  if (ranks === undefined) return []
  const batch = `${ranks} × batch ${settings.batchSize} = ${ranks * settings.batchSize} images a step`
  return [`Ranks    ${ranks} of ${threads} ${threads === 1 ? 'thread' : 'threads'} each, ${batch}`]
}

function stoppedLine({ reason, epoch, step, out }: StoppedEvent): string {
  const stopped = reason === 'time' ? 'The time of --max-time is over: stopped' : 'Stopped'
  const onward = `Go on with: glueball train --resume ${printable(out)}`
  return `${stopped} in epoch ${epoch} after step ${step}; nothing is lost. ${onward}`
}

/** The tutorial's line. */
export function epochLine({ epoch, loss, trainAccuracy, testAccuracy }: EpochEvent): string {
  const [l, train, test] = [loss, trainAccuracy, testAccuracy].map((value) => value.toFixed(6))
  return `Epoch ${epoch}, Loss:${l}, Train acc:${train}, Test acc:${test}`
}
