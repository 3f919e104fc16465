// The page: buttons that start, stop and resume a training, and what it shows meanwhile.
import { configureCpu, cpu, gpu } from 'glueball'
import workerUrl from 'glueball/worker?worker&url'
import { LossChart } from './chart.ts'
import { type Progress, train } from './training.ts'

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
const [start, stop, resume] = ['start', 'stop', 'resume'].map((id) => element<HTMLButtonElement>(id))
const [form, status, epochs] = [
  element<HTMLFormElement>('settings'),
  element('status'),
  element<HTMLOListElement>('epochs'),
]
const chart = new LossChart(element('chart'))

// a file of its own, since the page's content policy may refuse others
configureCpu({ workerUrl })

/** What holds a training that was stopped; called, it goes on. */
let goOn: (() => void) | undefined
let stopping = false

stop.addEventListener('click', () => {
  stopping = true
  stop.disabled = true
})

resume.addEventListener('click', () => goOn?.())

form.addEventListener('submit', (event) => {
  event.preventDefault()
  start.disabled = true
  run().catch(fail).finally(ready)
})

/** Waits until the user wants to go on. */
async function pause(): Promise<void> {
  resume.disabled = false
  status.textContent = `Stopped. ${status.textContent}`
  await new Promise<void>((resolve) => {
    goOn = resolve
  })
  ;[goOn, stopping, resume.disabled, stop.disabled] = [undefined, false, true, false]
}

async function run(): Promise<void> {
  const settings = new FormData(form)
  const [narrow, batchSize] = ['narrow', 'batchSize'].map((name) => Number(settings.get(name)))
  chart.clear()
  epochs.replaceChildren()
  status.className = ''
  status.textContent = 'Reading the images…'
  stop.disabled = false
  const ctx = settings.get('engine') === 'gpu' ? await gpu() : cpu()
  let last = performance.now()
  await train({ ctx, narrow, batchSize, epochs: 10 }, async (progress) => {
    const now = performance.now()
    show(progress, (batchSize * 1000) / (now - last))
    if (stopping) await pause()
    last = performance.now()
  })
}

function show(progress: Progress, imagesPerSecond: number): void {
  if (progress.kind === 'epoch') {
    const line = document.createElement('li')
    line.textContent = `${(100 * progress.accuracy).toFixed(1)} % of the test images are told right`
    epochs.append(line)
    return
  }
  const { step, steps, loss } = progress
  chart.add(step, loss)
  status.textContent = `Step ${step + 1} of ${steps}: loss ${loss.toFixed(4)}, ${imagesPerSecond.toFixed(0)} images a second`
}

function fail(error: unknown): void {
  status.className = 'failed'
  status.textContent = error instanceof Error ? error.message : String(error)
}

function ready(): void {
  start.disabled = false
  stop.disabled = true
  resume.disabled = true
  stopping = false
}
