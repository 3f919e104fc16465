// An eighth of NiN trained on the GPU for 300 steps stays flat: the tutorial's own loop with two reads a step, and one
// with metrics on the device, which reads nothing in a step and submits seldom.
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { autograd, cpu, gluon, init, memoryInfo, metric, type NDArray, nd } from 'glueball'
import { expect, it, vi } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { WebGpuEngine } from '../../src/engines/webgpu/engine.ts'
import { webgpuKernels } from '../../src/engines/webgpu/kernels.ts'
import { openDevice } from '../../src/engines/webgpu/start.ts'
import { batches } from '../numbers/images.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const [steps, batch] = [300, 4]

/** A device that counts the bytes of its buffers and records its uncaptured errors, and its engine. */
async function start() {
  const { device, tiles, adapter } = await openDevice()
  const seen = { bufferBytes: 0, errors: [] as string[] }
  device.addEventListener('uncapturederror', ({ error }) => seen.errors.push(error.message))
  const { createBuffer } = device
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer.call(device, descriptor)
    const { destroy } = buffer
    seen.bufferBytes += buffer.size
    buffer.destroy = () => {
      seen.bufferBytes -= buffer.size
      destroy.call(buffer)
    }
    return buffer
  }
  const engine = new WebGpuEngine(device, { memoryLimit: 2 ** 30, tiles, adapter }, webgpuKernels)
  return { device, engine, ctx: new Context('gpu', 0, () => engine), seen }
}

type Started = Awaited<ReturnType<typeof start>>

/** What is held once the collector has been. */
async function reading({ ctx, engine, seen }: Started) {
  await engine.fence()
  for (let i = 0; i < 3; i++) {
    collect()
    await setImmediate()
  }
  const { storages, liveBytes } = memoryInfo(ctx)
  return { storages, liveBytes, bufferBytes: seen.bufferBytes, rss: process.memoryUsage.rss() }
}

/**
 * Trains as the tutorial does; `look` sees each step's output, loss and labels. Gives what was held at step 100, when the
 * process has all its code, and at 300.
 */
async function train(
  started: Started,
  look: (output: NDArray, loss: NDArray, label: NDArray) => Promise<void> | undefined,
) {
  const { ctx } = started
  const net = gluon.models.nin({ narrow: 8 })
  net.initialize({ ctx, init: new init.Xavier() })
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.2 })
  const crossLoss = new gluon.loss.SoftmaxCrossEntropyLoss()
  const readings = []
  let step = 0
  for await (const [data, label] of await batches({ ctx: cpu(), size: 67, batch, count: steps * batch })) {
    const [image, y] = [data.asInContext(ctx), label.asInContext(ctx).astype('float32')]
    const [output, loss] = autograd.record(() => {
      const output = net(image)
      return [output, crossLoss(output, y)]
    })
    loss.backward()
    trainer.step(batch)
    await look(output, loss, y)
    if (++step === 100 || step === steps) readings.push(await reading(started))
  }
  console.log(readings)
  return readings
}

/** Ends what was started, and expects its two readings to be alike. */
async function expectFlat({ device, engine, seen }: Started, [early, late]: Awaited<ReturnType<typeof train>>) {
  expect(late).toMatchObject({ storages: early.storages, liveBytes: early.liveBytes })
  // which of a step's arrays the collector finds late differs
  expect(late.bufferBytes).toBeLessThan(early.bufferBytes * 1.2)
  expect(late.rss).toBeLessThan(early.rss * 1.05)
  expect(seen.errors).toEqual([])
  // what would have been heard
  device.createBuffer({ size: 4, usage: 0x1 | 0x2 }) // no buffer may be mapped for reading and writing
  await expect.poll(() => seen.errors.length).toBe(1)
  await engine.close()
}

it('in the tutorial’s loop, with two reads a step', async () => {
  const started = await start()
  const readings = await train(started, async (output, loss, label) => {
    expect(await nd.mean(loss).asscalar()).toBeLessThan(10)
    expect(await nd.mean(output.argmax({ axis: 1 }).equal(label)).asscalar()).toBeLessThanOrEqual(1)
  })
  await expectFlat(started, readings)
})

it('with metrics on the device: no read and at most 10 submits in a step', async () => {
  const started = await start()
  const { engine } = started
  const [accuracy, loss] = [new metric.Accuracy(), new metric.Loss()]
  const read = vi.spyOn(engine, 'read')
  const submits = [engine.submits]
  const readings = await train(started, (output, losses, label) => {
    accuracy.update(label, output)
    loss.update(label, losses)
    submits.push(engine.submits)
    return undefined
  })
  expect(read).not.toHaveBeenCalled()
  const most = Math.max(...submits.slice(1).map((now, i) => now - submits[i]))
  console.log(`at most ${most} submits in a step, ${(submits[steps] - submits[0]) / steps} in the mean`)
  expect(most).toBeLessThanOrEqual(10)
  expect((await loss.get())[1]).toBeLessThan(10)
  expect((await accuracy.get())[1]).toBeGreaterThan(0)
  await expectFlat(started, readings)
})
