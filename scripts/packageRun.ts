// How a host runs the packed package: what it printed, and what it complained of on the way.
import { spawnSync } from 'node:child_process'

/** A run of the program. */
export interface Ran {
  /** The program's line. */
  readonly printed: string
  /** Warnings and errors, of a bundler or the host; whether the program did not end by itself. */
  readonly complaints: readonly string[]
}

/** Makes a host's program in the consumer's folder and runs it; `node` is the machine's own Node. */
export type Host = (consumer: string, node: string) => Promise<Ran>

/** Runs a program that prints its line and nothing else. */
export function runProgram(file: string, args: readonly string[], cwd: string, warnings: readonly string[] = []): Ran {
  const { stdout, stderr, status } = spawned(file, args, cwd)
  const end = status === 0 ? [] : [`it ended with ${status}`]
  return { printed: stdout.trim(), complaints: [...warnings, ...(stderr ? [stderr] : []), ...end] }
}

/** Runs a tool that reports in its own words; its lines that warn are complaints, and the last line of numbers is taken. */
export function runTool(file: string, args: readonly string[], cwd: string): Ran {
  const { stdout, stderr, status } = spawned(file, args, cwd)
  const lines = `${stdout}\n${stderr}`.split('\n')
  const complaints = lines.filter((line) => /warn|error|⚠/i.test(line))
  if (status !== 0) complaints.push(`it ended with ${status}`, ...lines)
  const printed = lines.map((line) => line.trim()).findLast((line) => numbers.test(line)) ?? ''
  return { printed, complaints }
}

/** Five losses and the sums of two batches of labels. */
export const numbers = /^[\d.]+( [\d.]+){4}( \d+){2}$/

function spawned(file: string, args: readonly string[], cwd: string) {
  const env = { ...process.env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', DENO_NO_UPDATE_CHECK: '1' }
  return spawnSync(file, args, { cwd, encoding: 'utf8', timeout: 600_000, env })
}
