// batchNorm of channels far from zero, values and gradients, as far from float64 as PyTorch's at most twice.
import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { backward, record } from '../../autograd/autograd.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import '../../nd/methods.ts'
import { array } from '../../nd/creation.ts'
import { generator } from '../cases.ts'
import { batchNorm } from './batchNorm.ts'

const script = `
import json, sys, torch
import torch.nn.functional as F
case = json.load(sys.stdin)
def run(dtype):
    def tensor(name, shape):
        return torch.tensor(case[name], dtype=dtype).reshape(shape).requires_grad_()
    n, c, h, w = case['shape']
    x, gamma, beta = tensor('x', case['shape']), tensor('gamma', c), tensor('beta', c)
    mean, variance = torch.zeros(c, dtype=dtype), torch.zeros(c, dtype=dtype)
    y = F.batch_norm(x, mean, variance, gamma, beta, training=True, momentum=1.0, eps=1e-5)
    y.backward(torch.tensor(case['dy'], dtype=dtype).reshape(case['shape']))
    biased = variance.double() * (n * h * w - 1) / (n * h * w)
    return [t.flatten().tolist() for t in (y, mean, biased, x.grad, gamma.grad, beta.grad)]
json.dump([run(torch.float64), run(torch.float32)], sys.stdout)
`

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)

/** The largest distance from the truth, in shares of the largest value, or of the deviation of x, 1, if that is more. */
function distance(got: ArrayLike<number>, truth: readonly number[]): number {
  const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  return truth.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0) / largest
}

const names = ['y', 'mean', 'variance', 'dx', 'dgamma', 'dbeta']

test.each([
  { mean: 0, shape: [8, 6, 14, 14] },
  { mean: 1e4, shape: [8, 6, 14, 14] },
  { mean: 1e4, shape: [4, 70, 28, 28] },
  { mean: -300, shape: [3, 16, 5, 7] },
])('channels of mean $mean in $shape', async ({ mean, shape }) => {
  const random = generator(5)
  // the sum of twelve uniform numbers is nearly normal, of variance 1
  const normal = () => Array.from({ length: 12 }, random).reduce((sum, u) => sum + u, -6)
  const size = shape.reduce((product, n) => product * n, 1)
  const numbers = (count: number, make: () => number) => Array.from({ length: count }, () => Math.fround(make()))
  const [x, dy] = [numbers(size, () => mean + normal()), numbers(size, normal)]
  const [gamma, beta] = [numbers(shape[1], () => 0.5 + random()), numbers(shape[1], normal)]
  const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    input: JSON.stringify({ shape, x, dy, gamma, beta }),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  expect(status, stderr).toBe(0)
  const [truth, torch] = JSON.parse(stdout) as number[][][]
  for (const last of [false, true]) {
    const given = (values: number[], of: readonly number[]) => {
      const plain = array(values, { shape: of, ctx })
      if (last && of.length === 4) engine.lay(plain.value, 'channelsLast')
      return plain
    }
    const arrays = [given(x, shape), given(gamma, [shape[1]]), given(beta, [shape[1]])]
    for (const one of arrays) one.attachGrad()
    const heads = [given(dy, shape)]
    const results = record(() => batchNorm(arrays[0], arrays[1], arrays[2]))
    backward(results[0], heads[0])
    const made = [...results, ...arrays.map(({ grad }) => grad as NDArray)]
    for (const [i, array] of made.entries()) {
      const [ours, theirs] = [distance(await array.toArray(), truth[i]), distance(torch[i], truth[i])]
      // one rounding of a result is 6e-8
      expect(ours, `${names[i]} ${last ? 'channels last' : ''}: PyTorch is ${theirs} off`).toBeLessThanOrEqual(
        2 * theirs + 1.2e-7,
      )
    }
  }
})
