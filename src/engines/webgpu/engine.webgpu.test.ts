// The GPU engine on whatever adapter there is: order, places in one buffer, failures, a lost device, flat memory.
import { afterEach, describe, expect, it } from 'vitest'
import { Context } from '../../core/engine.ts'
import { liveOn } from '../../core/storage.ts'
import { autograd, gluon, init, type NDArray, nd } from '../../index.ts'
import type { Dispatch, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { WebGpuEngine } from './engine.ts'
import { webgpuKernels } from './kernels.ts'
import { mostDispatches } from './queue.ts'
import { openDevice } from './start.ts'

const open: WebGpuEngine[] = []
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

async function start(memoryLimit = 2 ** 30, kernels = webgpuKernels) {
  const { device, tiles, adapter } = await openDevice()
  const engine = new WebGpuEngine(device, { memoryLimit, tiles, adapter }, kernels)
  open.push(engine)
  return { device, engine, ctx: new Context('gpu', 0, () => engine) }
}

/** A dispatch of a shader that does nothing, or that no device takes. */
const dispatchOf = (body: string): Dispatch => ({
  shader: `@compute @workgroup_size(1) fn main() { ${body} }`,
  ...{ bindings: [], params: [], workgroups: [1, 1, 1], cost: { all: 0, each: 0 } },
})
const [harmless, broken] = [dispatchOf(''), dispatchOf('no such thing')]
const planOf = (dispatches: readonly Dispatch[]): WgslKernel<object> => ({
  plan: () => ({ workspace: [], dispatches }),
})

/** A kernel whose dispatches declare a cost in nanoseconds. */
const costing = (kernel: WgslKernel<never>, cost: Dispatch['cost']): WgslKernel<never> => ({
  plan(...args) {
    const { dispatches, ...rest } = kernel.plan(...args)
    return { ...rest, dispatches: dispatches.map((dispatch) => ({ ...dispatch, cost })) }
  },
})

const values = async (array: NDArray) => [...(await array.toArray())]

describe('the GPU engine', () => {
  it('reads at its place in the queue, and writes overtake nothing', async () => {
    const { ctx } = await start()
    const x = nd.array([1, 2, 3], { ctx })
    const before = values(x)
    x.iadd(1)
    const after = values(x)
    const sums: Promise<unknown[]>[] = []
    for (let i = 0; i < 50; i++) sums.push(values(nd.array([i, i], { ctx }).add(1)))
    expect(await before).toEqual([1, 2, 3])
    expect(await after).toEqual([2, 3, 4])
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 50 }, (_, i) => [i + 1, i + 1]))
  })

  it('reads and writes ranges of one buffer', async () => {
    const { ctx } = await start()
    const x = nd.array([1, 2, 3, 4, 5, 6], { ctx })
    const [first, second] = [x.slice([0], [3]), x.slice([3], [6])]
    first.iadd(second)
    second.iadd(first)
    expect(await values(x)).toEqual([5, 7, 9, 9, 12, 15])
    const bytes = nd.array([1, 2, 3, 4, 5, 6, 7], { ctx, dtype: 'uint8' })
    bytes.slice([1], [4]).iadd(bytes.slice([3], [6]))
    expect(await values(bytes)).toEqual([1, 6, 8, 10, 5, 6, 7])
  })

  it('names the call and the shader that a device refuses, and goes on', async () => {
    const { ctx } = await start(2 ** 30, { ...webgpuKernels, reduction: planOf([broken]) })
    const x = nd.array([1, 2], { ctx })
    await expect(nd.softmax(x).toArray()).rejects.toThrow(/failed on the GPU|\[softmax\]/)
    expect(await values(nd.array([1, 2], { ctx }).add(1))).toEqual([2, 3])
  })

  it('rejects a read whose copying went down with what a device refuses, of a value that was there before', async () => {
    const { ctx } = await start(2 ** 30, { ...webgpuKernels, reduction: planOf([broken]) })
    const [x, y] = [nd.array([1, 2], { ctx }), nd.array([3, 4], { ctx })]
    expect(await values(y)).toEqual([3, 4])
    const bad = nd.softmax(x)
    await expect(values(x)).rejects.toThrow(/failed on the GPU/)
    await expect(values(bad)).rejects.toThrow(/failed on the GPU/)
    expect(await values(x)).toEqual([1, 2])
  })

  it('knows what a batch spoils that begins within a call', async () => {
    const { ctx, engine } = await start(2 ** 30, { ...webgpuKernels, reduction: planOf([harmless, broken]) })
    const x = nd.array([1, 2], { ctx })
    for (let i = 1; i < mostDispatches; i++) x.iadd(1)
    const bad = nd.softmax(x)
    await engine.fence()
    expect(() => bad.add(1)).toThrow(/failed on the GPU/)
    expect(await values(x)).toEqual([mostDispatches, mostDispatches + 1])
  })

  it('knows what is spoilt of calls that had to wait for values on their way', async () => {
    const { ctx, engine } = await start(2 ** 30, { ...webgpuKernels, reduction: planOf([broken]) })
    const x = nd.array([1, 2], { ctx })
    const arriving = Promise.withResolvers<Uint8Array>()
    engine.receive(8, arriving.promise)
    for (let i = 0; i < 150; i++) x.iadd(1)
    const bad = nd.softmax(x)
    for (let i = 0; i < 20; i++) nd.array([1, 2], { ctx }).iadd(1)
    arriving.resolve(new Uint8Array(8))
    await engine.fence()
    expect(() => bad.add(1)).toThrow(/failed on the GPU/)
  })

  it('gives back what a call had taken when its budget does not hold the rest', async () => {
    const kernel: WgslKernel<object> = { plan: () => ({ workspace: [2 ** 20, 2 ** 24], dispatches: [] }) }
    const { ctx } = await start(2 ** 23, { ...webgpuKernels, reduction: kernel })
    const x = nd.array([1, 2], { ctx })
    for (let i = 0; i < 10; i++) expect(() => nd.softmax(x)).toThrow(/out of memory/)
    expect((await values(nd.zeros([2 ** 20], { ctx })))[0]).toBe(0)
  })

  it('destroys no buffer of calls that wait for values on their way', async () => {
    const { ctx, engine } = await start(2 ** 22 + 2 ** 16)
    const x = nd.ones([2 ** 18], { ctx })
    const arriving = Promise.withResolvers<Uint8Array>()
    engine.receive(8, arriving.promise)
    const between = x.add(1)
    const sum = between.add(1)
    between.dispose()
    const large = nd.ones([2 ** 19], { ctx }) // has room only where the free buffers go
    arriving.resolve(new Uint8Array(8))
    expect((await values(sum))[0]).toBe(3)
    expect((await values(large))[0]).toBe(1)
  })

  it('refuses more axes than a dispatch can be told of', async () => {
    const { ctx } = await start()
    const [a, b] = [0, 1].map((odd) =>
      nd.ones(
        Array.from({ length: 18 }, (_, k) => (k % 2 === odd ? 2 : 1)),
        { ctx },
      ),
    )
    await expect(a.add(b).toArray()).rejects.toThrow(/\[add\] on .* failed: too many axes: got \d+ numbers/)
  })

  it('refuses what its budget does not hold', async () => {
    const { ctx } = await start(2 ** 20)
    expect(() => nd.zeros([2 ** 20], { ctx })).toThrow(/\[fill\] out of memory: 4\.19 MB asked for/)
    expect(await values(nd.zeros([2], { ctx }))).toEqual([0, 0])
  })

  it('sends a long dispatch in parts, each in a submit of its own, to the same values', async () => {
    const long = { all: 4.5e9, each: 0 }
    const kernels = {
      ...webgpuKernels,
      ...{ formula: costing(webgpuKernels.formula, long), matmul: costing(webgpuKernels.matmul, long) },
      ...{ reduction: costing(webgpuKernels.reduction, long), uniform: costing(webgpuKernels.uniform, long) },
    }
    const [{ ctx: short }, { ctx, engine }] = [await start(), await start(2 ** 30, kernels)]
    const on = async (ctx: Context) => {
      nd.random.seed(3)
      const x = nd.random.uniform({ shape: [300, 100], ctx })
      return Promise.all([x, x.add(1), nd.dot(x, x.T), nd.softmax(x)].map(values))
    }
    const want = await on(short)
    const before = engine.submits
    expect(await on(ctx)).toEqual(want)
    expect(engine.submits - before).toBeGreaterThanOrEqual(4 * 5)
  })

  it('names a call that may have been too long, when the device is lost with it', async () => {
    const one = { ...webgpuKernels, reduction: costing(webgpuKernels.reduction, { all: 3e9, each: 3e9 }) }
    const { ctx, device } = await start(2 ** 30, one)
    const x = nd.array([1, 2], { ctx })
    nd.softmax(x)
    device.destroy()
    await device.lost
    await new Promise((resolve) => setTimeout(resolve))
    expect(() => x.add(1)).toThrow(/lost \(destroyed.*; \[softmax\] on \(2,\) may take it longer than the system lets/)
  })

  it('says that the device was lost, and what to do', async () => {
    const { ctx, device } = await start()
    const x = nd.array([1, 2], { ctx })
    await x.toArray()
    device.destroy()
    await device.lost
    await new Promise((resolve) => setTimeout(resolve))
    expect(() => x.add(1)).toThrow(/\[gpu\] the device was lost \(destroyed.*go on from what was saved/)
    await expect(x.toArray()).rejects.toThrow('the device was lost')
  })

  it('trains with flat memory, few submits and no read in the step', async () => {
    const { ctx, engine } = await start()
    const net = new gluon.nn.HybridSequential()
    net.add(new gluon.nn.Dense(32, { activation: 'relu' }), new gluon.nn.Dropout(0.5), new gluon.nn.Dense(10))
    net.initialize({ ctx, init: new init.Xavier() })
    const lossOf = new gluon.loss.SoftmaxCrossEntropyLoss()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1, momentum: 0.9 })
    const x = nd.random.uniform({ shape: [8, 20], ctx })
    const y = nd.array([0, 1, 2, 3, 4, 5, 6, 7], { ctx })
    const accuracy = new gluon.metric.Accuracy()
    const step = () => {
      const [output, loss] = autograd.record(() => {
        const output = net(x)
        return [output, lossOf(output, y)]
      })
      loss.backward()
      trainer.step(8)
      accuracy.update([y], [output])
      output.dispose()
      loss.dispose()
    }
    for (let i = 0; i < 10; i++) step()
    await engine.fence()
    const [{ bytes, count }, submits] = [{ ...liveOn(engine) }, engine.submits]
    for (let i = 0; i < 300; i++) {
      step()
      if (i % 20 === 0) await engine.fence()
    }
    await engine.fence()
    expect(liveOn(engine)).toMatchObject({ bytes, count })
    expect((engine.submits - submits) / 300).toBeLessThan(10)
    expect((await accuracy.get())[1]).toBeGreaterThan(0.3)
  })
})
