// Normalisations, Embedding, activations and containers beside PyTorch's: values, gradients, gradients of gradients.
import { afterAll, describe, expect, test } from 'vitest'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { autograd, Context, type NDArray, reference } from '../../src/index.ts'
import { drawn, expectClose, type Given, listOf, placed, python } from './beside.ts'
import { type Case, norms, others } from './layers.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const contexts = [new Context('cpu', 0, () => engine), reference()]

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
