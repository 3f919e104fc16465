// The bench: training step and inference, ours and the peers' in turns, each in a process of its own.
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { guardOutput } from '../src/cli/terminal/output.ts'
import { type Case, casesOn, type SystemName, systemsOn } from './cases.ts'
import { killChildren, runChild } from './children.ts'
import { type Adapter, findAdapter, runTutorial } from './gpu.ts'
import { gpuWork } from './gpuWork.ts'
import { examineMachine } from './machine.ts'
import { help, type Options, readOptions, UsageError } from './options.ts'
import { measurePeak } from './peak.ts'
import { explanation, measureMemory, profile, profileText, startEngine } from './profile.ts'
import { caseText, type Machine, machineText, type Results, type Rows, recorded } from './results.ts'
import { sweepCase, sweepText } from './sweep.ts'
import type { SweepCase } from './sweepCases.ts'
import { installPeers, launches, script } from './systems.ts'
import { type Run, timeCase } from './turns.ts'

/** All cases together end within this time. */
const LIMIT_MS = 25 * 60_000 - 20_000

const started = Date.now()
const folder = mkdtempSync(join(tmpdir(), 'glueball-bench-'))

/** Progress, beside the results on the standard output. */
function say(line: string): void {
  console.error(`[bench] ${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`)
}

/** Runs something; every ten seconds a line says that it is still at it. */
async function shown<T>(work: (say: (line: string) => void) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await work((line) => {
      const since = Date.now()
      say(line)
      clearInterval(timer)
      timer = setInterval(() => say(`${line} (for ${((Date.now() - since) / 1000).toFixed(0)} s now)`), 10_000)
    })
  } finally {
    clearInterval(timer)
  }
}

function cleanUp(): void {
  killChildren()
  rmSync(folder, { recursive: true, force: true })
}

/** The cases named, or those of this device. */
function casesOf({ ctx, cases }: Options, gpu: Adapter | undefined): readonly Case[] {
  return cases ?? casesOn(gpu?.software ? 'software gpu' : ctx)
}

/** The systems named, or all that have a program for a case. */
function systemsOf(kase: Case, { ctx, systems }: Options): readonly SystemName[] {
  return systems ?? systemsOn[ctx].filter((name) => kase.systems.includes(name))
}

/** Why systems are left out of all cases. */
type Refused = Run['refused']

/** Why each system that can't be started can't be. */
async function refusals(wanted: readonly SystemName[]): Promise<Refused> {
  const npm = wanted.filter((name) => /^(onnx|tfjs|jax)/.test(name))
  if (npm.length === 0) return {}
  const problem = await shown(installPeers)
  return problem ? Object.fromEntries(npm.map((name) => [name, problem])) : {}
}

async function runCase(kase: Case, options: Options, deadline: number, refused: Refused): Promise<Rows> {
  const data = join(folder, kase.name)
  mkdirSync(data)
  say(`${kase.name}: writing weights and images`)
  const { command, args } = script('inputs.ts', kase.name, data)
  const code = await runChild(command, args, { stdio: ['ignore', 2, 2] }, 120_000)
  if (code !== 0) throw new Error(`[bench] the inputs of ${kase.name} could not be written (${code}): see above`)
  const { ctx, threads, turns } = options
  const systems = systemsOf(kase, options)
  const launchesOf = (name: SystemName) => launches(name, { ctx, threads, data })
  return shown((say) => timeCase(kase, { systems, turns, launches: launchesOf, deadline, refused, say }))
}

/** Throws at once when a result can't be written there: in a quarter of an hour is too late to hear of it. */
function checkFolder(file: string): void {
  try {
    accessSync(dirname(resolve(file)), constants.W_OK)
  } catch (error) {
    throw new UsageError(`--json can't write ${file}: ${(error as Error).message}`)
  }
}

/** Adds a case to what `--json` writes, after each case, so that a run that is stopped leaves what it had. */
function writer(machine: Machine, { json }: Options): (name: string, systems: Rows) => void {
  const cases: Results['cases'][number][] = []
  return (name, systems) => {
    const rows = Object.entries(systems).map(([system, row]) => [system, recorded(row)])
    cases.push({ name, systems: Object.fromEntries(rows) })
    if (json) writeFileSync(json, `${JSON.stringify({ machine, cases }, null, 2)}\n`)
  }
}

/** Says of each case's step where its time goes, or how it is computed. */
async function examine(options: Options): Promise<void> {
  const { ctx, threads, explain } = options
  const cases = casesOf(options, undefined)
  if (ctx === 'gpu') return console.log(cases.map(gpuWork).join('\n\n'))
  const { gigaflops } = await measurePeak(threads)
  const engine = startEngine(threads)
  const memory = await measureMemory()
  const shares = explain ? '' : `, peak ${gigaflops.toFixed(0)} GFLOP/s, memory ${memory.toFixed(1)} GB/s`
  for (const kase of cases) {
    say(`${kase.name}: a few steps`)
    const entries = await profile(kase, engine)
    console.log(`\n${kase.name}, ${threads} threads, rung ${engine.rung}${shares}\n`)
    console.log(explain ? explanation(entries) : profileText(entries, { peak: gigaflops, memory }))
  }
  await engine.close()
}

/** Times single operations beside PyTorch and prints their table. */
async function runSweep(cases: readonly SweepCase[], options: Options): Promise<void> {
  const [machine, refused] = await examineMachine(options, undefined, say)
  console.log(`${machineText(machine)}\n`)
  const write = writer(machine, options)
  const { threads, turns } = options
  const run = { threads, turns, folder, deadline: started + LIMIT_MS, refused }
  const swept = []
  for (const kase of cases) {
    const systems = await shown((say) => sweepCase(kase, { ...run, say }))
    swept.push({ name: kase.name, systems })
    write(kase.name, systems)
  }
  console.log(sweepText(swept))
}

async function main(options: Options): Promise<void> {
  if (options.profile || options.explain) return examine(options)
  if (options.json) checkFolder(options.json)
  if (options.sweep) return runSweep(options.sweep, options)
  const gpu = options.ctx === 'gpu' ? await findAdapter() : undefined
  const cases = casesOf(options, gpu)
  const refused = await refusals(cases.flatMap((kase) => systemsOf(kase, options)))
  const [machine, noPytorch] = await examineMachine(options, gpu, say)
  console.log(machineText(machine))
  const write = writer(machine, options)
  for (const [i, kase] of cases.entries()) {
    const left = started + LIMIT_MS - Date.now()
    const deadline = Date.now() + left / (cases.length - i)
    const systems = await runCase(kase, options, deadline, { ...refused, ...noPytorch })
    console.log(`\n${caseText(kase, systems, machine.gigaflops)}`)
    write(kase.name, systems)
  }
  if (gpu && !options.cases) await runTutorial(gpu)
}

process.on('exit', cleanUp)
guardOutput()
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    say(`stopped by ${signal}`)
    process.exit(code)
  })
}
try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(help)
  else await main(options)
} catch (error) {
  const wrong = error instanceof UsageError
  const message = (error as Error).message
  console.error(message.startsWith('[bench]') ? message : `[bench] ${message}`)
  if (wrong) console.error('[bench] npm run bench -- --help shows all options')
  process.exitCode = wrong ? 2 : 1
}
