// Pooling and its gradients against PyTorch: 60 random geometries, half of them rounded up, half with many ties, half channels last.
import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { backward, record } from '../../autograd/autograd.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import '../../nd/methods.ts'
import { array } from '../../nd/creation.ts'
import { generator } from '../cases.ts'
import { averagePool, maxPool } from './pool.ts'

const script = `
import json, sys, torch
import torch.nn.functional as F
results = []
for c in json.load(sys.stdin):
    x = torch.tensor(c['x'], dtype=torch.float32).reshape(c['shape']).requires_grad_()
    at = dict(kernel_size=c['kernel'], stride=c['strides'], padding=c['padding'], ceil_mode=c['ceilMode'])
    y = F.max_pool2d(x, **at) if c['kind'] == 'max' else F.avg_pool2d(x, count_include_pad=c['kind'] == 'mean', **at)
    dy = (torch.arange(y.numel()) % 7 - 3).reshape(y.shape).float()
    y.backward(dy)
    results.append(dict(shape=list(y.shape), y=y.flatten().tolist(), dx=x.grad.flatten().tolist()))
json.dump(results, sys.stdout)
`

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)
const random = generator(1)
const upTo = (n: number) => Math.floor(random() * n)

const cases = Array.from({ length: 60 }, (_, i) => {
  const kernel = [1 + upTo(5), 1 + upTo(5)] as const
  const padding = [upTo(Math.floor(kernel[0] / 2) + 1), upTo(Math.floor(kernel[1] / 2) + 1)] as const
  const shape = [1 + upTo(3), 1 + upTo(40), kernel[0] + upTo(9), kernel[1] + upTo(9)]
  const size = shape.reduce((product, n) => product * n, 1)
  const x = Array.from({ length: size }, () => (i % 2 ? upTo(4) - 4 : Math.fround(random() - 0.5)))
  const kind = ['max', 'mean', 'mean without padding'][i % 3]
  return { kind, shape, x, kernel, padding, strides: [1 + upTo(6), 1 + upTo(6)] as const, ceilMode: upTo(2) === 1 }
})

test('60 random poolings', async () => {
  const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  expect(status, stderr).toBe(0)
  const wanted = JSON.parse(stdout) as { shape: number[]; y: number[]; dx: number[] }[]
  for (const [i, { kind, shape, x, ...window }] of cases.entries()) {
    const input = array(x, { shape, ctx })
    if (i % 4 > 1) engine.lay(input.value, 'channelsLast')
    input.attachGrad()
    const y = record(() =>
      kind === 'max' ? maxPool(input, window) : averagePool(input, { ...window, countIncludePad: kind === 'mean' }),
    )
    const dy = array(
      Float32Array.from({ length: y.size }, (_, k) => (k % 7) - 3),
      { shape: y.shape, ctx },
    )
    backward(y, dy)
    const title = JSON.stringify({ kind, shape, ...window })
    expect([...y.shape], title).toEqual(wanted[i].shape)
    expectClose(await y.toArray(), wanted[i].y, kind === 'max' ? 0 : 1e-6, title)
    expectClose(await (input.grad as NDArray).toArray(), wanted[i].dx, 1e-5, title)
  }
})

function expectClose(got: TypedArray, want: readonly number[], bound: number, title: string): void {
  const worst = want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0)
  expect(got.length, title).toBe(want.length)
  expect(worst, title).toBeLessThanOrEqual(bound)
}
