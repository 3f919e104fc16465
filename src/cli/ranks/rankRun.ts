// How a rank runs beside others: it ends with them, and only the first prints and writes.
import process from 'node:process'
import { describeError } from '../failures.ts'
import type { Folder } from '../folder/runFolder.ts'
import { printError } from '../terminal/printing.ts'
import type { Listener } from '../training/events.ts'
import { UsageError } from '../usage.ts'
import type { Ranks } from './ranks.ts'

/** Ends a rank together with the others: a failure ends it at once, since they would wait for it. */
export async function withRanks(ranks: Ranks, run: () => Promise<number>): Promise<number> {
  // what is sent to all reaches a rank also when it has nothing to stop any more, and waits for the others
  for (const signal of ['SIGINT', 'SIGUSR2'] as const) process.on(signal, () => {})
  try {
    const code = await run()
    await ranks.store.barrier()
    return code
  } catch (error) {
    printError(`rank ${ranks.store.rank}: ${describeError(error)}`)
    process.exit(error instanceof UsageError ? 2 : 1)
  }
}

/** What a rank shows that does not print. */
export const silent: Listener = { tell: () => {}, close: () => {} }

/** What a rank writes that does not write. */
export const nowhere: Folder = {
  tell: () => {},
  close: async () => {},
  save: async () => undefined,
  writeText: async () => {},
  failure: undefined,
}
