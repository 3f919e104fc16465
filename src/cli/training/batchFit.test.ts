// A batch too large for memory: the one that is advised does train, in a process of its own as the user's next run is.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Trains LeNet for an epoch in little memory; the program prints `done`, or the batch that would fit. */
function train(batchSize: number): string {
  const program = `
    import { configureCpu, MemoryLimitError } from './src/index.ts'
    import { largestBatch } from './src/cli/training/batchFit.ts'
    import { loadData } from './src/cli/datasets.ts'
    import { openSession } from './src/cli/training/session.ts'
    import { settingsFrom } from './src/cli/settings/settings.ts'
    configureCpu({ memoryLimit: 192 * 2 ** 20 })
    const typed = { model: 'lenet', dataset: 'fashion-mnist-subset', epochs: '1', 'batch-size': '${batchSize}' }
    const settings = settingsFrom(typed)
    const hooks = { tell() {}, stopped: () => false, async save() {}, async evaluated() {}, saveEvery: 1e9 }
    const session = openSession(settings, await loadData(settings, 'both'), hooks, undefined)
    console.log(
      await session.training.run().catch((error) => {
        if (error instanceof MemoryLimitError) return largestBatch(session)
        throw error
      }),
    )`
  const args = ['--conditions=source', '--input-type=module', '--eval', program]
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim()
}

test('the batch that would fit trains, and four times as much does not', () => {
  const fits = Number(train(10_000))
  expect(fits).toBeGreaterThan(100)
  expect(train(fits)).toBe('done')
  expect(Number(train(4 * fits))).toBeLessThan(4 * fits)
})
