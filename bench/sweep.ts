// The sweep: each single operation in ours and in PyTorch by turns, and the table of how they compare, worst first.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sizeOf } from '../src/core/shape.ts'
import { generator } from '../src/ops/cases.ts'
import { median, type Row, type Rows } from './results.ts'
import { hasLayouts, type SweepCase } from './sweepCases.ts'
import { sweepLaunches } from './systems.ts'
import { type Run, timeCase } from './turns.ts'

/** The two systems, the first being what the other's results are compared with. */
export const sweepSystems = ['glueball', 'pytorch'] as const

/** Numbers of the inputs, one after the other: uniform in [-1, 1), weights of recurrent layers a tenth of it, or rows to take. */
export function sweepInputs({ inputs, op }: SweepCase): Float32Array {
  const random = generator(1)
  const sizes = inputs.map(sizeOf)
  const values = new Float32Array(sizes.reduce((sum, size) => sum + size, 0))
  for (let i = 0; i < values.length; i++) values[i] = 2 * random() - 1
  // weights that don't saturate the gates
  if (op === 'lstm') for (let i = sizes[0]; i < values.length; i++) values[i] /= 10
  if (op === 'take' || op === 'embedding')
    for (let i = 0; i < sizes[1]; i++) values[sizes[0] + i] = (i * 7919) % inputs[0][0]
  return values
}

/** Writes what both systems of a case are given into a new folder. */
export function writeSweepCase(kase: SweepCase, data: string): void {
  mkdirSync(data)
  writeFileSync(join(data, 'case.json'), JSON.stringify(kase))
  writeFileSync(join(data, 'inputs.f32'), sweepInputs(kase))
}

/** How the sweep is run. */
export interface Sweep extends Pick<Run, 'turns' | 'deadline' | 'refused' | 'say'> {
  readonly threads: number
  /** Holds the inputs while a case runs. */
  readonly folder: string
}

/** Times a case in both systems. */
export async function sweepCase(kase: SweepCase, { threads, folder, ...run }: Sweep): Promise<Rows> {
  const data = join(folder, 'sweep')
  writeSweepCase(kase, data)
  const launches: Run['launches'] = (name) => sweepLaunches(name, hasLayouts(kase), { threads, data })
  try {
    return await timeCase({ name: kase.name, systems: sweepSystems }, { ...run, systems: sweepSystems, launches })
  } finally {
    rmSync(data, { recursive: true })
  }
}

/** A case with its rows. */
export interface Swept {
  readonly name: string
  readonly systems: Rows
}

/** The table in Markdown, the slowest beside PyTorch first, and the geometric mean; then what was left out, and why. */
export function sweepText(swept: readonly Swept[]): string {
  const compared = swept.map(comparedOf).sort((a, b) => a.ratio - b.ratio)
  const ratios = compared.map(({ ratio }) => ratio).filter(Number.isFinite)
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  return [
    '| times PyTorch | in turns | operation | Glueball ms | PyTorch ms | PyTorch’s layout |',
    '|---|---|---|---|---|---|',
    ...compared.map(({ cells }) => `| ${cells.join(' | ')} |`),
    '',
    `Geometric mean of ${ratios.length}: ${ratios.length > 0 ? mean.toFixed(3) : 'none'}.`,
    ...reasonsOf(swept),
  ].join('\n')
}

/** A line of the table and what it is sorted by: our speed in PyTorch's, infinite where one has no figure. */
function comparedOf({ name, systems: { glueball, pytorch } }: Swept): { ratio: number; cells: string[] } {
  const [ours, theirs] = [samplesOf(glueball), samplesOf(pytorch)]
  const times = [ours, theirs].map((samples) => (samples.length > 0 ? (1000 / median(samples)).toPrecision(4) : '–'))
  const known = ours.length > 0 && theirs.length > 0
  const ratio = known ? median(ours) / median(theirs) : Number.POSITIVE_INFINITY
  const turns = ours.slice(0, theirs.length).map((perSecond, i) => perSecond / theirs[i])
  const spread = [Math.min(...turns), Math.max(...turns)].map((turn) => turn.toFixed(2)).join(' to ')
  const layout = /^(nchw|channels_last)/.exec(pytorch?.detail ?? '')?.[0] ?? ''
  return { ratio, cells: [...(known ? [ratio.toFixed(2), spread] : ['–', '–']), name, ...times, layout] }
}

/** Each turn's runs of the operation in a second. */
const samplesOf = (row: Row | undefined) => (row && 'samples' in row ? row.samples : [])

/** Why systems were left out: each reason once, with the cases. */
function reasonsOf(swept: readonly Swept[]): string[] {
  const cases = new Map<string, string[]>()
  for (const { name, systems } of swept) {
    for (const [system, row] of Object.entries(systems)) {
      if (!('reason' in row)) continue
      const reason = `${system} left out: ${row.reason}`
      cases.set(reason, [...(cases.get(reason) ?? []), name])
    }
  }
  return [...cases].map(([reason, names]) => `${names.length < swept.length ? `${names.join(', ')}: ` : ''}${reason}`)
}
