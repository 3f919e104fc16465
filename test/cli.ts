// Runs the command as a user does, for the tests that cross folders.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { arraysOf, readRun } from '../src/cli/folder/checkpoint.ts'

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** What a program left. */
export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly done: Promise<Finished>
  /** Resolves when standard output has matched; rejects when the program ends before. */
  seen(pattern: RegExp): Promise<void>
}

/** How `glueball` is started, where not as usual. */
export interface Start {
  readonly env?: Readonly<Record<string, string>>
  /** The Node that runs the launcher. */
  readonly node?: string
  /** An open file for standard output, in place of a pipe. */
  readonly stdout?: number
}

const launch = join(root, 'runtime/launch.js')

/** The environment of the tests, without what says that they run under `nohup`. */
const environment = { ...process.env, _: undefined }

/** Starts `glueball` through the launcher. */
export function start(
  args: readonly string[],
  { env, node = process.execPath, stdout = undefined }: Start = {},
): Running {
  const child = spawn(node, [launch, 'cli', ...args], {
    cwd: root,
    env: { ...environment, ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  })
  return watch(child, (code, signal) => ({ code, signal }))
}

/**
 * Starts `glueball` in a terminal of its own, which closes when the child, `script`, is killed. What the shell saw it end
 * with is written to a file.
 */
export function startInTerminal(args: readonly string[], ending: string, env: Start['env'] = {}): Running {
  const words = [process.execPath, launch, 'cli', ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  const command = `trap '' HUP; ${words.join(' ')}; echo $? > '${ending}.part'; mv '${ending}.part' '${ending}'`
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: root,
    env: { ...environment, SHELL: '/bin/sh', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return watch(child, async () => {
    while (!existsSync(ending)) await new Promise((resolve) => setTimeout(resolve, 20))
    return { code: Number(readFileSync(ending, 'utf8')), signal: null }
  })
}

type End = Pick<Finished, 'code' | 'signal'>

/** Gathers what a program prints; how it ended is asked when its pipes are closed. */
function watch(child: ChildProcess, end: (code: End['code'], signal: End['signal']) => End | Promise<End>): Running {
  const text = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  child.stdout?.setEncoding('utf8').on('data', (part) => {
    text.stdout += part
    for (const check of waiting) check()
  })
  child.stderr?.setEncoding('utf8').on('data', (part) => (text.stderr += part))
  const done = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', async (code, signal) => resolve({ ...(await end(code, signal)), ...text }))
  })
  const seen = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!pattern.test(text.stdout)) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
      void done.then(({ code, stderr }) => reject(new Error(`it ended with ${code} before ${pattern}: ${stderr}`)))
    })
  return { child, done, seen }
}

/** Runs `glueball` to its end. */
export function glueball(...args: string[]): Promise<Finished> {
  return start(args).done
}

/** A folder for one test file, and how to remove it. */
export function scratch(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'glueball-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** The events of metrics.jsonl, without what the clock decides. */
export function metricsOf(folder: string): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ at: _at, seconds: _seconds, imagesPerSecond: _rate, ...rest }) => rest)
}

/** The bytes of all weights and of the optimizer's state in a run's last checkpoint, as one text. */
export async function weightsOf(folder: string): Promise<string> {
  const run = await readRun(folder, ['last'])
  const arrays = [...arraysOf(run, 'weight'), ...arraysOf(run, 'optimizer')]
  return arrays.map(({ name, data }) => `${name} ${Buffer.from(data.buffer).toString('base64')}`).join('\n')
}

/** The tutorial's lines in an output. */
export function epochLines(stdout: string): string[] {
  return stdout.match(/^Epoch \d+, Loss:.*$/gm) ?? []
}
