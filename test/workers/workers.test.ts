// A user's main thread and workers train at once: none crashes, all reach the same bits, no flag of V8 changes beside.
import { describe, expect, it } from 'vitest'
import { trainBeside, type Way } from './running.ts'

describe('two workers beside the main thread', () => {
  it.each<Way>(['default', 'wide', 'late'])('%s', async (way) => {
    const { threads, ...end } = await trainBeside(process.execPath, 2, way, ['--conditions=source'])
    expect(end).toEqual({ code: 0, signal: null, stderr: '' })
    const [main, ...workers] = threads
    expect(threads.flatMap(({ flags }) => flags).filter(({ beside }) => beside)).toEqual([])
    expect(workers.map(({ digest }) => digest)).toEqual([main.digest, main.digest])
    if (way === 'late') expect(main.wide).toBe(false)
    expect(workers.map(({ wide }) => wide)).toEqual([main.wide, main.wide])
  })
})
