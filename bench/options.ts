// What was typed after `npm run bench --`: options, their checks and the help.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { nearest } from '../src/core/nearest.ts'
import { type Case, type ContextName, cases, casesOn, type SystemName, systemsOn } from './cases.ts'
import { type SweepCase, sweepCases } from './sweepCases.ts'

/** What is to be done. */
export interface Options {
  readonly help: boolean
  readonly ctx: ContextName
  /** Undefined: those that the device is given where none is named. */
  readonly cases: readonly Case[] | undefined
  /** Undefined: every system that has a program for the case. */
  readonly systems: readonly SystemName[] | undefined
  readonly threads: number
  readonly turns: number
  readonly json: string | undefined
  /** The single operations to time beside PyTorch in place of networks. */
  readonly sweep: readonly SweepCase[] | undefined
  /** Where our own steps' time goes, and by which algorithms, in place of the timing. */
  readonly profile: boolean
  readonly explain: boolean
}

/** What was typed makes no sense: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

const namesOf = (list: readonly Case[]) => list.map(({ name }) => `                   ${name}`).join('\n')
const seldom = cases.filter(({ byDefault }) => byDefault.length === 0)

/** The help. */
export const help = `Times a training step and inference of Network in Network (112 × 112, batch 128) in turns with the peers found on
this machine, each in its own process: PyTorch where a python3 has it (the better of its two layouts counts),
onnxruntime-node, TensorFlow.js and jax-js. The JavaScript peers are installed into bench/peers on first use.
Takes up to 25 minutes, with Glueball and PyTorch alone about one. With --ctx gpu all systems compute on the GPU, and
the tutorial's twenty epochs end the run unless --only names a case.

  npm run bench -- --systems glueball,pytorch --threads 2 --json bench.json
  npm run bench -- --only nin-112-b128-infer
  npm run bench -- --ctx gpu
  npm run bench -- --sweep --threads 2

  --ctx NAME       cpu, or gpu: WebGPU in Node beside PyTorch on CUDA; default cpu
  --only NAME      one case, or some with commas between. Run where none is named:
${namesOf(casesOn('cpu'))}
                   with --ctx gpu, on a GPU:
${namesOf(casesOn('gpu'))}
                   with --ctx gpu, on a software adapter:
${namesOf(casesOn('software gpu'))}
                   and besides, with fewer peers:
${namesOf(seldom)}
  --systems A,B    of ${systemsOn.cpu.join(', ')},
                   with --ctx gpu of ${systemsOn.gpu.join(', ')}; default all
  --threads N      threads of each system on the CPU, default ${defaultThreads()}
  --turns N        timed steps of each system, default 7
  --sweep          in place of all that: ${sweepCases.length} single operations in turns with PyTorch, as a table in Markdown, the
                   slowest first; takes about ten minutes. --only PART,PART takes those whose names contain a part
  --profile        in place of all that: where the time of our own step goes, call by call (on the CPU)
  --explain        the same with the algorithm that runs each call; with --ctx gpu what each convolution asks of a GPU
  --json FILE      writes { machine, cases: [{ name, systems }] } there`

function defaultThreads(): number {
  return Math.min(64, availableParallelism())
}

const text = { type: 'string' } as const
const known = {
  ctx: text,
  only: text,
  systems: text,
  threads: text,
  turns: text,
  json: text,
  sweep: { type: 'boolean' },
  profile: { type: 'boolean' },
  explain: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Everything that may be typed. */
export const optionNames = Object.keys(known).map((name) => `--${name}`)

/** Reads the arguments; throws a UsageError of one line. */
export function readOptions(args: readonly string[]): Options {
  const values = parsed(args[0] === '--' ? args.slice(1) : args) // `glueball bench -- --help` passes the dashes on
  const parts = list(values.only, '--only')
  const names = values.sweep ? undefined : parts
  const systems = list(values.systems, '--systems')
  for (const name of names ?? [])
    member(
      'case',
      name,
      cases.map((kase) => kase.name),
    )
  const ctx = contextOf(values.ctx)
  for (const name of systems ?? []) checkSystem(name, ctx)
  for (const name of cpuOnly) {
    if (ctx === 'gpu' && values[name] !== undefined)
      throw new UsageError(`--${name} is for the CPU: it goes with --ctx cpu`)
  }
  for (const name of notOfSweep) {
    if (values.sweep && values[name] !== undefined) throw new UsageError(`--${name} does not go with --sweep`)
  }
  return {
    help: values.help ?? false,
    ctx,
    cases: names && cases.filter(({ name }) => names.includes(name)),
    systems: systems && systemsOn[ctx].filter((name) => systems.includes(name)),
    threads: whole(values.threads, '--threads', 64) ?? defaultThreads(),
    turns: whole(values.turns, '--turns', 1000) ?? 7,
    json: values.json,
    sweep: values.sweep ? operationsWith(parts) : undefined,
    profile: values.profile ?? false,
    explain: values.explain ?? false,
  }
}

/** Options of the CPU engine. */
const cpuOnly = ['threads', 'profile', 'sweep'] as const

/** Options that the sweep has no use for: it times Glueball and PyTorch. */
const notOfSweep = ['systems', 'profile', 'explain'] as const

/** The sweep's cases whose names contain one of the parts, all without parts. */
function operationsWith(parts: readonly string[] | undefined): readonly SweepCase[] {
  const nameless = parts?.find((part) => !sweepCases.some(({ name }) => name.includes(part)))
  if (nameless !== undefined) {
    const all = sweepCases.map(({ name }) => name).join('; ')
    throw new UsageError(`no operation's name contains ${nameless}. There are: ${all}`)
  }
  return parts ? sweepCases.filter(({ name }) => parts.some((part) => name.includes(part))) : sweepCases
}

function contextOf(name = 'cpu'): ContextName {
  member('context', name, Object.keys(systemsOn))
  return name as ContextName
}

function checkSystem(name: string, ctx: ContextName): void {
  const other: ContextName = ctx === 'gpu' ? 'cpu' : 'gpu'
  const [here, there]: (readonly string[])[] = [systemsOn[ctx], systemsOn[other]]
  if (here.includes(name) || !there.includes(name)) return member('system', name, here)
  throw new UsageError(`${name} goes with --ctx ${other}; with --ctx ${ctx} there are: ${here.join(', ')}`)
}

function parsed(args: readonly string[]) {
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, allowPositionals: true, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new UsageError(
        `there is one argument too many: got '${token.value}', expected options only, as in --only NAME`,
      )
    }
    if (token.kind !== 'option') continue
    if (token.rawName !== '-h') member('option', token.rawName, optionNames)
    const wantsValue = known[token.name as keyof typeof known].type === 'string'
    if (wantsValue && (!token.value || (!token.inlineValue && token.value.startsWith('--')))) {
      throw new UsageError(`${token.rawName} needs a value, as in ${examples[token.name as keyof typeof examples]}`)
    }
    if (!wantsValue && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value, got '${token.value}'`)
  }
  return parseArgs({ args: [...args], options: known }).values
}

const examples = {
  ctx: '--ctx gpu',
  only: '--only nin-112-b128-train',
  systems: '--systems glueball,pytorch',
  threads: '--threads 2',
  turns: '--turns 7',
  json: '--json bench.json',
}

function list(value: string | undefined, option: string): string[] | undefined {
  const names = value?.split(',').map((name) => name.trim())
  if (names?.includes('')) throw new UsageError(`${option} has a name missing between its commas: got '${value}'`)
  return names
}

function member(kind: string, name: string, all: readonly string[]): void {
  if (all.includes(name)) return
  const near = nearest(name, all)
  throw new UsageError(
    `there is no ${kind} ${name}.${near ? ` Did you mean ${near}?` : ''} There are: ${all.join(', ')}`,
  )
}

function whole(value: string | undefined, option: string, most: number): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < 1 || number > most) {
    throw new UsageError(`${option} must be an integer from 1 to ${most}, got '${value}'`)
  }
  return number
}
