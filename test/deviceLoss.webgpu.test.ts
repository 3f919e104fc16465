// A GPU's device that is taken away while training: what is said of it, and how to go on to the same bits.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { autograd, type Context, DeviceLostError, gluon, gpu, init, nd } from 'glueball'
import { afterAll, expect, test } from 'vitest'
import { readRun } from '../src/cli/folder/checkpoint.ts'
import { glueball, metricsOf, root, scratch, start, weightsOf } from './cli.ts'
import './pull.ts'

const folder = scratch()
afterAll(() => folder.remove())

const message =
  /^error: \[gpu\] the device was lost \(destroyed: .*\), and with it what was not saved\. Go on after step (\d+) of epoch (\d+) \(update (\d+)\) with: glueball train --resume (.*)\n$/

test('a run says from where it goes on, and reaches the bits of one that kept its device', async () => {
  const images = ['--dataset', 'fashion-mnist-subset', '--limit-train', '256', '--limit-test', '32']
  const numbers = ['--batch-size', '32', '--epochs', '2', '--momentum', '0.9', '--lr', '0.02', '--ctx', 'gpu']
  const train = (out: string, env: Record<string, string> = {}) =>
    start(['train', 'lenet', ...images, ...numbers, '--out', out, '--save-every', '1e-9'], { env }).done
  const [calm, pulled] = [join(folder.path, 'calm'), join(folder.path, 'pulled')]
  expect(await train(calm)).toMatchObject({ code: 0, stderr: '' })

  const env = { NODE_OPTIONS: `--import ${pathToFileURL(`${root}test/pull.ts`)}`, GLUEBALL_PULL_AT: '60' }
  const { code, stderr } = await train(pulled, env)
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  const [step, epoch, update, resume] = stderr.match(message)!.slice(1)
  const { header } = await readRun(pulled, ['last'])
  expect([step, epoch, update].map(Number)).toEqual([header.step, header.epoch, header.update])
  expect(resume).toBe(pulled)

  expect(await glueball('train', '--resume', pulled)).toMatchObject({ code: 0, stderr: '' })
  expect(await weightsOf(pulled)).toBe(await weightsOf(calm))
  const epochs = (run: string) => metricsOf(run).filter(({ event }) => event === 'epoch')
  expect(epochs(pulled)).toEqual(epochs(calm))
})

/** A network that trains on a context, and what it learns from. */
function begin(ctx: Context) {
  nd.random.seed(0)
  const net = new gluon.nn.Dense(3, { prefix: 'dense_' })
  net.initialize({ ctx, init: new init.Xavier() })
  const [x, y] = [nd.random.uniform({ shape: [8, 5], ctx }), nd.array([0, 1, 2, 0, 1, 2, 0, 1], { ctx })]
  net(x)
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1, momentum: 0.9 })
  const criterion = new gluon.loss.SoftmaxCrossEntropyLoss()
  const steps = (count: number) => {
    for (let i = 0; i < count; i++) {
      autograd.record(() => criterion(net(x), y)).backward()
      trainer.step(8)
    }
  }
  return { net, trainer, steps }
}

test('a program opens the GPU again, and goes on from what it kept to the same bits', async () => {
  const lost = await gpu()
  const first = begin(lost)
  first.steps(3)
  const path = join(folder.path, 'kept.params')
  const [state] = await Promise.all([first.trainer.state(), first.net.saveParameters(path)])
  first.steps(3)
  const want = await first.net.weight.data().toArray()

  process.kill(process.pid, 'SIGUSR2')
  await expect(async () => {
    while (true) {
      first.steps(1)
      await first.net.weight.data().toArray()
    }
  }).rejects.toThrow(DeviceLostError)

  const again = await gpu()
  expect(again).not.toBe(lost)
  const second = begin(again)
  await second.net.loadParameters(path)
  second.trainer.restore(state)
  second.steps(3)
  expect(await second.net.weight.data().toArray()).toEqual(want)
})
