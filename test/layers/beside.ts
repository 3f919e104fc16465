// What tests of layers beside PyTorch share: numbers for both sides, one Python process for all cases, and how far results may be off.
import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'
import { sizeOf } from '../../src/core/shape.ts'
import { type Context, type NDArray, nd } from '../../src/index.ts'
import { generator } from '../../src/ops/cases.ts'

/** An array for Python. */
export interface Given {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** What a script's `run(case, dtype)` gives for each case, as lists of numbers, in float64 and in float32. */
export function python<T>(
  script: string,
  cases: readonly T[],
): { readonly truth: number[][]; readonly float: number[][] }[] {
  const program = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const whole = `
import json, sys, torch
import torch.nn.functional as F
def tensor(given, dtype):
    return torch.tensor(given['values'], dtype=dtype).reshape(given['shape'])
${script}
json.dump([{'truth': run(case, torch.float64), 'float': run(case, torch.float32)} for case in json.load(sys.stdin)], sys.stdout)
`
  const options = { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 2 ** 28 } as const
  const { status, stdout, stderr } = spawnSync(program, ['-c', whole], options)
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout)
}

/** Checks numbers against the truth: 1e-4 of the largest, or twice as far as PyTorch's own float32. */
export function expectClose(
  got: ArrayLike<number>,
  truth: readonly number[],
  float: readonly number[],
  what: string,
): void {
  expect(got.length, what).toBe(truth.length)
  const most = (values: ArrayLike<number>) =>
    truth.reduce((distance, value, i) => Math.max(distance, Math.abs(values[i] - value)), 0)
  const largest = truth.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  const [ours, theirs] = [most(got), most(float)]
  expect(ours, `${what}: PyTorch is ${theirs} off`).toBeLessThanOrEqual(Math.max(1e-4 * largest, 2 * theirs, 1e-6))
}

/** Numbers evenly from `low` to `high`, the same for the same seed. */
export function drawn(shape: readonly number[], seed: number, low = -2, high = 2): Given {
  const random = generator(seed)
  return {
    shape,
    values: Array.from({ length: sizeOf(shape as never) }, () => Math.fround(low + (high - low) * random())),
  }
}

/** The elements of an array. */
export const listOf = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]
/** Numbers as an array on a context. */
export const placed = ({ shape, values }: Given, ctx: Context) => nd.array(values, { ctx, shape: [...shape] })
