// Where a step's time goes: each call of an op with its algorithm, time, work and traffic.
import type { Call } from '../src/core/engine.ts'
import { WasmEngine } from '../src/engines/wasm/engine.ts'
import { configureCpu, cpu, nd, useWideSimd } from '../src/index.ts'
import type { Plan } from '../src/kernel/wasm/plan.ts'
import type { Case } from './cases.ts'
import { type Batch, initOf, networkOf, stepOf } from './networks.ts'
import { median } from './results.ts'

/** A call of an op in a step. */
export interface Entry {
  readonly op: string
  /** Block and layer; empty outside of one. */
  readonly path: string
  readonly shapes: string
  /** The algorithm and its sizes. */
  readonly note: string
  readonly ms: number
  /** Operations of a direct convolution or product, 0 for other ops. */
  readonly operations: number
  /** Bytes of the inputs and outputs, each counted once. */
  readonly bytes: number
}

const warmUps = 5
const rounds = 9

/** The engine whose calls are profiled. */
export function startEngine(threads: number): WasmEngine {
  useWideSimd()
  configureCpu({ threads })
  const { engine } = cpu()
  if (!(engine instanceof WasmEngine)) throw new Error('a profile needs the CPU engine')
  return engine
}

/** The calls of a case's step in their order, on random images; times are medians. */
export async function profile(kase: Case, engine: WasmEngine): Promise<Entry[]> {
  const ctx = cpu()
  const network = networkOf(kase)
  network.net.initialize({ ctx, init: initOf(kase) })
  const step = stepOf(kase, network)
  const batch = batchOf(kase)
  for (let i = 0; i < warmUps; i++) await step(batch)
  const times: number[][] = []
  const entries: Omit<Entry, 'ms'>[] = []
  for (let round = 0; round < rounds; round++) {
    const calls: Promise<number>[] = []
    engine.watcher = (call, plan, span) => {
      if (round === 0) entries.push(entryOf(call, plan))
      calls.push(span.then(([begin, end]) => end - begin))
    }
    await step(batch)
    engine.watcher = undefined
    for (const [i, ms] of (await Promise.all(calls)).entries()) (times[i] ??= []).push(ms)
  }
  return entries.map((entry, i) => ({ ...entry, ms: median(times[i]) }))
}

function batchOf({ batch, chains, imageGradient }: Case): Batch {
  const ctx = cpu()
  const images = chains.map(({ channels, side }) => nd.random.uniform({ shape: [batch, channels, side, side], ctx }))
  if (imageGradient) for (const image of images) image.attachGrad()
  return { images, labels: nd.random.randint(0, 10, { shape: [batch], ctx }) }
}

const count = (shape: readonly number[]) => shape.reduce((all, n) => all * n, 1)

function entryOf({ op, name, path, inputs, outputs }: Call, { note = '' }: Plan): Omit<Entry, 'ms'> {
  const arrays = [...inputs, ...outputs]
  return {
    ...{ op: name, path, note },
    shapes: inputs.map(({ shape }) => shape.join('×')).join(' '),
    operations: operationsOf(
      op,
      arrays.map(({ shape }) => shape),
    ),
    bytes: arrays.reduce((sum, { shape, dtype }) => sum + count(shape) * (dtype === 'uint8' ? 1 : 4), 0),
  }
}

/** Two operations for each product of a direct convolution: its pixels times the filters. */
function operationsOf(op: string, shapes: readonly (readonly number[])[]): number {
  const [first, second] = shapes
  const last = shapes[shapes.length - 1]
  if (op === 'conv') return (2 * count(last) * count(second)) / second[0]
  if (op === 'convData') return (2 * count(first) * count(second)) / second[0]
  if (op === 'convWeight') return (2 * count(second) * count(last)) / last[0]
  // (M, K) and (K, N) make (M, N), whichever of them is transposed
  if (op === 'matmul') return 2 * Math.sqrt(count(first) * count(second) * count(last))
  return 0
}

/** Elements of the arrays that are copied: 64 MiB each, more than caches hold. */
const copied = 2 ** 24

/** What a copy by the engine's threads reaches, in GB/s, reads and writes counted once each: the best of nine. */
export async function measureMemory(): Promise<number> {
  const [from, to] = [nd.ones([copied]), nd.zeros([copied])]
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    await nd.waitall()
    const start = performance.now()
    from.copyto(to)
    await nd.waitall()
    times.push(performance.now() - start)
  }
  for (const array of [from, to]) array.dispose()
  return (2 * 4 * copied) / Math.min(...times) / 1e6
}

/** What a profile's figures are shares of: GFLOP/s of our best micro-kernel, GB/s of a copy in memory. */
export interface Machine {
  readonly peak: number
  readonly memory: number
}

/**
 * The calls that take at least a hundredth of the step, each with its algorithm, the rest in one line, and the sum.
 * What caches hold may pass the speed of memory.
 */
export function profileText(entries: readonly Entry[], { peak, memory }: Machine): string {
  const total = entries.reduce((sum, { ms }) => sum + ms, 0)
  const [large, small] = [entries.filter(({ ms }) => ms >= total / 100), entries.filter(({ ms }) => ms < total / 100)]
  const share = (speed: number, of: number) => `${((100 * speed) / of).toFixed(0)} %`
  const rows = large.map(({ op, path, ms, operations, bytes, note }) => {
    const [speed, traffic] = [operations / ms / 1e6, bytes / ms / 1e6]
    const work = operations > 0 ? [speed.toFixed(0), share(speed, peak)] : ['', '']
    return [op, path, ms.toFixed(2), ...work, traffic.toFixed(1), share(traffic, memory), note]
  })
  const rest = small.reduce((sum, { ms }) => sum + ms, 0)
  const last = [
    [`${small.length} smaller calls`, '', rest.toFixed(2), '', '', '', '', ''],
    ['all', '', total.toFixed(2), '', '', '', '', ''],
  ]
  const heads = ['op', 'layer', 'ms', 'GFLOP/s', 'of peak', 'GB/s', 'of memory', 'algorithm']
  return table([heads, ...rows, ...last], [0, 1, 7])
}

/** Each kind of call once, with its shapes and algorithm. */
export function explanation(entries: readonly Entry[]): string {
  const rows = entries.filter(({ note }) => note).map(({ op, shapes, note }) => [op, shapes, note])
  const unlike = new Map(rows.map((row) => [row.join(' '), row]))
  return table([['op', 'inputs', 'algorithm'], ...unlike.values()], [0, 1, 2])
}

/** Columns side by side, those of the numbers in `left` flush left. */
function table(rows: readonly (readonly string[])[], left: readonly number[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  const cell = (text: string, i: number) => (left.includes(i) ? text.padEnd(widths[i]) : text.padStart(widths[i]))
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
}
