// What is kept of the samples, what is written to the file, and what the table says.
import { expect, it } from 'vitest'
import { cases, operations } from './cases.ts'
import { better, caseText, type Machine, machineText, median, recorded, type Shown } from './results.ts'

const row = (imagesPerSecond: number, more: object = {}): Shown => ({
  ...{ imagesPerSecond, samples: [imagesPerSecond], peakBytes: 2 ** 20 },
  ...more,
})

it('takes the middle of the samples, whatever their order', () => {
  expect(median([5, 1, 3])).toBe(3)
  expect(median([4, 1, 2, 100])).toBe(3)
})

it('keeps the faster of two layouts, and a reason only where there are no figures', () => {
  const reason = { reason: 'absent' }
  expect(better(undefined, reason)).toBe(reason)
  const [slow, fast] = [row(1), row(2)]
  expect([better(slow, fast), better(fast, slow)]).toEqual([fast, fast])
  expect([better(slow, reason), better(reason, slow)]).toEqual([slow, slow])
  expect(better(reason, { reason: 'broken' })).toBe(reason)
})

it('records figures, and what is special about them, but not what only the table shows', () => {
  expect(Object.keys(recorded(row(3, { detail: 'nchw, 1.13' })))).toEqual(['imagesPerSecond', 'samples', 'peakBytes'])
  expect(recorded(row(3, { note: 'slow' }))).toEqual({ ...row(3), note: 'slow' })
  expect(recorded({ reason: 'absent' })).toEqual({ reason: 'absent' })
})

it('shows speed, share of the peak, memory and ratio', () => {
  const kase = cases[0]
  const gigaflop = 1e9 / operations(kase)
  const rows = {
    glueball: row(100 * gigaflop),
    pytorch: row(50 * gigaflop, { detail: 'nchw, 1.13' }),
    onnxruntime: { reason: 'cannot train' },
    'jax-wasm': row(0.3, { note: 'one image' }),
  }
  const lines = caseText(kase, rows, { microKernel: 200 }).split('\n')
  expect(lines[0]).toBe('nin-112-b128-train, 0.928 GFLOP an image')
  expect(lines[1]).toMatch(/^ {2}glueball +107\.8 img\/s +100 GFLOP\/s +50\.0 % of peak +1 MiB$/)
  expect(lines[2]).toMatch(/^ {2}pytorch .* 25\.0 % of peak .* glueball is 2\.00 × {2}\(nchw, 1\.13\)$/)
  expect(lines[3]).toBe('  onnxruntime  left out: cannot train')
  expect(lines[4]).toMatch(/\(one image\)$/)
})

it('says what was measured on, and that a busy machine spoils it', () => {
  const machine: Machine = {
    ...{ cpu: 'A CPU', cores: 2, threads: 1, load: 0.1, node: 'v26.0.0', rung: 'wide' },
    gigaflops: { microKernel: 115.4 },
  }
  const text = machineText(machine)
  expect(text).toContain('A CPU, 2 cores, 1 thread for each system, Node v26.0.0')
  expect(text).toContain('peak 115 GFLOP/s')
  expect(text).not.toContain('not to be quoted')
  expect(machineText({ ...machine, load: 1.5 })).toContain('not to be quoted')
})

it('names the adapter and its kind in place of a peak that is none of its', () => {
  const machine = { cpu: 'A CPU', cores: 2, load: 0.1, node: 'v26.0.0', gpu: { name: 'A GPU', software: false } }
  expect(machineText(machine).split('\n')).toEqual([
    'A CPU, 2 cores, Node v26.0.0',
    'load before the start 0.10',
    'GPU A GPU',
  ])
  const inSoftware = { ...machine, gpu: { name: 'SwiftShader', software: true } }
  expect(machineText(inSoftware)).toContain('GPU SwiftShader, in software: it computes on the CPU')
  expect(caseText(cases[0], { glueball: row(3) }, undefined)).not.toContain('of peak')
})
