// Convolutions, transposed ones and pools as layers beside PyTorch: values, gradients, and gradients of a penalty on them.
import { spawnSync } from 'node:child_process'
import { autograd, Context, type NDArray, nd, nn, reference } from 'glueball'
import { afterAll, describe, expect, test } from 'vitest'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import { generator } from '../../ops/cases.ts'

/** A layer, the input's shape, and PyTorch's function: `module` is an expression of F, x, w and b. */
interface Beside {
  readonly layer: () => nn.Block<[NDArray], NDArray>
  readonly x: readonly number[]
  readonly module: string
  /** Whether second order is left out: maximum pooling has none, and that of others is tried once. */
  readonly once?: boolean
}

const rows: readonly Beside[] = [
  { layer: () => new nn.Conv1D(5, 3), x: [2, 3, 9], module: 'F.conv1d(x, w, b)' },
  {
    layer: () => new nn.Conv1D(6, [4], { strides: 3, padding: [2], dilation: 2, groups: 2, useBias: false }),
    x: [3, 4, 17],
    module: 'F.conv1d(x, w, None, 3, 2, 2, 2)',
  },
  {
    layer: () => new nn.Conv1D(7, 5, { padding: 2, activation: 'sigmoid' }),
    x: [0, 2, 6],
    module: 'torch.sigmoid(F.conv1d(x, w, b, padding=2))',
  },
  { layer: () => new nn.Conv1DTranspose(4, 3), x: [2, 3, 1], module: 'F.conv_transpose1d(x, w, b)' },
  {
    layer: () => new nn.Conv1DTranspose(4, 4, { strides: 3, padding: 1, outputPadding: 2, groups: 2, dilation: 2 }),
    x: [2, 6, 5],
    module: 'F.conv_transpose1d(x, w, b, 3, 1, 2, 2, 2)',
  },
  { layer: () => new nn.Conv2DTranspose(1, 1), x: [1, 1, 1, 1], module: 'F.conv_transpose2d(x, w, b)' },
  {
    layer: () => new nn.Conv2DTranspose(5, 4, { strides: 2, padding: 1, activation: 'tanh' }),
    x: [2, 3, 5, 7],
    module: 'torch.tanh(F.conv_transpose2d(x, w, b, 2, 1))',
  },
  {
    layer: () =>
      new nn.Conv2DTranspose(6, [3, 2], { strides: [2, 3], outputPadding: [1, 2], groups: 3, useBias: false }),
    x: [2, 9, 3, 4],
    module: 'F.conv_transpose2d(x, w, None, (2, 3), 0, (1, 2), 3)',
  },
  {
    layer: () => new nn.Conv2DTranspose(3, 3, { strides: [1, 4], padding: [2, 1], dilation: [3, 2] }),
    x: [2, 2, 6, 5],
    module: 'F.conv_transpose2d(x, w, b, (1, 4), (2, 1), 0, 1, (3, 2))',
  },
  {
    layer: () => new nn.Conv2DTranspose(4, 3, { activation: 'sigmoid' }),
    x: [0, 2, 3, 3],
    module: 'torch.sigmoid(F.conv_transpose2d(x, w, b))',
  },
  {
    layer: () => new nn.Conv2D(4, [3, 2], { strides: 2, padding: [1, 0], activation: 'softrelu' }),
    x: [2, 3, 7, 6],
    module: 'F.softplus(F.conv2d(x, w, b, 2, (1, 0)))',
  },
  { layer: () => new nn.MaxPool1D(), x: [2, 3, 7], module: 'F.max_pool1d(x, 2)', once: true },
  {
    layer: () => new nn.MaxPool1D({ poolSize: 4, strides: 3, padding: 2, ceilMode: true }),
    x: [2, 5, 12],
    module: 'F.max_pool1d(x, 4, 3, 2, ceil_mode=True)',
    once: true,
  },
  { layer: () => new nn.AvgPool1D({ poolSize: [3] }), x: [2, 3, 11], module: 'F.avg_pool1d(x, 3)' },
  {
    layer: () => new nn.AvgPool1D({ poolSize: 4, strides: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    x: [1, 3, 9],
    module: 'F.avg_pool1d(x, 4, 2, 1, True, False)',
  },
  { layer: () => new nn.GlobalMaxPool1D(), x: [3, 4, 9], module: 'F.adaptive_max_pool1d(x, 1)', once: true },
  { layer: () => new nn.GlobalAvgPool1D(), x: [3, 4, 9], module: 'F.adaptive_avg_pool1d(x, 1)' },
  { layer: () => new nn.GlobalMaxPool2D(), x: [3, 4, 5, 2], module: 'F.adaptive_max_pool2d(x, 1)', once: true },
  { layer: () => new nn.GlobalAvgPool2D(), x: [3, 4, 5, 2], module: 'F.adaptive_avg_pool2d(x, 1)' },
]

/** The results are y; the gradients of Σ y · dy; and, of Σ (the input's gradient of Σ y² · dy)², all gradients. */
const script = `
import json, sys, torch
import torch.nn.functional as F
out = []
for case in json.load(sys.stdin):
    def run(dtype):
        x, w, b = [None if t is None else torch.tensor(t[1], dtype=dtype).reshape(t[0]).requires_grad_() for t in case['given']]
        leaves = [t for t in (x, w, b) if t is not None]
        y = eval(case['module'])
        dy = (((torch.arange(y.numel()) * 7 + 3) % 11 - 5) / 4).reshape(y.shape).to(dtype)
        results = [y, *torch.autograd.grad(y, leaves, dy, retain_graph=True)]
        if not case['once']:
            (dx,) = torch.autograd.grad(y * y, x, dy, create_graph=True)
            seconds = torch.autograd.grad((dx * dx).sum(), leaves, allow_unused=True)
            results += [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, seconds)]
        return [(list(t.shape), t.double().flatten().tolist()) for t in results]
    out.append([run(torch.float64), run(torch.float32)])
json.dump(out, sys.stdout)
`

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const contexts = [reference(), new Context('cpu', 0, () => engine)]

const random = generator(3)
const numbers = (shape: readonly number[]) =>
  Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => Math.fround(2 * random() - 1))

/** Shapes and values of the input, the weight and the bias, null where there is none. */
const cases = rows.map(({ layer, x, module, once = false }) => {
  const net = layer()
  net.initialize({ ctx: contexts[0] })
  net(nd.zeros(x, { ctx: contexts[0] }))
  const shapes = [...net.collectParams().values()].map(({ shape }) => [...shape])
  const given = [x, shapes[0], shapes[1]].map((shape) => (shape ? ([shape, numbers(shape)] as const) : null))
  return { module, once, given }
})

/** Largest distance from the truth, in shares of its largest value. */
function distance(got: ArrayLike<number>, truth: readonly number[]): number {
  const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30)
  return truth.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0) / largest
}

function answers(): [shape: number[], values: number[]][][][] {
  const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const asked = { input: JSON.stringify(cases), encoding: 'utf8' as const, maxBuffer: 2 ** 28 }
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], asked)
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout)
}

const wanted = answers()

describe.each(contexts)('on %s', (ctx) => {
  test.each(rows.map(({ layer }, i) => [String(layer()), i] as const))('%s', async (_, i) => {
    const { given, once } = cases[i]
    const [x, ...values] = given.map((one) => one && nd.array(one[1], { shape: one[0], ctx }))
    const net = rows[i].layer()
    net.initialize({ ctx })
    net(x as NDArray)
    const parameters = [...net.collectParams().values()]
    parameters.forEach((parameter, k) => parameter.setData(values[k] as NDArray))
    const results = gradientsOf(
      net,
      x as NDArray,
      parameters.map((parameter) => () => parameter.grad()),
      once,
    )
    const [truth, torch] = wanted[i]
    expect(results.length).toBe(truth.length)
    for (const [k, { shape, values }] of (await Promise.all(results)).entries()) {
      expect(shape).toEqual(truth[k][0])
      const [ours, theirs] = [values, torch[k][1]].map((given) => distance(given, truth[k][1]))
      expect(ours, `result ${k}: PyTorch is ${theirs} off`).toBeLessThanOrEqual(2 * theirs + 3e-7)
    }
  })
})

/** y, the gradients of Σ y · dy, and those of the penalty. */
function gradientsOf(
  net: nn.Block<[NDArray], NDArray>,
  x: NDArray,
  ofParameters: readonly (() => NDArray)[],
  once: boolean,
) {
  const read = async (array: NDArray) => ({ shape: [...array.shape], values: await array.toArray() })
  const ctx = x.context
  x.attachGrad()
  const y = autograd.record(() => net(x))
  const head = Float32Array.from({ length: y.size }, (_, k) => (((k * 7 + 3) % 11) - 5) / 4)
  const dy = nd.array(head, { shape: y.shape, ctx })
  const gradients = () => [x.grad as NDArray, ...ofParameters.map((grad) => grad())].map(read)
  const results = [read(y)]
  y.backward(dy)
  results.push(...gradients())
  if (once) return results
  const penalty = autograd.record(() => {
    const [dx] = autograd.grad([nd.square(net(x))], [x], [dy], { createGraph: true })
    return nd.square(dx).sum()
  })
  penalty.backward()
  results.push(...gradients())
  return results
}
