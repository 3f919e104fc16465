// Buffers derived from a weight: kept from the second use between two writes on, so that training holds none of them.
import { afterAll, describe, expect, it, vi } from 'vitest'
import { Context } from '../../core/engine.ts'
import { nd } from '../../index.ts'
import { conv } from '../../ops/conv/conv.ts'
import type { Block } from './memory.ts'
import { makeCpuEngine } from './start.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)

/** Bytes of the blocks that were taken from now on and not given back. */
function heldFromNow(): () => number {
  const held = new Set<Block>()
  const [allocate, free] = [engine.allocate.bind(engine), engine.free.bind(engine)]
  vi.spyOn(engine, 'allocate').mockImplementation((bytes) => {
    const block = allocate(bytes)
    held.add(block)
    return block
  })
  vi.spyOn(engine, 'free').mockImplementation((block) => {
    held.delete(block as Block)
    free(block)
  })
  return () => [...held].reduce((sum, { bytes }) => sum + bytes, 0)
}

describe('what a convolution derives from its weight', () => {
  const image = (shape: readonly number[]) =>
    nd.array(
      Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => (i % 11) - 5),
      { shape, ctx },
    )
  const [x, first, second] = [image([2, 16, 12, 12]), image([32, 16, 3, 3]), image([32, 16, 3, 3]).multiply(2)]
  const weight = first.copy()
  const run = () => conv(x, weight, null, { padding: [1, 1] })
  const values = async () => {
    using y = run()
    return y.toArray()
  }

  it('lives as long as the call, or from the second call to the one after a write', async () => {
    // orders of the inputs and the scratch memory are there
    const want = [await values(), await conv(x, second, null, { padding: [1, 1] }).toArray()]
    first.copyto(weight)
    const held = heldFromNow()
    const heldAfterRun = () => {
      run().dispose()
      return held()
    }
    const once = heldAfterRun()
    const twice = heldAfterRun()
    expect(once).toBe(0)
    expect(twice).toBeGreaterThanOrEqual(first.size * 4)
    expect(heldAfterRun()).toBe(twice)
    expect(await values()).toEqual(want[0])
    second.copyto(weight)
    expect(heldAfterRun()).toBe(0)
    expect(await values()).toEqual(want[1])
    expect(held()).toBe(twice)
    weight.dispose()
    expect(held()).toBe(0)
    vi.restoreAllMocks()
  })
})
