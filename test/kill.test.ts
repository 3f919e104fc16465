// A run that is ended in every way and resumed reaches the bits of one that nobody disturbed.
import { afterAll, test } from 'vitest'
import { scratch } from './cli.ts'
import {
  type Blow,
  closePipe,
  closeTerminal,
  endAndCompare,
  kill,
  killAtWrite,
  secondWriter,
  signalled,
} from './killing.ts'

const folder = scratch()
afterAll(() => folder.remove())

/** `script` of util-linux makes a terminal. */
const terminals: [Blow, number][] = process.platform === 'linux' ? [[closeTerminal, 1]] : []

test('a kill, two inside a write, a signal, a closed terminal, a closed pipe and a second writer', async () => {
  const data = ['--dataset', 'fashion-mnist-subset', '--limit-train', '2560', '--limit-test', '200']
  const args = ['lenet', ...data, '--batch-size', '32', '--momentum', '0.9', '--lr', '0.02']
  const blows: [Blow, number][] = [
    [kill, 1],
    [killAtWrite, 2],
    [signalled('SIGHUP', 129), 1],
    [closePipe, 1],
    [secondWriter(folder.path), 1],
    ...terminals,
  ]
  await endAndCompare(folder.path, args, { blows, spread: 300 })
})
