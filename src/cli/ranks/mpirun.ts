// mpirun: which one, its line, and running it so that Ctrl-C lets ranks save before they end.
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { UsageError } from '../usage.ts'

/** A launcher of ranks. */
export interface Mpirun {
  readonly program: string
  readonly kind: 'openMpi' | 'mpich'
}

/** The mpirun to use: `named`, else that in PATH. Throws where there is none. */
export function findMpirun(named?: string): Mpirun {
  for (const program of named ? [named] : ['mpirun', 'mpiexec', 'mpirun.openmpi', 'mpirun.mpich']) {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
    if (status !== 0) continue
    return { program, kind: /Open ?MPI|OpenRTE|PRRTE|prte/i.test(stdout) ? 'openMpi' : 'mpich' }
  }
  throw new UsageError(
    `[launch] found no ${named ?? 'mpirun'}: install Open MPI or MPICH (apt-get install openmpi-bin, or mpich)`,
  )
}

/** Settings of Open MPI, versions 4 and 5; MPICH takes no notice of them. */
export const mpirunEnvironment: Readonly<Record<string, string>> = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  // as --bind-to none: it would pin a rank with all its threads to one core
  OMPI_MCA_hwloc_base_binding_policy: 'none',
  PRTE_MCA_hwloc_default_binding_policy: 'none',
  // as --oversubscribe: more ranks than cores
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  PRTE_MCA_rmaps_default_mapping_policy: ':oversubscribe',
  // a rank that waits leaves its core to one that computes
  OMPI_MCA_mpi_yield_when_idle: '1',
}

/** Threads of a rank: the cores of a machine shared out among the ranks that it runs. */
export function threadsOf(ranks: number, hosts: string | undefined, cores: number): number {
  const machines = hosts?.split(',').length ?? 1
  return Math.max(1, Math.floor(cores / Math.ceil(ranks / machines)))
}

interface LineParts {
  readonly mpirun: Mpirun
  readonly ranks: number
  readonly hosts: string | undefined
  /** A command of glueball with its arguments. */
  readonly line: readonly string[]
}

/** The line that starts the ranks, which can be typed as it is. */
export function mpirunLine({ mpirun, ranks, hosts, line }: LineParts): { program: string; args: string[] } {
  const open = mpirun.kind === 'openMpi'
  const root = process.getuid?.() === 0 ? ['--allow-run-as-root'] : []
  const how = open ? [...root, '--bind-to', 'none', '--oversubscribe', '--mca', 'mpi_yield_when_idle', '1'] : []
  const places = hosts === undefined ? [] : [open ? '--host' : '-hosts', hosts]
  return { program: mpirun.program, args: [...how, ...places, '-np', String(ranks), ...glueball(), ...line] }
}

/**
 * What starts this program again, without a launcher between: MPICH passes each rank a socket, which Node does not hand on
 * to a program that it starts or becomes.
 */
const glueball = () => [process.execPath, ...process.execArgv, process.argv[1]]

/** How a launch ended. */
export interface Launched {
  readonly code: number
  /** Whether Ctrl-C or its like ended it. */
  readonly stopped: boolean
}

/**
 * Runs mpirun. It has a process group of its own, so that Ctrl-C reaches the ranks as a request to save and stop, once;
 * a second one ends them. Open MPI would end them at once: it passes SIGUSR2 on, and MPICH passes SIGINT on.
 */
export function runRanks({ program, kind }: Mpirun, args: readonly string[]): Promise<Launched> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  let stopped: NodeJS.Signals | undefined
  const stop = (signal: NodeJS.Signals) => {
    child.kill(stopped ? 'SIGTERM' : kind === 'openMpi' ? 'SIGUSR2' : 'SIGINT')
    stopped ??= signal
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, stop)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, stop)
      const own = code ?? 128 + (signal ? constants.signals[signal] : 0)
      resolve({ code: stopped ? 128 + constants.signals[stopped] : own, stopped: stopped !== undefined })
    })
  })
}
