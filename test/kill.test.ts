// A run that is killed twice and resumed reaches the bits of one that nobody disturbed.
import { afterAll, test } from 'vitest'
import { scratch } from './cli.ts'
import { endAndCompare } from './killing.ts'

const folder = scratch()
afterAll(() => folder.remove())

test('two kills', async () => {
  const data = [
    '--dataset',
    'fashion-mnist-subset',
    '--limit-train',
    '2560',
    '--limit-test',
    '200',
    '--batch-size',
    '32',
  ]
  const args = ['lenet', ...data, '--epochs', '8', '--momentum', '0.9', '--lr', '0.02']
  await endAndCompare(folder.path, args, { times: 2, spread: 500 })
})
