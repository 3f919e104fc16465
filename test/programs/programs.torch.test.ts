// Programs of the chapters, through the public API alone, give PyTorch's numbers from the same weights.
import { nd } from 'glueball'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from './programs.ts'
import { Trace } from './trace.ts'
import { Twins } from './twin.ts'

let twins: Twins
beforeAll(() => {
  twins = new Twins()
})
afterAll(() => twins.close())

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const distance = (a: readonly number[], b: readonly number[]) => largest(a.map((value, i) => value - b[i]))

test.each(Object.entries(programs))('%s', async (name, program) => {
  nd.random.seed(0)
  const trace = new Trace()
  await program.run(trace)
  const [truth, single] = await twins.run(name, trace)
  expect(trace.notes.length).toBeGreaterThan(0)
  expect(truth.map((values) => values.length)).toEqual(trace.notes.map(({ values }) => values.length))
  for (const [i, { name: note, values }] of trace.notes.entries()) {
    const bound = Math.max(1e-4 * largest(truth[i]), 2 * distance(single[i], truth[i]))
    expect(values.every(Number.isFinite), note).toBe(true)
    expect(distance(values, truth[i]), `${program.title}: ${note}`).toBeLessThanOrEqual(bound)
  }
})
