// A case with small programs in place of the systems: who takes turns, who is slow, who is left out and why.
import { expect, it } from 'vitest'
import { cases, type SystemName } from './cases.ts'
import type { Launch } from './system.ts'
import { type Run, timeCase } from './turns.ts'

/** A system that takes `seconds` for an image and has the results of `check`. */
function fake(
  name: SystemName,
  seconds: number,
  check: readonly (readonly number[])[],
  { slow = false, variant }: { readonly slow?: boolean; readonly variant?: string } = {},
): Launch {
  const program = `
    const say = (line) => console.log(JSON.stringify(line))
    say({ ready: true, version: '1', slow: ${slow}, check: ${JSON.stringify(check)} })
    process.stdin.on('data', (text) => {
      if (String(text) === 'run\\n') say({ seconds: ${seconds}, images: 1 })
      else { say({ peakBytes: 5 }); process.exit() }
    })`
  return { name, ...(variant && { variant }), command: process.execPath, args: ['-e', program] }
}

const programs: Partial<Record<SystemName, Launch[]>> = {
  glueball: [fake('glueball', 0.01, [[1, 2]])],
  pytorch: ['nchw', 'channels_last'].map((variant, i) =>
    fake('pytorch', [0.02, 0.0125][i], [[1, [2.0001, 2][i]]], { variant }),
  ),
  onnxruntime: [fake('onnxruntime', 0.001, [[1, 2.1]])],
  'jax-wasm': [fake('jax-wasm', 4, [[1, 2]], { slow: true })],
}

const run = (more: Partial<Run> = {}): Run => ({
  systems: ['glueball', 'pytorch', 'onnxruntime', 'tfjs-wasm', 'tfjs-cpu', 'jax-wasm'],
  turns: 3,
  launches(name) {
    const found = programs[name]
    if (!found) throw new Error(`no ${name} here`)
    return found
  },
  deadline: Date.now() + 600_000,
  refused: { 'tfjs-cpu': 'not installed' },
  say: () => {},
  ...more,
})

it('times by turns, keeps the better layout, and says who is left out and why', async () => {
  const rows = await timeCase(cases[0], run())
  const note = 'under 5 img/s: one timed step of one image, outside the turns'
  expect(rows).toEqual({
    glueball: { imagesPerSecond: 100, samples: [100, 100, 100], peakBytes: 5, detail: '1' },
    pytorch: { imagesPerSecond: 80, samples: [80, 80, 80], peakBytes: 5, detail: 'channels_last, 1' },
    onnxruntime: { reason: 'it computes something else: its outputs differ by 0.050 of the largest' },
    'tfjs-wasm': { reason: 'no tfjs-wasm here' },
    'tfjs-cpu': { reason: 'not installed' },
    'jax-wasm': { imagesPerSecond: 0.25, samples: [0.25], peakBytes: 5, note, detail: '1' },
  })
  expect(Object.keys(rows)).toEqual(run().systems)
})

it('compares each result with the first system’s by its own size, and their number', async () => {
  const rowsOf = async (check: readonly (readonly number[])[]) => {
    const launches = (name: SystemName) => [fake(name, 0.01, name === 'glueball' ? [[1000, 2], [0.01]] : check)]
    return timeCase(cases[0], run({ systems: ['glueball', 'pytorch'], launches }))
  }
  expect((await rowsOf([[1000.1, 2], [0.01]])).pytorch).toMatchObject({ imagesPerSecond: 100 })
  for (const check of [[[1000, 2], [0.02]], [[1000, 2]], [[1000, 2], [0.01], [1]], [[1000], [0.01]]]) {
    expect((await rowsOf(check)).pytorch).toHaveProperty('reason', expect.stringContaining('something else'))
  }
})

it('allows the rounding of coarse numbers to those that have them', async () => {
  const bf16 = (output: number) => ({ launches: () => [fake('pytorch-bf16', 0.01, [[1, output]])] })
  const glueball = programs.glueball!
  const rowsOf = async (output: number) => {
    const { launches } = bf16(output)
    const both = (name: SystemName) => (name === 'glueball' ? glueball : launches())
    return timeCase(cases[0], run({ systems: ['glueball', 'pytorch-bf16'], launches: both }))
  }
  expect((await rowsOf(2.02))['pytorch-bf16']).toMatchObject({ imagesPerSecond: 100 })
  expect((await rowsOf(2.1))['pytorch-bf16']).toHaveProperty('reason')
})

it('leaves out who has no program for the case', async () => {
  const latency = cases.find(({ name }) => name === 'nin-112-b1-infer')!
  const rows = await timeCase(latency, run({ systems: ['glueball', 'jax-wasm'] }))
  expect(rows['jax-wasm']).toEqual({ reason: 'it has no program for this case' })
  expect(rows.glueball).toMatchObject({ imagesPerSecond: 100 })
})

it('takes no turns after the deadline', async () => {
  const rows = await timeCase(cases[0], run({ systems: ['glueball'], deadline: Date.now() - 1 }))
  expect(rows).toEqual({ glueball: { reason: "stopped: the bench's 25 minutes were nearly over" } })
})
