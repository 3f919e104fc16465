// The queue of commands to the GPU, on a device that is played.
import { expect, it } from 'vitest'
import { isLong, partsOf, Queue } from './queue.ts'

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

it('cuts a dispatch into parts of at most a second on a slow GPU, with each workgroup once', () => {
  expect(partsOf([7, 1, 1], { all: 1e9, each: 10 })).toEqual([{ from: 0, workgroups: [7, 1, 1], cost: 1e9 }])
  const parts = partsOf([65535, 3, 1], { all: 4.5e9, each: 10 })
  expect(parts.length).toBe(5)
  expect(parts.filter(isLong)).toEqual([])
  let next = 0
  for (const {
    from,
    workgroups: [x, y],
  } of parts) {
    expect(from).toBe(next)
    next += Math.min(x * y, 39321)
  }
  expect(next).toBe(3 * 65535)
})

it('knows a dispatch whose workgroups are too long by themselves', () => {
  expect(partsOf([1, 1, 1], { all: 3e9, each: 3e9 }).map(isLong)).toEqual([true])
  expect(partsOf([9, 1, 1], { all: 3e9, each: 2e9 }).map(isLong)).toEqual([true, true, true])
})
