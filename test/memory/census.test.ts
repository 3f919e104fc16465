// Where memory is really held, the limit ends in an error that says by what, and the process lives on.
import { expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { autograd, nd } from '../../src/index.ts'

it('a graph that is never run backward ends in the census error', async () => {
  const engine = makeCpuEngine({ threads: 2, memoryLimit: 64 * 2 ** 20 })
  const ctx = new Context('cpu', 0, () => engine)
  const weight = nd.ones([256, 256], { ctx })
  weight.attachGrad()
  let total = nd.zeros([1], { ctx })
  const step = async () => {
    await autograd.record(() => {
      total = total.add(weight.multiply(weight).exp().sum())
    })
    await total.asscalar()
  }
  const endless = async () => {
    for (;;) await step()
  }
  await expect(endless()).rejects.toThrow(/out of memory: .* held of 67 MB.[\s\S]*recorded graphs [3-6]\d MB/)
  total = nd.zeros([1], { ctx })
  // an await lets what was dropped go
  await engine.fence()
  await step()
  await total.backward()
  expect((await weight.grad?.sum().asscalar()) as number).toBeCloseTo(256 * 256 * 2 * Math.E, -1)
  await engine.close()
})

it('the census names the lines that made large arrays, through builtins too', async () => {
  const engine = makeCpuEngine({ threads: 1, memoryLimit: 64 * 2 ** 20 })
  const ctx = new Context('cpu', 0, () => engine)
  const held = [nd.ones([512, 1024], { ctx })]
  const zerosOf = (arrays: typeof held) => arrays.map(nd.zerosLike)
  const fillUp = () => {
    for (;;) held.push(...zerosOf(held))
  }
  expect(fillUp).toThrow(
    / MB in \d+ arrays made by fill at zerosOf \(\S*census\.test\.ts:\d+:\d+\)\n.* arrays made by fill at \S*census\.test\.ts:\d+:\d+\n/,
  )
  for (const array of held) array.dispose()
  await engine.close()
})
