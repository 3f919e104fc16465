// Times the systems in a case: each is started and warmed up, then they take turns, one step at a time.
import { reasonOf } from '../src/core/errors.ts'
import type { Case, SystemName } from './cases.ts'
import { better, median, type Rows, type Shown } from './results.ts'
import { type Launch, type Ready, System } from './system.ts'

/** How a case is run. */
export interface Run {
  readonly systems: readonly SystemName[]
  readonly turns: number
  /** What to start for a system: more than one where the better of them counts. Throws the reason where it can't be. */
  readonly launches: (name: SystemName) => readonly Launch[]
  /** When the case must be over, in milliseconds as `Date.now` counts. */
  readonly deadline: number
  /** Why a system can't be started at all, where it can't. */
  readonly refused: Partial<Record<SystemName, string>>
  readonly say: (line: string) => void
}

/** Kept free for the turns, in milliseconds: systems that warm up must be ready by then. */
const TURNS_MS = 60_000

/** Rest before each turn, in milliseconds: threads of the last one's system may still spin, waiting for work. */
const REST_MS = 100

/** How far a result may be from that of the first system, relative to its largest number: most are float32 sums. */
const TOLERANCE = 1e-3

/** The tolerance of systems that round factors to 11 bits, or all values to 8. */
const coarse: Partial<Record<SystemName, number>> = { 'pytorch-tf32': 1e-2, 'pytorch-bf16': 3e-2 }

/** What is timed: its name, and who has a program for it. */
export type Timed = Pick<Case, 'name' | 'systems'>

/** Runs a case and returns its rows. */
export async function timeCase(kase: Timed, run: Run): Promise<Rows> {
  const found: Rows = {}
  const keep = (name: SystemName, row: Shown) => (found[name] = better(found[name], row))
  const ready: System[] = []
  const state: State = { kase, run, keep, ready, check: null }
  for (const name of run.systems) await startAll(name, state)
  await takeTurns(state)
  return Object.fromEntries(run.systems.map((name) => [name, found[name]]))
}

interface State {
  readonly kase: Timed
  readonly run: Run
  readonly keep: (name: SystemName, row: Shown) => void
  /** Those that have warmed up and take turns. */
  readonly ready: System[]
  /** The results that all others are compared with. */
  check: Ready['check']
}

const failed = (error: unknown): Shown => ({ reason: reasonOf(error) })

/** Starts a system, in each of its variants; the slow are measured at once and ended. */
async function startAll(name: SystemName, state: State): Promise<void> {
  const { kase, run, keep } = state
  const refused = kase.systems.includes(name) ? run.refused[name] : 'it has no program for this case'
  if (refused) return keep(name, { reason: refused })
  try {
    for (const launch of run.launches(name)) {
      const system = new System(launch, run.deadline - TURNS_MS)
      try {
        await start(system, state)
      } catch (error) {
        system.kill()
        keep(name, failed(error))
      }
    }
  } catch (error) {
    keep(name, failed(error))
  }
}

async function start(system: System, state: State): Promise<void> {
  const { run, kase, keep } = state
  run.say(`${kase.name}: ${system.label} starts and warms up`)
  const about = await system.ready()
  compare(system, about, state)
  if (!about.slow) return void state.ready.push(system)
  await system.run()
  await system.exit()
  keep(system.launch.name, measured(system, 'under 5 img/s: one timed step of one image, outside the turns'))
}

/** Throws when a system's outputs are others than the first system's: then it does not compute the same. */
function compare({ launch }: System, { check }: Ready, state: State): void {
  if (!check) return
  state.check ??= check
  const first = state.check
  const far = Math.max(
    Math.abs(first.length - check.length),
    ...first.map((result, i) => distance(result, check[i] ?? [])),
  )
  if (far < (coarse[launch.name] ?? TOLERANCE)) return
  throw new Error(`it computes something else: its outputs differ by ${far.toPrecision(2)} of the largest`)
}

/** The largest difference of two results, relative to the first's largest number. */
function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  const difference = Math.max(...a.map((value, i) => Math.abs(value - b[i])))
  return difference === 0 ? 0 : difference / Math.max(...a.map(Math.abs))
}

async function takeTurns({ kase, run, keep, ready }: State): Promise<void> {
  const out = new Set<System>()
  const each = async (act: (system: System) => Promise<void>) => {
    for (const system of ready.filter((one) => !out.has(one))) {
      await act(system).catch((error) => {
        system.kill()
        out.add(system)
        keep(system.launch.name, failed(error))
      })
    }
  }
  if (ready.length > 0) run.say(`${kase.name}: ${run.turns} turns of ${ready.map(({ label }) => label).join(', ')}`)
  for (const system of ready) system.allowUntil(run.deadline)
  for (let turn = 0; turn < run.turns && Date.now() < run.deadline; turn++) {
    await each(async (system) => {
      await new Promise((resolve) => setTimeout(resolve, REST_MS))
      await system.run()
    })
  }
  await each(async (system) => {
    if (system.imagesPerSecond.length === 0) throw new Error("stopped: the bench's 25 minutes were nearly over")
    await system.exit()
    keep(system.launch.name, measured(system))
  })
}

function measured({ launch, about, imagesPerSecond: samples, peakBytes }: System, note?: string): Shown {
  const detail = [launch.variant, about?.version].filter(Boolean).join(', ')
  return { imagesPerSecond: median(samples), samples, peakBytes, ...(note && { note }), ...(detail && { detail }) }
}
