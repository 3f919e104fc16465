// Runs a program in this one's place. Plain JavaScript that Node 20 parses.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Marks the pipe that closes when the program at its other end is gone; see together.js. */
const lifeline = { fd: 3, variable: 'GLUEBALL_LIFELINE' }

/**
 * Runs Node with arguments in this program's place: same terminal, signals passed on, same end. Where a process cannot
 * be replaced, it ends with this one, however that ends.
 */
export function become(file, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(file, [file, ...args], process.env)
  }
  const together = new URL('./together.js', import.meta.url).href
  const child = spawn(file, ['--import', together, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [lifeline.variable]: String(lifeline.fd) },
  })
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => terminal || child.kill('SIGINT')) // a terminal's Ctrl-C goes to both by itself
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`[launch] ${file} did not start: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (code !== null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1000)
  })
}
