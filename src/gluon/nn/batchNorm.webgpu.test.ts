// BatchNorm on the GPU: running statistics move in training alone, and a network trains as on the reference engine.
import { afterAll, expect, it } from 'vitest'
import type { Context } from '../../core/engine.ts'
import type { WebGpuEngine } from '../../engines/webgpu/engine.ts'
import { autograd, gluon, gpu, type NDArray, nd, nn, reference } from '../../index.ts'
import { generator } from '../../ops/cases.ts'

const context = await gpu()
afterAll(() => (context.engine as WebGpuEngine).close())

const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]

/** Four steps of training, a recorded prediction, and the parameters by name. */
async function trained(ctx: Context): Promise<Map<string, number[]>> {
  const net = new nn.HybridSequential({ prefix: 'net_' })
  const make = () =>
    net.add(new nn.Conv2D(5, 3), new nn.BatchNorm(), new nn.Swish(), new nn.LayerNorm(), new nn.Dense(2))
  net.nameScope(make)
  nd.random.seed(3)
  net.initialize({ ctx })
  const random = generator(1)
  const x = nd.array(
    Array.from({ length: 4 * 2 * 49 }, () => 2 * random() - 1),
    { ctx, shape: [4, 2, 7, 7] },
  )
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.9 })
  for (let step = 0; step < 4; step++) {
    autograd.record(() => net(x).square()).backward()
    trainer.step(4)
  }
  const y = autograd.record(() => net(x), { trainMode: false })
  const values = [...net.collectParams()].map(([name, parameter]) => [name, parameter.data()] as const)
  const read = [['y', y] as const, ...values].map(async ([name, array]) => [name, await list(array)] as const)
  return new Map(await Promise.all(read))
}

it('trains as on the reference engine', async () => {
  const [got, want] = await Promise.all([trained(context), trained(reference())])
  expect([...got.keys()]).toContain('net_batchnorm0_running_var')
  for (const [name, values] of want) {
    const largest = Math.max(...values.map(Math.abs))
    for (const [i, value] of values.entries()) {
      expect(Math.abs((got.get(name) as number[])[i] - value), `${name}[${i}]`).toBeLessThanOrEqual(
        1e-4 * largest + 1e-6,
      )
    }
  }
})
