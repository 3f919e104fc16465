// How joinings are split into passes: by sizes alone.
import { describe, expect, it } from 'vitest'
import { joinInPasses } from './passes.ts'

const planOf = (results: number, count: number) =>
  joinInPasses({
    ...{ results, count, neighbours: 'elements', begin: '0f', join: 'a + b', finished: 'a' },
    elements: (held) => ({ sources: {}, functions: '', value: held ?? '1f' }),
    held: { value: 'a', dtype: 'float32' },
    output: { binding: { output: 0 }, dtype: 'float32' },
  })

describe('passes', () => {
  it.each([
    [0, 1],
    [1, 1],
    [128, 1],
    [129, 2],
    [5000, 2],
    [1_000_003, 4],
    [2 ** 30, 5],
  ])('%i elements take %i', (count, passes) => {
    expect(planOf(3, count).dispatches.length).toBe(passes)
  })

  it('each holds its parts in a workspace of its own', () => {
    const { workspace, dispatches } = planOf(7, 5000)
    expect(workspace).toEqual([7 * 79 * 4])
    expect(dispatches.map(({ bindings }) => bindings)).toEqual([[{ workspace: 0 }], [{ workspace: 0 }, { output: 0 }]])
  })

  it('no results take no workgroups', () => {
    expect(planOf(0, 5000).dispatches.map(({ workgroups }) => workgroups[0])).toEqual([0, 0])
  })
})
