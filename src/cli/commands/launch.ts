// `glueball launch`: a command of glueball, or a program, as several ranks under mpirun.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { files } from '../folder/checkpoint.ts'
import { datedFolder } from '../folder/runFolder.ts'
import { findMpirun, mpirunLine, runRanks, threadsOf } from '../ranks/mpirun.ts'
import { numberOf } from '../settings/values.ts'
import { shortPath } from '../terminal/nextSteps.ts'
import { printError } from '../terminal/printing.ts'
import { checkOptions, command, UsageError } from '../usage.ts'

const options = {
  n: { type: 'string', description: 'ranks: processes that train together', valueHint: '4' },
  hosts: { type: 'string', description: 'machines, each with its ranks after a colon', valueHint: 'a:4,b:4' },
  threads: {
    type: 'string',
    description: 'threads of a rank (default: cores ÷ ranks of this machine)',
    valueHint: '2',
  },
  mpirun: { type: 'string', description: 'the mpirun to use (default: that in PATH)', valueHint: 'mpirun.mpich' },
  restarts: { type: 'string', description: 'goes on from the last checkpoint so often', valueHint: '3' },
} as const

/** The command. */
export const launch = command({
  name: 'launch',
  description: 'Trains in several processes, on one machine or many, by MPI',
  args: options,
  passes: true,
  examples: [
    ['launch -n 2 -- train nin', 'two ranks on this machine, each with its share of the cores'],
    ['launch -n 8 --hosts a:4,b:4 -- train nin', 'four ranks on each of two machines, which ssh reaches'],
    ['launch -n 2 -- run program.ts', 'a program of yours'],
    ['launch -n 4 --restarts 3 -- train nin', 'goes on from the last checkpoint when a rank has died'],
  ],
  async run(_args, typed) {
    const end = typed.indexOf('--')
    if (end < 0 || end === typed.length - 1) {
      throw new UsageError('[launch] what to launch stands after --, as in glueball launch -n 2 -- train nin')
    }
    const given = readOptions(typed.slice(0, end).map((word) => (word === '-n' ? '--n' : word)))
    return launched(given, typed.slice(end + 1))
  },
})

type Given = Partial<Record<keyof typeof options, string>>

function readOptions(words: readonly string[]): Given {
  checkOptions('launch', words, options)
  const given: Record<string, string> = {}
  for (let i = 0; i < words.length; i++) {
    const [name, value] = words[i].split('=', 2)
    if (!name.startsWith('--')) throw new UsageError(`[launch] '${name}' stands before --: the command stands after it`)
    given[name.slice(2)] = value ?? words[++i]
  }
  return given
}

async function launched(given: Given, line: readonly string[]): Promise<number> {
  const count = { whole: true, from: 1 }
  const ranks = numberOf('[launch] -n', given.n, count)
  if (ranks === undefined)
    throw new UsageError('[launch] how many ranks? Give -n, as in glueball launch -n 2 -- train nin')
  const restarts = numberOf('[launch] --restarts', given.restarts, { whole: true, from: 0 }) ?? 0
  const threads =
    numberOf('[launch] --threads', given.threads, { ...count, to: 64 }) ??
    threadsOf(ranks, given.hosts, availableParallelism())
  const mpirun = findMpirun(given.mpirun)
  let words = trainingLine(line, threads)
  for (let left = restarts; ; left--) {
    const { program, args } = mpirunLine({ mpirun, ranks, hosts: given.hosts, line: words })
    printError([program, ...args].map(quoted).join(' '))
    const { code, stopped } = await runRanks(mpirun, args)
    if (code === 0 || stopped || left === 0 || words[0] !== 'train' || code === 2) return code
    words = resumedLine(words)
    printError(`launch: the ranks have ended with code ${code}; starting again, ${left - 1} restarts are left`)
  }
}

/** What is launched; a training gets its threads, and a folder that a restart finds again. */
function trainingLine(line: readonly string[], threads: number): string[] {
  if (line[0] !== 'train') return [...line]
  const has = (name: string) => line.some((word) => word === name || word.startsWith(`${name}=`))
  const model = line[1] && !line[1].startsWith('-') ? line[1] : 'nin'
  return [
    ...line,
    ...(has('--threads') ? [] : ['--threads', String(threads)]),
    ...(has('--out') || has('--resume') ? [] : ['--out', datedFolder(model, new Date())]),
  ]
}

/** The line that goes on with the run; the same line where the run has saved nothing yet. */
function resumedLine(line: readonly string[]): string[] {
  const at = line.indexOf('--out')
  const folder = at >= 0 ? line[at + 1] : undefined
  if (folder === undefined || !existsSync(`${shortPath(folder)}/${files.last}`)) return [...line]
  const rest = [...line.slice(0, at), ...line.slice(at + 2)]
  const scaled = rest.indexOf('--scale-lr')
  if (scaled >= 0) rest.splice(scaled, 2)
  return [...rest, '--resume', folder]
}

function quoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
