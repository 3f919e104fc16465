// What the bench found, and how it is shown.
import { type Case, operations, type SystemName } from './cases.ts'
import type { Adapter } from './gpu.ts'

/** A system's figures in a case. */
export interface Measured {
  /** The median of the samples; of a single operation, its runs a second. */
  readonly imagesPerSecond: number
  /** Images a second in each turn. */
  readonly samples: readonly number[]
  /** The most memory that the process held. */
  readonly peakBytes: number
  /** What the reader must know of the figures, where they are not as usual. */
  readonly note?: string
}

/** Why a system has no figures. */
export interface LeftOut {
  readonly reason: string
}

/** A system's row. */
export type Row = Measured | LeftOut

/** A row with what only the table shows: version and layout. */
export type Shown = Row & { readonly detail?: string }

/** The rows of a case, in the order of the table. */
export type Rows = Partial<Record<SystemName, Shown>>

/** This machine's peak in GFLOP/s. */
export interface Peak {
  /** Our best micro-kernel on data in L1, all threads together. */
  readonly microKernel: number
  /** PyTorch's product of two matrices of 2048 × 2048; absent without PyTorch. */
  readonly pytorchMatmul2048?: number
  /** The file or name of the BLAS that it calls. */
  readonly pytorchBlas?: string
}

/** What it was measured on. */
export interface Machine {
  /** The commit, where the source is in a repository, with a mark where files were changed since. */
  readonly build?: string
  readonly cpu: string
  readonly cores: number
  /** Processes that ran, over the last minute, before the bench began. */
  readonly load: number
  readonly node: string
  /** Of each system on the CPU, like the rung and the peak. */
  readonly threads?: number
  readonly rung?: string
  readonly gigaflops?: Peak
  /** Where the systems compute on a GPU. */
  readonly gpu?: Adapter
}

/** What `--json` writes. */
export interface Results {
  readonly machine: Machine
  readonly cases: readonly { readonly name: string; readonly systems: Partial<Record<SystemName, Row>> }[]
}

/** A row as `--json` writes it. */
export function recorded({ detail: _, ...row }: Shown): Row {
  return row
}

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The better of two rows of one system: figures before reasons, the faster before the slower. */
export function better(a: Shown | undefined, b: Shown): Shown {
  if (!a || 'reason' in a) return 'reason' in b && a ? a : b
  return 'reason' in b || b.imagesPerSecond < a.imagesPerSecond ? a : b
}

/** The lines about the machine. */
export function machineText({ build, cpu, cores, threads, load, node, rung, gigaflops, gpu }: Machine): string {
  const busy = load > 0.5 ? ' (something else is running: these figures are not to be quoted)' : ''
  const each = threads ? `, ${count(threads, 'thread')} for each system` : ''
  return [
    `${cpu}, ${count(cores, 'core')}${each}, Node ${node}${build ? `, build ${build}` : ''}`,
    `load before the start ${load.toFixed(2)}${busy}`,
    ...(gpu ? [`GPU ${gpu.name}${gpu.software ? ', in software: it computes on the CPU' : ''}`] : []),
    ...(gigaflops ? [peakText(gigaflops, `${rung}`, threads ?? 1)] : []),
  ].join('\n')
}

function peakText(
  { microKernel, pytorchMatmul2048: matmul, pytorchBlas }: Peak,
  rung: string,
  threads: number,
): string {
  const own = `${microKernel.toFixed(0)} GFLOP/s, our micro-kernel (${rung}) on data in L1, ${count(threads, 'thread')}`
  const theirs = matmul ? `; PyTorch's 2048³ matrix product has ${matmul.toPrecision(3)} (BLAS: ${pytorchBlas})` : ''
  return `peak ${own}${theirs}`
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

/** The table of a case, with the share of the peak where there is one. */
export function caseText(kase: Case, rows: Rows, peak: Peak | undefined): string {
  const work = operations(kase)
  const ours = rows.glueball && 'samples' in rows.glueball ? rows.glueball.imagesPerSecond : undefined
  const lines = Object.entries(rows).map(([name, row]) => {
    if ('reason' in row) return `  ${name.padEnd(12)} left out: ${row.reason}`
    const speed = (row.imagesPerSecond * work) / 1e9
    const parts = [
      `${row.imagesPerSecond.toPrecision(4)} img/s`.padStart(14),
      `${speed.toPrecision(3)} GFLOP/s`.padStart(15),
      peak ? `${((100 * speed) / peak.microKernel).toPrecision(3)} % of peak`.padStart(17) : '',
      `${(row.peakBytes / 2 ** 20).toFixed(0)} MiB`.padStart(10),
      ours && name !== 'glueball' ? `  glueball is ${(ours / row.imagesPerSecond).toPrecision(3)} ×` : '',
    ]
    const about = [row.detail, row.note].filter(Boolean)
    return `  ${name.padEnd(12)}${parts.join('')}${about.length ? `  (${about.join('; ')})` : ''}`
  })
  return [`${kase.name}, ${(work / 1e9).toPrecision(3)} GFLOP an image`, ...lines].join('\n')
}
