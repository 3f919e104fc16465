// Grouped and depthwise convolutions and their gradients beside PyTorch: 40 random geometries.
import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { backward, record } from '../../autograd/autograd.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import '../../nd/methods.ts'
import { array } from '../../nd/creation.ts'
import { generator } from '../cases.ts'
import { conv } from './conv.ts'

const script = `
import json, sys, torch
import torch.nn.functional as F
results = []
for c in json.load(sys.stdin):
    x, w, b = [torch.tensor(c[k], dtype=torch.float64).reshape(s).requires_grad_() for k, s in
               (('x', c['shape']), ('weight', c['filters']), ('bias', c['filters'][:1]))]
    y = F.conv2d(x, w, b, c['strides'], c['padding'], c['dilation'], c['groups'])
    y.backward((torch.arange(y.numel()) % 7 - 3).reshape(y.shape).double())
    results.append([t.flatten().tolist() for t in (y.detach(), x.grad, w.grad, b.grad)])
json.dump(results, sys.stdout)
`

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)
const random = generator(3)
const upTo = (n: number) => Math.floor(random() * n)
const numbers = (shape: readonly number[]) =>
  Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.fround(random() - 0.5))

const cases = Array.from({ length: 40 }, (_, i) => {
  const kernel = [1 + upTo(5), 1 + upTo(5)] as const
  const dilation = [1 + upTo(2), 1 + upTo(2)] as const
  const [groups, each] = [2 + upTo(24), i % 4 ? 1 : 1 + upTo(8)]
  const span = kernel.map((k, axis) => dilation[axis] * (k - 1) + 1)
  const shape = [1 + upTo(3), groups * each, span[0] + upTo(9), span[1] + upTo(9)]
  const filters = [groups * (1 + (i % 3 ? 0 : upTo(5))), each, ...kernel]
  const window = { strides: [1 + upTo(3), 1 + upTo(3)], padding: [upTo(4), upTo(4)], dilation, groups } as const
  return { shape, filters, x: numbers(shape), weight: numbers(filters), bias: numbers(filters.slice(0, 1)), ...window }
})

test('40 random convolutions in groups', async () => {
  const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const options = { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 2 ** 28 } as const
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], options)
  expect(status, stderr).toBe(0)
  const wanted = JSON.parse(stdout) as number[][][]
  for (const [i, { shape, filters, x, weight, bias, ...window }] of cases.entries()) {
    const inputs = [array(x, { shape, ctx }), array(weight, { shape: filters, ctx }), array(bias, { ctx })] as const
    for (const input of inputs) input.attachGrad()
    const y = record(() => conv(...inputs, window))
    const head = Float32Array.from({ length: y.size }, (_, k) => (k % 7) - 3)
    backward(y, array(head, { shape: y.shape, ctx }))
    for (const [k, got] of [y, ...inputs.map((input) => input.grad as NDArray)].entries()) {
      const values = await got.toArray()
      const most = Math.max(1, ...wanted[i][k].map(Math.abs))
      const worst = wanted[i][k].reduce((worst, value, n) => Math.max(worst, Math.abs(value - values[n])), 0)
      expect(values.length).toBe(wanted[i][k].length)
      expect(worst / most, JSON.stringify({ k, shape, filters, ...window })).toBeLessThanOrEqual(2e-6)
    }
  }
})
