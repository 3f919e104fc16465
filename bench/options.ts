// What was typed after `npm run bench --`: options, their checks and the help.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { nearest } from '../src/core/nearest.ts'
import { type Case, cases, type SystemName, systemNames } from './cases.ts'

/** What is to be done. */
export interface Options {
  readonly help: boolean
  readonly cases: readonly Case[]
  /** Undefined: every system that has a program for the case. */
  readonly systems: readonly SystemName[] | undefined
  readonly threads: number
  readonly turns: number
  readonly json: string | undefined
  /** Where our own steps' time goes, and by which algorithms, in place of the timing. */
  readonly profile: boolean
  readonly explain: boolean
}

/** What was typed makes no sense: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

const namesOf = (list: readonly Case[]) => list.map(({ name }) => `                   ${name}`).join('\n')

/** The help. */
export const help = `Times a training step and inference of Network in Network (112 × 112, batch 128) in turns with the peers found on
this machine, each in its own process: PyTorch where a python3 has it (the better of its two layouts counts),
onnxruntime-node, TensorFlow.js and jax-js. The JavaScript peers are installed into bench/peers on first use.
Takes up to 25 minutes, with Glueball and PyTorch alone about one.

  npm run bench -- --systems glueball,pytorch --threads 2 --json bench.json
  npm run bench -- --only nin-112-b128-infer

  --only NAME      one case, or some with commas between. Run where none is named:
${namesOf(cases.filter(({ byDefault }) => byDefault))}
                   and besides, with fewer peers:
${namesOf(cases.filter(({ byDefault }) => !byDefault))}
  --systems A,B    of ${systemNames.join(', ')}; all where left out
  --threads N      threads of each system, ${defaultThreads()} where left out
  --turns N        timed steps of each system, 7 where left out
  --profile        in place of all that: where the time of our own step goes, call by call
  --explain        the same with the algorithm that runs each call
  --json FILE      writes { machine, cases: [{ name, systems }] } there`

function defaultThreads(): number {
  return Math.min(64, availableParallelism())
}

const text = { type: 'string' } as const
const known = {
  only: text,
  systems: text,
  threads: text,
  turns: text,
  json: text,
  profile: { type: 'boolean' },
  explain: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const optionNames = Object.keys(known).map((name) => `--${name}`)

/** Reads the arguments; throws a UsageError of one line. */
export function readOptions(args: readonly string[]): Options {
  const values = parsed(args[0] === '--' ? args.slice(1) : args) // `glueball bench -- --help` passes the dashes on
  const names = list(values.only, '--only')
  const systems = list(values.systems, '--systems')
  for (const name of names ?? [])
    member(
      'case',
      name,
      cases.map((kase) => kase.name),
    )
  for (const name of systems ?? []) member('system', name, systemNames)
  return {
    help: values.help ?? false,
    cases: cases.filter(({ name, byDefault }) => names?.includes(name) ?? byDefault),
    systems: systems && systemNames.filter((name) => systems.includes(name)),
    threads: whole(values.threads, '--threads', 64) ?? defaultThreads(),
    turns: whole(values.turns, '--turns', 1000) ?? 7,
    json: values.json,
    profile: values.profile ?? false,
    explain: values.explain ?? false,
  }
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
    throw new UsageError(`${option} must be a whole number from 1 to ${most}, got '${value}'`)
  }
  return number
}
