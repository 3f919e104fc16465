// Normalisations, Embedding, activations, containers: values and gradients beside PyTorch's, and ten steps of training.
import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { Context } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import { autograd, gluon, type NDArray, nd, nn, reference } from '../../index.ts'
import { generator } from '../../ops/cases.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const contexts = [new Context('cpu', 0, () => engine), reference()]

/** An array for Python. */
interface Given {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** What a script's `run(case, dtype)` gives for each case, as lists of numbers, in float64 and in float32. */
function python<T>(script: string, cases: readonly T[]): { readonly truth: number[][]; readonly float: number[][] }[] {
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
function expectClose(got: ArrayLike<number>, truth: readonly number[], float: readonly number[], what: string): void {
  expect(got.length, what).toBe(truth.length)
  const most = (values: ArrayLike<number>) =>
    truth.reduce((distance, value, i) => Math.max(distance, Math.abs(values[i] - value)), 0)
  const largest = truth.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  const [ours, theirs] = [most(got), most(float)]
  expect(ours, `${what}: PyTorch is ${theirs} off`).toBeLessThanOrEqual(Math.max(1e-4 * largest, 2 * theirs, 1e-6))
}

function drawn(shape: readonly number[], seed: number, low = -2, high = 2): Given {
  const random = generator(seed)
  return {
    shape,
    values: Array.from({ length: sizeOf(shape as never) }, () => Math.fround(low + (high - low) * random())),
  }
}

const listOf = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]
const placed = ({ shape, values }: Given, ctx: Context) => nd.array(values, { ctx, shape: [...shape] })

/** A layer, its input, and the expression of x, of its parameters by name, and of `state`. */
interface Case {
  readonly name: string
  readonly make: () => nn.Block
  readonly shape: readonly number[]
  readonly expression: string
  /** Parameters that PyTorch's expression does not read with a gradient. */
  readonly without?: readonly string[]
  /** Where values of x are from. */
  readonly indices?: number
  readonly predict?: true
}

/** PyTorch's factors are of a channel, Gluon's of a group. */
const perGroup = (name: string, channels: number, each: number, ones: string) =>
  `${name}.repeat_interleave(${each}).reshape(1, ${channels}${ones})`
const grouped = (groups: number, each: number, ones: string) => {
  const [gamma, beta] = ['gamma', 'beta'].map((name) => perGroup(name, groups * each, each, ones))
  return `F.group_norm(x, ${groups}) * ${gamma} + ${beta}`
}
const batchNorm = 'F.batch_norm(x, None, None, gamma, beta, training=True)'
const byRunning = 'F.batch_norm(x, running_mean, running_var, gamma, beta, training=False)'
const state = ['running_mean', 'running_var']

const norms: readonly Case[] = [
  ...[
    [4, 3, 5, 7],
    [9, 3],
    [3, 4, 5],
    [1, 3, 2, 2],
    [2, 1, 3],
  ].map(
    (shape): Case => ({
      name: `BatchNorm of (${shape})`,
      make: () => new nn.BatchNorm(),
      shape,
      expression: batchNorm,
      without: state,
    }),
  ),
  {
    name: 'BatchNorm along the last axis',
    make: () => new nn.BatchNorm({ axis: -1, epsilon: 1e-3 }),
    shape: [3, 5, 2, 4],
    expression: 'F.batch_norm(x.movedim(-1, 1), None, None, gamma, beta, training=True, eps=1e-3).movedim(1, -1)',
    without: state,
  },
  {
    name: 'BatchNorm without scale',
    make: () => new nn.BatchNorm({ scale: false }),
    shape: [4, 3, 5],
    expression: 'F.batch_norm(x, None, None, None, beta, training=True)',
    without: ['gamma', ...state],
  },
  {
    name: 'BatchNorm without centre',
    make: () => new nn.BatchNorm({ center: false }),
    shape: [4, 3, 5],
    expression: batchNorm,
    without: ['beta', ...state],
  },
  {
    name: 'BatchNorm by global statistics',
    make: () => new nn.BatchNorm({ useGlobalStats: true }),
    shape: [4, 3, 5],
    expression: byRunning,
    without: state,
  },
  {
    name: 'BatchNorm in prediction',
    make: () => new nn.BatchNorm(),
    shape: [1, 3, 5, 4],
    expression: byRunning,
    without: state,
    predict: true,
  },
  {
    name: 'BatchNormReLU',
    make: () => new nn.BatchNormReLU(),
    shape: [4, 3, 5],
    expression: `F.relu(${batchNorm})`,
    without: state,
  },
  ...[
    [3, 7],
    [1, 1],
    [2, 3, 65],
  ].map(
    (shape): Case => ({
      name: `LayerNorm of (${shape})`,
      make: () => new nn.LayerNorm(),
      shape,
      expression: 'F.layer_norm(x, gamma.shape, gamma, beta)',
    }),
  ),
  {
    name: 'LayerNorm along axis 1, without scale',
    make: () => new nn.LayerNorm({ axis: 1, scale: false, epsilon: 1e-3 }),
    shape: [2, 5, 3],
    expression: 'F.layer_norm(x.movedim(1, -1), gamma.shape, gamma, beta, 1e-3).movedim(-1, 1)',
    without: ['gamma'],
  },
  {
    name: 'GroupNorm in one group',
    make: () => new nn.GroupNorm(),
    shape: [2, 3, 5],
    expression: grouped(1, 3, ', 1'),
  },
  {
    name: 'GroupNorm in three groups',
    make: () => new nn.GroupNorm({ numGroups: 3 }),
    shape: [1, 6, 3, 5],
    expression: grouped(3, 2, ', 1, 1'),
  },
  {
    name: 'InstanceNorm',
    make: () => new nn.InstanceNorm({ scale: true }),
    shape: [2, 3, 4, 5],
    expression: 'F.instance_norm(x, weight=gamma, bias=beta)',
  },
  {
    name: 'InstanceNorm along the last axis',
    make: () => new nn.InstanceNorm({ axis: -1, center: false }),
    shape: [1, 7, 5, 3],
    // the gradient of instance_norm of one sample, channels last, is wrong in PyTorch 1.13
    expression:
      '(x - x.mean((1, 2), True)) / torch.sqrt(x.var((1, 2), unbiased=False, keepdim=True) + 1e-5) * gamma + beta',
    without: ['gamma', 'beta'],
  },
]

const others: readonly Case[] = [
  {
    name: 'Embedding',
    make: () => new nn.Embedding(11, 5),
    shape: [3, 7],
    expression: 'F.embedding(x.long(), weight)',
    indices: 11,
  },
  { name: 'LeakyReLU', make: () => new nn.LeakyReLU(0.1), shape: [3, 5], expression: 'F.leaky_relu(x, 0.1)' },
  { name: 'PReLU', make: () => new nn.PReLU(), shape: [1, 3, 5], expression: 'F.prelu(x, alpha)' },
  {
    name: 'PReLU of channels',
    make: () => new nn.PReLU({ inChannels: 3 }),
    shape: [2, 3, 5],
    expression: 'F.prelu(x, alpha)',
  },
  { name: 'ELU', make: () => new nn.ELU({ alpha: 0.5 }), shape: [3, 5], expression: 'F.elu(x, 0.5)' },
  { name: 'SELU', make: () => new nn.SELU(), shape: [3, 5], expression: 'F.selu(x)' },
  { name: 'GELU', make: () => new nn.GELU(), shape: [3, 5], expression: 'F.gelu(x)' },
  { name: 'Swish', make: () => new nn.Swish({ beta: 1.5 }), shape: [3, 5], expression: 'x * torch.sigmoid(1.5 * x)' },
  { name: 'SiLU', make: () => new nn.SiLU(), shape: [7], expression: 'F.silu(x)' },
  {
    name: 'ReflectionPad2D',
    make: () => new nn.ReflectionPad2D({ padding: 2 }),
    shape: [1, 2, 3, 5],
    expression: "F.pad(x, [2, 2, 2, 2], mode='reflect')",
  },
  {
    name: 'ReflectionPad2D of each side',
    make: () => new nn.ReflectionPad2D({ padding: [0, 0, 0, 0, 1, 2, 3, 0] }),
    shape: [1, 2, 3, 5],
    expression: "F.pad(x, [3, 0, 1, 2], mode='reflect')",
  },
  {
    name: 'HybridConcurrent',
    make() {
      const branches = new nn.HybridConcurrent({ axis: 1 })
      branches.add(new nn.Identity(), new nn.SiLU(), new nn.HybridLambda('tanh'))
      return branches
    },
    shape: [2, 3, 5],
    expression: 'torch.cat([x, F.silu(x), torch.tanh(x)], 1)',
  },
]

const layerScript = `
def run(case, dtype):
    x = tensor(case['x'], dtype).requires_grad_(not case['indices'])
    own = {name: tensor(given, dtype) for name, given in case['own'].items()}
    leaves = [own[name].requires_grad_() for name in case['wanted']]
    y = eval(case['expression'], {'torch': torch, 'F': F}, {'x': x, **own})
    y.backward(torch.tensor(case['dy'], dtype=dtype).reshape(y.shape))
    grads = [] if case['indices'] else [x]
    return [t.flatten().tolist() for t in [y.detach()] + [leaf.grad for leaf in grads + leaves]]
`

/** A layer that was called and run backward. */
async function tried({ make, shape, without = [], indices = 0, predict }: Case, ctx: Context) {
  const layer = make()
  layer.initialize({ ctx })
  const given = indices ? drawn(shape, 1, 0, indices) : drawn(shape, 1)
  const x = placed(indices ? { shape, values: given.values.map(Math.floor) } : given, ctx)
  // the first call completes the shapes
  layer(x)
  const own: Record<string, Given> = {}
  for (const [name, parameter] of layer.ownParameters) {
    own[name] = drawn(parameter.shape, 2 + Object.keys(own).length, 0.25, 2)
    // without scale gamma is 1, as it was drawn
    if (name === 'gamma' && without.includes(name)) own[name] = { ...own[name], values: own[name].values.map(() => 1) }
    else parameter.setData(placed(own[name], ctx))
  }
  if (!indices) x.attachGrad()
  const y = autograd.record(() => layer(x), { trainMode: !predict })
  const dy = drawn(y.shape, 9, -1, 1)
  y.backward(placed(dy, ctx))
  const wanted = Object.keys(own).filter((name) => !without.includes(name))
  const grads = wanted.map((name) => layer.ownParameters.get(name)?.grad() as NDArray)
  const made = [y, ...(indices ? [] : [x.grad as NDArray]), ...grads]
  return {
    layer,
    results: await Promise.all(made.map(listOf)),
    names: ['y', ...(indices ? [] : ['dx']), ...wanted],
    given: { x: { shape, values: await listOf(x) }, own, wanted, indices, dy: dy.values },
  }
}

describe.each(contexts)('values and gradients on %s', async (ctx) => {
  const cases = [...norms, ...others]
  const ours = await Promise.all(cases.map((of) => tried(of, ctx)))
  const theirs = python(
    layerScript,
    ours.map(({ given }, i) => ({ ...given, expression: cases[i].expression })),
  )

  test.each(cases.map(({ name }, i) => [name, i] as const))('%s', (_name, i) => {
    const { layer, results, names } = ours[i]
    const { truth, float } = theirs[i]
    for (const [k, values] of results.entries()) expectClose(values, truth[k], float[k], names[k])
    for (const name of cases[i].without ?? []) expect(layer.ownParameters.get(name)?.gradReq).toBe('null')
  })
})

const secondScript = `
def run(case, dtype):
    x, v, dy = [tensor(case[name], dtype) for name in ('x', 'v', 'dy')]
    own = {name: tensor(given, dtype).requires_grad_() for name, given in case['own'].items()}
    x.requires_grad_()
    y = eval(case['expression'], {'torch': torch, 'F': F}, {'x': x, **own})
    (dx,) = torch.autograd.grad(y, x, dy, create_graph=True)
    leaves = [x] + [own[name] for name in case['wanted']]
    grads = torch.autograd.grad((dx * v).sum(), leaves)
    return [t.detach().flatten().tolist() for t in (dx, *grads)]
`

/** dx, and the gradients of Σ v · dx: of x, and of the parameters that dx reads. */
async function twice({ make, shape }: Case, wanted: readonly string[], ctx: Context) {
  const layer = make()
  layer.initialize({ ctx })
  const [x, v] = [drawn(shape, 1), drawn(shape, 2)]
  const at = placed(x, ctx)
  const dy = drawn(layer(at).shape, 3)
  const own: Record<string, Given> = {}
  for (const [name, parameter] of layer.ownParameters) {
    own[name] = drawn(parameter.shape, 4 + Object.keys(own).length, 0.5, 2)
    parameter.setData(placed(own[name], ctx))
  }
  at.attachGrad()
  const { z, dx } = autograd.record(() => {
    const [dx] = autograd.grad(layer(at), at, placed(dy, ctx), { createGraph: true })
    return { dx, z: dx.multiply(placed(v, ctx)) }
  })
  z.backward()
  const grads = wanted.map((name) => layer.ownParameters.get(name)?.grad() as NDArray)
  const results = await Promise.all([dx, at.grad as NDArray, ...grads].map(listOf))
  return { results, given: { x, v, dy, own, wanted } }
}

describe.each(contexts)('gradients of gradients on %s', async (ctx) => {
  const readsGamma = ['BatchNorm of (3,4,5)', 'LayerNorm of (3,7)', 'GroupNorm in three groups', 'InstanceNorm']
  const cases = [...norms, ...others].filter(({ name }) => {
    return readsGamma.includes(name) || ['ELU', 'SELU', 'GELU', 'Swish', 'SiLU'].includes(name)
  })
  const ours = await Promise.all(cases.map((of) => twice(of, readsGamma.includes(of.name) ? ['gamma'] : [], ctx)))
  const theirs = python(
    secondScript,
    ours.map(({ given }, i) => ({ ...given, expression: cases[i].expression })),
  )

  test.each(cases.map(({ name }, i) => [name, i] as const))('%s', (_name, i) => {
    const { truth, float } = theirs[i]
    for (const [k, values] of ours[i].results.entries()) expectClose(values, truth[k], float[k], `gradient ${k}`)
  })
})

/**
 * Linear, batch norm, relu, linear; ten steps of SGD with momentum; then a prediction. PyTorch's layer would keep the
 * unbiased variance, n ÷ (n − 1) times MXNet's: the running statistics are kept by hand here.
 */
const trainingScript = `
def run(case, dtype):
    w1, gamma, beta, w2 = leaves = [tensor(case[name], dtype).requires_grad_() for name in ('w1', 'gamma', 'beta', 'w2')]
    mean, variance = torch.zeros(gamma.shape, dtype=dtype), torch.ones(gamma.shape, dtype=dtype)
    optimizer = torch.optim.SGD(leaves, lr=0.05, momentum=0.9)
    for given in case['batches']:
        x, label = tensor(given['x'], dtype), tensor(given['label'], dtype)
        h = x @ w1.T
        with torch.no_grad():
            mean = 0.9 * mean + 0.1 * h.mean(0)
            variance = 0.9 * variance + 0.1 * h.var(0, unbiased=False)
        y = F.relu(F.batch_norm(h, None, None, gamma, beta, training=True)) @ w2.T
        loss = (0.5 * (y - label) ** 2).mean(1).sum() / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        x = tensor(case['batches'][0]['x'], dtype)
        y = F.relu(F.batch_norm(x @ w1.T, mean, variance, gamma, beta, training=False)) @ w2.T
    return [t.detach().flatten().tolist() for t in (y, mean, variance, gamma, beta, w1, w2)]
`

test.each(contexts)('ten steps of training, then prediction, on %s', async (ctx) => {
  const [rows, inputs, hidden, outputs] = [9, 5, 7, 3]
  const given = {
    w1: drawn([hidden, inputs], 1),
    gamma: drawn([hidden], 2, 0.5, 1.5),
    beta: drawn([hidden], 3),
    w2: drawn([outputs, hidden], 4),
    batches: Array.from({ length: 10 }, (_, i) => {
      return { x: drawn([rows, inputs], 10 + i), label: drawn([rows, outputs], 30 + i) }
    }),
  }
  const norm = new nn.BatchNorm()
  const [first, last] = [hidden, outputs].map((units) => new nn.Dense(units, { useBias: false }))
  const net = new nn.HybridSequential()
  net.add(first, norm, new nn.Activation('relu'), last)
  net.initialize({ ctx })
  autograd.predictMode(() => net(placed(given.batches[0].x, ctx)))
  first.weight.setData(placed(given.w1, ctx))
  norm.gamma.setData(placed(given.gamma, ctx))
  norm.beta.setData(placed(given.beta, ctx))
  last.weight.setData(placed(given.w2, ctx))
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.9 })
  const loss = new gluon.loss.L2Loss()
  for (const { x, label } of given.batches) {
    autograd.record(() => loss(net(placed(x, ctx)), placed(label, ctx))).backward()
    trainer.step(rows)
  }
  const y = net(placed(given.batches[0].x, ctx))
  const parameters = [norm.runningMean, norm.runningVar, norm.gamma, norm.beta, first.weight, last.weight]
  const names = ['prediction', 'running mean', 'running variance', 'gamma', 'beta', 'first weight', 'last weight']
  const [{ truth, float }] = python(trainingScript, [given])
  for (const [i, array] of [y, ...parameters.map((parameter) => parameter.data())].entries()) {
    expectClose(await array.toArray(), truth[i], float[i], names[i])
  }
})
