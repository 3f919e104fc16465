// The GPU engine on Dawn's device that computes nothing and has 512 MiB: what is sent when, and memory that is not there.
import { afterEach, describe, expect, it } from 'vitest'
import { create } from 'webgpu'
import { Context } from '../../core/engine.ts'
import { autograd, gluon, init, type NDArray, nd } from '../../index.ts'
import { WebGpuEngine } from './engine.ts'
import { webgpuKernels } from './kernels.ts'

const open: WebGpuEngine[] = []
/** Dawn crashes when what its objects hang on is collected. */
const held: unknown[] = []
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

async function start() {
  const dawn = create(['backend=null'])
  held.push(dawn)
  const device = await (await dawn.requestAdapter())!.requestDevice()
  const uncaptured: string[] = []
  device.addEventListener('uncapturederror', ({ error }) => uncaptured.push(error.message))
  const engine = new WebGpuEngine(device, { memoryLimit: 4 * 2 ** 30, tiles: 'large', adapter: 'null' }, webgpuKernels)
  open.push(engine)
  return { engine, uncaptured, ctx: new Context('gpu', 0, () => engine) }
}

const hundredMegabytes = [25 * 2 ** 20]

/** Reads the first element; how many it got. */
async function first(array: NDArray): Promise<number> {
  const part = array.slice([0], [1])
  try {
    return (await part.toArray()).length
  } finally {
    part.dispose()
  }
}

/** Fills the device: makes arrays until one is refused; answers how many there was room for. */
async function fill(ctx: Context, arrays: NDArray[]): Promise<number> {
  for (;;) {
    const array = nd.zeros(hundredMegabytes, { ctx })
    arrays.push(array)
    try {
      await first(array)
    } catch (error) {
      expect(String(error)).toMatch(/the GPU is out of memory: 117 MB asked for, \d+ MB held of 4295 MB/)
      return arrays.length - 1
    }
  }
}

describe('a GPU that has less memory than it was thought to have', () => {
  it('says so of what needed it, and has all again when that is let go', async () => {
    const { ctx, engine, uncaptured } = await start()
    const arrays: NDArray[] = []
    const room = await fill(ctx, arrays)
    expect(room).toBeGreaterThan(2)
    // what was there before is intact, what is refused stays so
    expect(await first(arrays[0])).toBe(1)
    expect(() => arrays[room].add(1)).toThrow(/out of memory/)
    for (const array of arrays.splice(0)) array.dispose()
    engine.takeFailure()
    expect(await fill(ctx, arrays)).toBe(room)
    for (const array of arrays.splice(0)) array.dispose()
    engine.takeFailure()
    // of another size: what the pool had is given back
    const other = nd.zeros([16 * 2 ** 20], { ctx })
    expect(await first(other)).toBe(1)
    expect(uncaptured).toEqual([])
  })

  it('names the call that was given memory which turned out to be none', async () => {
    const { ctx, engine } = await start()
    const arrays: NDArray[] = []
    await fill(ctx, arrays)
    const written = nd.array(new Float32Array(hundredMegabytes[0]), { ctx })
    await engine.fence()
    engine.takeFailure()
    // what is given to it later is not even sent
    arrays[0].slice([0], [1]).multiply(written.slice([0], [1]))
    await engine.fence()
    expect(String(engine.takeFailure())).toMatch(
      /\[multiply\] on \(1,\), \(1,\) failed: the GPU is out of memory: 117 MB/,
    )
    expect(await first(arrays[0])).toBe(1)
  })

  it('refuses a host write, a read and a temporary in the same words', async () => {
    const { ctx, uncaptured } = await start()
    const arrays: NDArray[] = []
    const room = await fill(ctx, arrays)
    await expect(first(nd.array(new Float32Array(hundredMegabytes[0]), { ctx }))).rejects.toThrow(/out of memory/)
    arrays[room].dispose()
    // the buffer to read from would not fit any more
    await expect(arrays[0].toArray()).rejects.toThrow(/out of memory: 117 MB asked for, to read a value/)
    expect(await first(arrays[0])).toBe(1)
    await expect(nd.sum(arrays[0].multiply(2)).asscalar()).rejects.toThrow(/out of memory/)
    expect(await first(arrays[0])).toBe(1)
    expect(uncaptured).toEqual([])
  })
})

describe('a training step of NiN', () => {
  it.each([2, 128])('is on its way to the GPU while it is encoded, batch %i', async (batch) => {
    const { ctx, engine } = await start()
    const net = gluon.models.nin()
    net.initialize({ ctx, init: new init.Xavier() })
    const [x, y] = [nd.zeros([batch, 1, 112, 112], { ctx }), nd.zeros([batch], { ctx })]
    const lossOf = new gluon.loss.SoftmaxCrossEntropyLoss()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.01 })
    for (let i = 0; i < 2; i++) {
      const before = engine.submits
      const loss = autograd.record(() => lossOf(net(x), y))
      loss.backward()
      trainer.step(batch)
      const mean = loss.mean()
      expect(engine.submits - before).toBeGreaterThanOrEqual(4)
      await mean.asscalar()
    }
  })
})
