// What a run looks like: plain lines, the tutorial's line, curves, JSON lines, signals, pace.
import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { epochEvent, progress } from '../fixtures.ts'
import { settingsFrom } from '../settings/settings.ts'
import type { StartEvent } from '../training/events.ts'
import { clock, Pace } from '../training/pace.ts'
import { curves } from './curves.ts'
import { listenForInterruption } from './interrupt.ts'
import { JsonLines } from './jsonLines.ts'
import { nextSteps, typedWithNpm } from './nextSteps.ts'
import { epochLine, progressText, Terminal } from './terminal.ts'

class Sink extends EventEmitter {
  text = ''
  isTTY = false
  columns = 80
  write(text: string): boolean {
    this.text += text
    return true
  }
}

const start: StartEvent = {
  event: 'start',
  resumed: false,
  runtime: 'Node 26.0.0',
  engine: 'WebAssembly SIMD engine (256-bit)',
  threads: 2,
  data: 'embedded subset in data',
  trainImages: 10_000,
  testImages: 2000,
  parameters: 1_992_166,
  classes: ['shirt', 'bag'],
  settings: settingsFrom({ dataset: 'fashion-mnist-subset', lr: '0.05' }),
  out: 'runs/x',
}

test('plain lines: the first at once, the next no sooner than 2 s later, and again where nothing moves', () => {
  vi.useFakeTimers()
  try {
    const sink = new Sink()
    const terminal = new Terminal(sink as unknown as NodeJS.WriteStream)
    terminal.tell(
      progress({ step: 0, loss: null, accuracy: null, imagesPerSecond: null, epochLeft: null, totalLeft: null }),
    )
    expect(sink.text).toBe('  0:00  epoch 0/3  step 0/10  the first step is running\n')
    vi.advanceTimersByTime(1000)
    terminal.tell(progress())
    expect(sink.text.split('\n').length).toBe(2)
    vi.advanceTimersByTime(1250)
    expect(sink.text).toContain(
      '  0:02  epoch 0/3  step 3/10  82.3 img/s  loss 2.250  acc 0.125  1:05 left  12:40 in all\n',
    )
    vi.advanceTimersByTime(4000)
    expect(sink.text.match(/step 3\/10/g)?.length).toBe(3)
    terminal.tell(epochEvent(0, 0.5))
    vi.advanceTimersByTime(10_000)
    expect(sink.text.endsWith('Epoch 0, Loss:2.000000, Train acc:0.520000, Test acc:0.500000\n')).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})

test('the first lines name machine, data, network, recipe with its reason, and the run', () => {
  const sink = new Sink()
  new Terminal(sink as unknown as NodeJS.WriteStream).tell(start)
  const lines = sink.text.split('\n')
  expect(lines[0]).toBe('Machine  Node 26.0.0, WebAssembly SIMD engine (256-bit), 2 threads')
  expect(lines[1]).toBe(
    'Data     embedded subset in data: 10,000 training and 2,000 test images, 28×28 resized to 112×112',
  )
  expect(lines[2]).toBe('Network  nin, 1,992,166 parameters, 2 classes')
  expect(lines[3]).toMatch(/^Recipe {3}adam: no ReLU on the class maps .*; changed here: lr 0.05 \(recipe: 0.0005\)$/)
  expect(lines[4]).toMatch(
    /^Run {6}batch 32, Adam 0.05 \(cosine\), warm-up 100 steps, he weights, .*seed 0; writing to runs\/x$/,
  )
})

test('a terminal gets a bar', () => {
  const sink = new Sink()
  Object.assign(sink, { isTTY: true, cursorTo: () => {}, clearLine: () => {}, moveCursor: () => {} })
  const terminal = new Terminal(sink as unknown as NodeJS.WriteStream)
  terminal.tell(progress({ step: 5 }))
  terminal.close()
  expect(sink.text).toMatch(/Epoch 0 █+░+ 5\/10 {2}82\.3 img\/s/)
})

test('times and the tutorial’s line', () => {
  expect([0, 59.6, 65, 3725].map(clock)).toEqual(['0:00', '1:00', '1:05', '1:02:05'])
  expect(epochLine(epochEvent(3, 0.75))).toBe('Epoch 3, Loss:0.500000, Train acc:0.770000, Test acc:0.750000')
  expect(progressText(progress({ phase: 'test', imagesPerSecond: null, loss: null, accuracy: null }))).toBe('')
})

test('curves draw training as a line and test as points, from the second epoch on', () => {
  expect(curves([epochEvent(0, 0.5)], 80)).toBe('')
  const text = curves(
    [0, 1, 2, 3].map((epoch) => epochEvent(epoch, 0.4 + epoch / 10)),
    80,
  )
  expect(text).toContain('loss by epoch')
  expect(text).toContain('accuracy by epoch')
  expect(text.match(/●/g)?.length).toBeGreaterThanOrEqual(8)
  expect(text).toContain('┏')
  expect(text).not.toContain('\u001B')
  const accuracies = [0, 1].map((epoch) => ({ ...epochEvent(epoch, 0.9), trainAccuracy: 0.1 }))
  expect(curves(accuracies, 80)).toMatch(/0\.90+┤●[\s\S]*0\.10+┤━/) // the axis has numbers for both
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('the last lines name what comes next', () => {
  const end = {
    event: 'end',
    testAccuracy: 0.8123,
    bestAccuracy: 0.8201,
    bestEpoch: 7,
    seconds: 615,
    out: 'runs/x',
  } as const
  const text = nextSteps(end, start.settings)
  expect(text).toContain('Done in 10:15: test accuracy 0.8123, best 0.8201 in epoch 7.')
  for (const next of [
    'report.html',
    'predict runs/x',
    '--dataset fashion-mnist ',
    '--recipe tutorial',
    '--resume runs/x --epochs',
  ]) {
    expect(text).toContain(next)
  }
})

test('where npm finds the command, the last line says what to type in its place', () => {
  const end = { event: 'end', testAccuracy: 0.8, bestAccuracy: 0.8, bestEpoch: 0, seconds: 1, out: 'runs/x' } as const
  vi.stubEnv('npm_command', undefined)
  expect(nextSteps(end, start.settings)).not.toContain('in place of')
  vi.stubEnv('npm_command', 'run-script')
  expect(nextSteps(end, start.settings)).toMatch(/\n\(with npm: npm run glueball -- in place of glueball\)$/)
  vi.unstubAllEnvs()
  expect(typedWithNpm(false)).toBe('npx glueball') // the installed package
})

test('JSON lines hold each event and nothing else', () => {
  const sink = new Sink()
  const lines = new JsonLines(sink as unknown as NodeJS.WritableStream)
  const events = [start, progress(), epochEvent(0, 0.5), { event: 'warning', message: 'careful' } as const]
  for (const event of events) lines.tell(event)
  expect(
    sink.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(events)
})

test('two signals within a second are one; a later one exits at once', () => {
  vi.useFakeTimers()
  const exits: number[] = []
  const seen: unknown[] = []
  const ear = listenForInterruption(
    (what) => seen.push(what),
    (code) => exits.push(code),
  )
  try {
    expect(ear.exitCode).toBe(0)
    process.emit('SIGINT', 'SIGINT')
    vi.advanceTimersByTime(900)
    process.emit('SIGINT', 'SIGINT')
    expect([seen, exits, ear.asked, ear.exitCode]).toEqual([['SIGINT'], [], true, 130])
    vi.advanceTimersByTime(200)
    process.emit('SIGINT', 'SIGINT')
    expect(exits).toEqual([130])
  } finally {
    ear.end()
    vi.useRealTimers()
  }
  expect(process.listeners('SIGTERM').length).toBe(0)
})

test('a terminal may say more than once that it closes', () => {
  vi.stubEnv('_', '') // nohup around the tests is not around what they try
  vi.useFakeTimers()
  const exits: number[] = []
  const ear = listenForInterruption(
    () => {},
    (code) => exits.push(code),
  )
  try {
    process.emit('SIGHUP', 'SIGHUP')
    vi.advanceTimersByTime(5000)
    process.emit('SIGHUP', 'SIGHUP')
    expect([exits, ear.exitCode]).toEqual([[], 129])
    process.emit('SIGTERM', 'SIGTERM')
    expect(exits).toEqual([143])
  } finally {
    ear.end()
    vi.useRealTimers()
    vi.unstubAllEnvs()
  }
})

test('the pace is that of the last ten seconds', () => {
  let now = 0
  const pace = new Pace(() => now)
  pace.begin(0)
  expect(pace.rate()).toBeNull()
  for (const [at, images] of [
    [10, 100],
    [20, 1100],
    [30, 2100],
  ]) {
    now = at
    pace.note(images)
  }
  expect(pace.rate()).toBe(100)
  expect(pace.average()).toBe(70)
  pace.noteEvaluation(5)
  expect(pace.left(1000, 3, 100)).toBe(25)
})
