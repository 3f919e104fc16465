// Both command streams on real workers: order, items, full rings, failures, and the life of the process.
import { afterEach, describe, expect, it } from 'vitest'
import type { WorkerHandle } from '#platform'
import { Context } from '../../core/engine.ts'
import { NDArray } from '../../core/ndarray.ts'
import { release } from '../../core/ownership.ts'
import { shapeOf } from '../../core/shape.ts'
import { liveOn, Storage } from '../../core/storage.ts'
import { f32, i32, item } from '../../kernel/wasm/asm.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { readElements } from '../../nd/reading.ts'
import { conv } from '../../ops/conv/conv.ts'
import { copy } from '../../ops/copy/copy.ts'
import { fill } from '../../ops/fill/fill.ts'
import { resize } from '../../ops/resize/resize.ts'
import { WasmEngine } from './engine.ts'
import { RingStream } from './ringStream.ts'
import { Answers, pageBytes, streamEnd } from './stream.ts'

const open: WasmEngine[] = []

/** An engine of `workers` threads, or of one thread that receives its commands as messages. */
function start(workers: number | 'messages', memoryLimit = 2 ** 30): { engine: WasmEngine; context: Context } {
  const shared = workers !== 'messages'
  const engine = new WasmEngine({ threads: shared ? workers : 1, memoryLimit, rung: 'plain', shared })
  open.push(engine)
  return { engine, context: new Context('cpu', 0, () => engine) }
}

afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

async function floats(engine: WasmEngine, array: NDArray): Promise<Float32Array> {
  const bytes = await engine.read(array.valueFor('read'))
  return new Float32Array(bytes.buffer)
}

function received(engine: WasmEngine, bytes: number, arriving: Promise<Uint8Array>): Storage {
  const { allocation, written } = engine.receive(bytes, arriving)
  const storage = new Storage(engine, allocation)
  storage.written = written
  return storage
}

const addressOf = (array: NDArray): number => (array.storage.allocation as unknown as { address: number }).address

const tests = defineModule('stream-test', {}, () => ({
  // y[index] += 1
  count: item({ y: 'address' }, (f, { index, args }) => {
    const y = f.let(i32.add(args.y, i32.shl(index, 2)))
    f.store(y, f32.add(f32.load(y), f32.const(1)))
  }),
  // y = 2·y + 1, of one element: shows the order of commands
  step: item({ y: 'address' }, (f, { args }) => {
    const y = f.let(args.y)
    f.store(y, f32.add(f32.mul(f32.load(y), f32.const(2)), f32.const(1)))
  }),
  trap: item({}, (f) => f.unreachable()),
}))

const streams = [2, 'messages'] as const

describe.each([1, 2, 3, 8, 'messages'] as const)('workers: %s', (threads) => {
  it('runs every item of a phase once', async () => {
    const { engine, context } = start(threads)
    const y = fill([1000], 0, { context })
    for (let round = 0; round < 5; round++) engine.command(tests, 'count', 1000, [addressOf(y)], y.storage)
    expect([...new Set(await floats(engine, y))]).toEqual([5])
  })

  it('runs commands in order', async () => {
    const { engine, context } = start(threads)
    const y = fill([1], 0, { context })
    for (let round = 0; round < 20; round++) engine.command(tests, 'step', 1, [addressOf(y)], y.storage)
    expect((await floats(engine, y))[0]).toBe(2 ** 20 - 1)
  })
})

describe.each(streams)('a read, workers: %s', (workers) => {
  it('gives the value at its place in the queue', async () => {
    const { engine, context } = start(workers)
    const y = fill([1], 0, { context })
    const before = floats(engine, y)
    engine.command(tests, 'step', 1, [addressOf(y)], y.storage)
    const after = floats(engine, y)
    expect([(await before)[0], (await after)[0]]).toEqual([0, 1])
  })
})

describe('a full ring', () => {
  it('keeps later commands and loses none', async () => {
    const { engine, context } = start(2)
    const y = fill([1], 0, { context })
    for (let i = 0; i < 30_000; i++) engine.command(tests, 'count', 1, [addressOf(y)], y.storage)
    expect((await floats(engine, y))[0]).toBe(30_000)
  })
})

describe('memory that has just grown', () => {
  it.each([1, 2, 3, 4])('is seen by workers that are told of a module in it at once, run %i', async () => {
    const reasons: string[] = []
    const stream = new RingStream(2 ** 14, 2, ({ reason }) => reasons.push(reason))
    const bytes = tests.bytes()
    for (let round = 1; round <= 2000 && reasons.length === 0; round++) {
      const end = streamEnd + round * pageBytes
      stream.grow(end)
      stream.write(end - pageBytes, bytes)
      stream.define(0, end - pageBytes, bytes.length)
      await stream.notify()
    }
    await stream.close()
    expect(reasons).toEqual([])
  })
})

describe.each(streams)('a failure, workers: %s', (workers) => {
  it('spoils what it and later commands wrote, spares what was there, and lets the stream go on', async () => {
    const { engine, context } = start(workers)
    const good = fill([1], 7, { context })
    const bad = fill([1], 1, { context })
    await engine.fence()
    engine.command(tests, 'trap', 4, [], bad.storage)
    const later = copy(bad)
    await expect(floats(engine, bad)).rejects.toThrow(/failed/)
    await expect(floats(engine, later)).rejects.toThrow(/unreachable/)
    expect((await floats(engine, good))[0]).toBe(7)
    expect((await floats(engine, fill([1], 3, { context })))[0]).toBe(3)
    expect(() => copy(bad)).toThrow(/failed/)
  })

  it('rejects a read whose copying it skipped, of a value that was there before', async () => {
    const { engine, context } = start(workers)
    const good = fill([4], 7, { context })
    await engine.fence()
    engine.command(tests, 'trap', 4, [])
    await expect(floats(engine, good)).rejects.toThrow(/unreachable/)
    expect([...(await floats(engine, good))]).toEqual([7, 7, 7, 7])
  })
})

describe.each(streams)('the message of a failure, workers: %s', (workers) => {
  it('names no other call, however many were given since', async () => {
    const { engine, context } = start(workers)
    const [bad, x] = [fill([1], 1, { context }), fill([2, 3], 1, { context })]
    engine.command(tests, 'trap', 4, [], bad.storage)
    for (let i = 0; i < 6000; i++) release(copy(x), 'test')
    await expect(floats(engine, bad)).rejects.toThrow(/^a command failed: .*unreachable/)
  })
})

describe('a worker that dies', () => {
  it('ends what is waited for, and keeps the process alive no longer', async () => {
    const kept = new Set<WorkerHandle>()
    const workers = [1, 2].map(() => {
      const worker: WorkerHandle = {
        ref: () => void kept.add(worker),
        unref: () => void kept.delete(worker),
        postMessage: () => {},
        terminate: async () => {},
      }
      return worker
    })
    const answers = new Answers<number>(workers)
    const answer = answers.ask(() => {})
    expect(kept.size).toBe(2)
    answers.die(new Error('out of memory'))
    await expect(answer).rejects.toThrow('out of memory')
    await expect(answers.ask(() => {})).rejects.toThrow('out of memory')
    expect(kept.size).toBe(0)
  })
})

describe.each(streams)('packed weights, workers: %s', (workers) => {
  it('are packed again when a failure skipped the packing', async () => {
    const { engine, context } = start(workers)
    const [x, weight] = [fill([8, 32, 1, 1], 2, { context }), fill([16, 32, 1, 1], 3, { context })]
    await engine.fence()
    const bad = fill([1], 1, { context })
    engine.command(tests, 'trap', 4, [], bad.storage)
    await expect(floats(engine, conv(x, weight, null))).rejects.toThrow(/unreachable/)
    expect(new Set(await floats(engine, conv(x, weight, null)))).toEqual(new Set([32 * 6]))
  })
})

describe.each(streams)('values on their way from another engine, workers: %s', (workers) => {
  it('are waited for by what is given after them, and by nothing else', async () => {
    const { engine, context } = start(workers)
    const arriving = Promise.withResolvers<Uint8Array>()
    const before = floats(engine, fill([2], 3, { context }))
    const storage = received(engine, 8, arriving.promise)
    const x = new NDArray({ context, value: { shape: shapeOf([2]), dtype: 'float32', storage, offset: 0 } })
    const y = copy(x)
    const later = fill([2], 4, { context })
    const reads = [y, later].map((array) => floats(engine, array))
    expect([...(await before)]).toEqual([3, 3])
    arriving.resolve(new Uint8Array(Float32Array.of(5, 6).buffer))
    expect((await Promise.all(reads)).map((values) => [...values])).toEqual([
      [5, 6],
      [4, 4],
    ])
  })

  it('do not come over what was written where they were to be, when nobody wants them any more', async () => {
    const { engine } = start(workers)
    await engine.fence()
    const arriving = Promise.withResolvers<Uint8Array>()
    engine.free(engine.receive(8, arriving.promise).allocation)
    const allocation = engine.upload(new Uint8Array(Float32Array.of(7, 8).buffer))
    const storage = new Storage(engine, allocation)
    arriving.resolve(new Uint8Array(Float32Array.of(5, 6).buffer))
    await engine.fence()
    const read = await engine.read({ storage, offset: 0, shape: shapeOf([2]), dtype: 'float32' })
    expect([...new Float32Array(read.buffer)]).toEqual([7, 8])
  })

  it('spoil what is computed from them where they do not come', async () => {
    const { engine, context } = start(workers)
    const storage = received(engine, 8, Promise.reject(new Error('no such values')))
    const x = new NDArray({ context, value: { shape: shapeOf([2]), dtype: 'float32', storage, offset: 0 } })
    await expect(floats(engine, copy(x))).rejects.toThrow('no such values')
    expect([...(await floats(engine, fill([2], 4, { context })))]).toEqual([4, 4])
  })
})

describe('many failures on many workers', () => {
  it('never let a spoiled value out before the failure is heard', async () => {
    const { engine, context } = start(8)
    for (let round = 0; round < 300; round++) {
      const bad = fill([1], 1, { context })
      engine.command(tests, 'trap', 8, [], bad.storage)
      await expect(floats(engine, bad)).rejects.toThrow(/unreachable/)
    }
  })
})

describe.each(streams)('memory, workers: %s', (workers) => {
  it('is all there again after calls for which there was not enough, whatever they had taken already', () => {
    const { engine, context } = start(workers, 48 * 2 ** 20)
    const image = fill([1, 16, 512, 512], 1, { context })
    engine.lay(image.value, 'plain') // as if it held several numbers, which lie in one order alone
    const weight = fill([16, 16, 1, 2], 1, { context })
    const many = fill([64, 16, 1, 1], 1, { context })
    const pixels = fill([4, 4, 3], 1, { context })
    const { bytes, count } = { ...liveOn(engine) }
    for (let i = 0; i < 10; i++) {
      expect(() => conv(image, many)).toThrow(/out of memory: 67 MB asked for/)
      // its result has room, but not the image with its channels last
      expect(() => conv(image, weight)).toThrow(/\[conv\] out of memory: 17 MB asked for/)
      expect(() => resize(pixels, { height: 1, width: 800_000 })).toThrow(/out of memory/)
    }
    expect(liveOn(engine)).toMatchObject({ bytes, count })
    // neither arrays nor what calls take for themselves
    fill([4 * 2 ** 20], 0, { context })
  })

  it("of a thread is nobody else's after there was none for more of it", async () => {
    const { engine, context } = start(workers, 24 * 2 ** 20)
    const image = fill([4, 4, 3], 1, { context })
    const small = () => release(resize(image, { height: 40, width: 40 }), 'test')
    small()
    expect(() => resize(image, { height: 1, width: 600_000 })).toThrow(/out of memory/)
    const arrays = Array.from({ length: 1000 }, () => fill([64], 7, { context }))
    await engine.fence()
    small()
    for (const array of arrays) expect(new Set(await floats(engine, array))).toEqual(new Set([7]))
  })

  it('is reused at once by the next command', async () => {
    const { engine, context } = start(workers)
    const first = fill([1000], 1, { context })
    const address = addressOf(first)
    release(first, 'test')
    const second = fill([1000], 2, { context })
    expect(addressOf(second)).toBe(address)
    expect((await floats(engine, second))[999]).toBe(2)
  })

  it('past the limit in a read rejects with the same', async () => {
    const { context } = start(workers, 24 * 2 ** 20)
    const held = fill([3 * 2 ** 20], 0, { context })
    await expect(readElements(held, 'toArray')).rejects.toThrow(
      /\[toArray\] out of memory: 13 MB asked for, 13 MB held/,
    )
    release(held, 'test')
  })

  it('past the limit throws with what was asked for and what is held', () => {
    const { context } = start(workers, 64 * 2 ** 20)
    const held = fill([8 * 2 ** 20], 0, { context })
    expect(() => fill([8 * 2 ** 20], 0, { context })).toThrow(/\[fill\] out of memory: 34 MB asked for, 34 MB held/)
    release(held, 'test')
  })
})
