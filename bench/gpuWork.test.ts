// The table of what a case asks of a GPU: one line for each unlike layer and pass.
import { expect, it } from 'vitest'
import { cases } from './cases.ts'
import { gpuWork } from './gpuWork.ts'

const linesOf = (name: string) => gpuWork(cases.find((kase) => kase.name === name)!).split('\n')

it("has each pass of NiN's unlike convolutions once, without the first images' gradient", () => {
  const lines = linesOf('nin-112-b128-train').filter((line) => line.startsWith('| 11 × 11'))
  expect(lines.map((line) => line.split(' | ')[1])).toEqual(['forward', 'weight'])
  expect(lines[0]).toBe('| 11 × 11, 1 to 96, 112 × 112 | forward | 1 | 2704 | 173056 | 8704 B | 2.010 | 0.105 |  |')
  expect(linesOf('nin-112-b128-train').filter((line) => line.includes('1 × 1, 96 to 96')).length).toBe(3)
})

it('has forward passes alone of an inference, and all products of a stack without a loss', () => {
  const passes = (name: string) =>
    new Set(
      linesOf(name)
        .slice(4)
        .map((line) => line.split(' | ')[1]),
    )
  expect(passes('nin-112-b1-infer')).toEqual(new Set(['forward']))
  expect(passes('resnet-3x3-96-b32-train')).toEqual(new Set(['forward', 'data', 'weight']))
})

it('gives every product of NiN at batch 128 work for 128 processors, or says why not', () => {
  const rows = linesOf('nin-112-b128-train').slice(4)
  expect(rows.length).toBeGreaterThan(15)
  const cells = rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const few = cells.filter(([, , , workgroups]) => Number.parseInt(workgroups, 10) < 128)
  expect(few.filter((row) => !row[8])).toEqual([])
  // all of them in the last block, which makes a thousandth of the operations
  expect([...new Set(few.map(([layer]) => layer))]).toEqual(['3 × 3, 384 to 10, 2 × 2', '1 × 1, 10 to 10, 2 × 2'])
})
