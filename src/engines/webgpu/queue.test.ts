// The queue of commands to the GPU, on a device that is played.
import { expect, it } from 'vitest'
import { Queue } from './queue.ts'

it('makes all who ask wait for the errors of what was sent', async () => {
  const scope = Promise.withResolvers<{ readonly message: string } | null>()
  const device = { pushErrorScope: () => {}, popErrorScope: () => scope.promise }
  const refused: string[] = []
  const queue = new Queue(device as unknown as GPUDevice, {} as GPUBuffer, (_, reason) => refused.push(reason))
  queue.open()
  queue.flush()
  const known = [1, 2].map(async () => {
    await queue.settled()
    return refused.length
  })
  await new Promise((resolve) => setTimeout(resolve))
  scope.resolve({ message: 'no' })
  expect(await Promise.all(known)).toEqual([2, 2])
})
