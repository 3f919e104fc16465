// Which process holds something, written so that another process can tell whether it still runs.
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import process from 'node:process'

/** A process, told apart from all that had or will have its number. */
export interface Owner {
  readonly pid: number
  readonly host: string
  /** The run of the machine's kernel, and the space in which numbers of processes count; null where no system says. */
  readonly boot: string | null
  readonly namespace: string | null
  /** When the process started, in the kernel's ticks; null where no system says. */
  readonly started: string | null
}

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

interface Status {
  /** `R`, `S` and so on; `Z` of a process that has ended. */
  readonly state: string
  readonly started: string
}

/** What Linux says of a process; null of none, and on other systems. The name in parentheses may hold anything. */
function statusOf(pid: number): Status | null {
  return attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], started: fields[19] }
  })
}

/** This process. */
export function thisProcess(): Owner {
  return {
    pid: process.pid,
    host: hostname(),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    started: statusOf(process.pid)?.started ?? null,
  }
}

/** Whether there is a process of this number, of whatever user. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Whether a process still runs. Its number says so only on its own machine, boot and container: elsewhere another process
 * has that number. Where neither number nor start can be told, `signs` of life decide.
 */
export function runs(owner: Owner, signs: boolean): boolean {
  const { host, boot, namespace } = thisProcess()
  if (owner.host !== host || owner.boot !== boot || owner.namespace !== namespace) return signs
  if (!exists(owner.pid)) return false
  const status = statusOf(owner.pid)
  if (!status || owner.started === null) return signs
  return status.started === owner.started && status.state !== 'Z' && status.state !== 'X'
}
