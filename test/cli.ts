// Runs the command as a user does, for the tests that cross folders.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { arraysOf, readRun } from '../src/cli/checkpoint.ts'

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

/** Starts `glueball` through the launcher. */
export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [join(root, 'runtime/launch.js'), 'cli', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text.stdout += part
    for (const check of waiting) check()
  })
  child.stderr.setEncoding('utf8').on('data', (part) => (text.stderr += part))
  const done = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...text }))
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
