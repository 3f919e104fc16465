// The processes that the bench has started: none outlives it.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

const running = new Set<ChildProcess>()

/** Starts a process that ends with this one at the latest. */
export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options)
  running.add(child)
  const gone = () => running.delete(child)
  child.on('exit', gone)
  child.on('error', gone)
  return child
}

/** Kills all that still run. */
export function killChildren(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Runs a process to its end and returns its exit code, or why there is none: a signal, an error, the time. */
export function runChild(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  limitMs: number,
): Promise<number | string> {
  const child = startChild(command, args, options)
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      resolve(`stopped after ${Math.round(limitMs / 1000)} s`)
    }, limitMs)
    const end = (result: number | string) => {
      clearTimeout(timer)
      resolve(result)
    }
    child.on('error', ({ message }) => end(message))
    child.on('exit', (code, signal) => end(code ?? String(signal)))
  })
}
