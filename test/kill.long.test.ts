// Runs that are ended in every way, again and again, LeNet and a NiN with dropout: the same bits as undisturbed runs.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, test } from 'vitest'
import { scratch } from './cli.ts'
import { closePipe, closeTerminal, endAndCompare, kill, killAtWrite, secondWriter, signalled } from './killing.ts'

const folder = scratch()
afterAll(() => folder.remove())

const sub = (name: string): string => {
  mkdirSync(join(folder.path, name))
  return join(folder.path, name)
}

test('LeNet: 40 kills, 18 inside a write, 5 closed terminals, 3 closed pipes, 4 second writers, 3 signals', async () => {
  const args = ['lenet', '--dataset', 'fashion-mnist-subset', '--batch-size', '32', '--momentum', '0.9', '--lr', '0.02']
  const lenet = sub('lenet')
  await endAndCompare(lenet, args, {
    blows: [
      [kill, 40],
      [killAtWrite, 18],
      [closeTerminal, 5],
      [closePipe, 3],
      [secondWriter(lenet), 4],
      [signalled('SIGINT', 130), 1],
      [signalled('SIGTERM', 143), 1],
      [signalled('SIGHUP', 129), 1],
    ],
    spread: 500,
  })
})

test('NiN at 67 pixels with its dropout, ten kills', async () => {
  const data = ['--dataset', 'fashion-mnist-subset', '--limit-train', '640', '--limit-test', '128', '--resize', '67']
  const args = ['nin', ...data, '--batch-size', '32', '--lr-schedule', 'constant', '--warmup', '10']
  await endAndCompare(sub('nin'), args, { blows: [[kill, 10]], spread: 2000, seed: 2 })
})
