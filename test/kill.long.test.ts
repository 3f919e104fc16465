// Ten kills at random moments, LeNet and a NiN with dropout: the same bits as an undisturbed run.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, test } from 'vitest'
import { scratch } from './cli.ts'
import { endAndCompare } from './killing.ts'
import { randomNumbers } from './random.ts'

const folder = scratch()
afterAll(() => folder.remove())

const sub = (name: string): string => {
  mkdirSync(join(folder.path, name))
  return join(folder.path, name)
}

test('LeNet, ten kills', async () => {
  const data = ['--dataset', 'fashion-mnist-subset', '--batch-size', '32']
  const args = ['lenet', ...data, '--epochs', '12', '--momentum', '0.9', '--lr', '0.02']
  await endAndCompare(sub('lenet'), args, { times: 10, spread: 1500 })
})

test('NiN at 67 pixels with its dropout and a schedule, ten kills', async () => {
  const data = ['--dataset', 'fashion-mnist-subset', '--limit-train', '640', '--limit-test', '128', '--resize', '67']
  const args = ['nin', ...data, '--batch-size', '32', '--epochs', '4', '--lr-schedule', 'cosine', '--warmup', '10']
  await endAndCompare(sub('nin'), args, { times: 10, spread: 2000, random: randomNumbers(2) })
})
