// Recurrent layers beside PyTorch's from the same weights: values, states and all gradients, at most twice as far from
// float64 as PyTorch's float32 is.
import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { backward, record } from '../../autograd/autograd.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { reference } from '../../engines/reference/start.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import '../../nd/methods.ts'
import { array } from '../../nd/creation.ts'
import { generator } from '../../ops/cases.ts'
import { GRU, LSTM, type RecurrentLayer, RNN } from './layers.ts'

const script = `
import json, sys, torch
names = dict(i2h_weight='weight_ih', h2h_weight='weight_hh', i2h_bias='bias_ih', h2h_bias='bias_hh')
def run(case, dtype):
    tensor = lambda values, shape: torch.tensor(values, dtype=dtype).reshape(shape)
    made = dict(batch_first=case['layout'] == 'NTC', num_layers=case['layers'], bidirectional=case['bidirectional'])
    if case['kind'] in ('relu', 'tanh'):
        net = torch.nn.RNN(case['features'], case['units'], nonlinearity=case['kind'], **made)
    else:
        net = getattr(torch.nn, case['kind'])(case['features'], case['units'], **made)
    net = net.to(dtype)
    def weight(name):
        place, kind = name.split('_', 1)
        return getattr(net, names[kind] + '_l' + place[1:] + ('_reverse' if place[0] == 'r' else ''))
    with torch.no_grad():
        for name, (shape, values) in case['weights'].items():
            weight(name).copy_(tensor(values, shape))
    x = tensor(case['x'][1], case['x'][0]).requires_grad_()
    states = [tensor(values, shape).requires_grad_() for shape, values in case['states']]
    given = (tuple(states) if len(states) > 1 else states[0]) if states else None
    y, last = net(x, given)
    last = list(last) if isinstance(last, tuple) else [last]
    results = [y, *last] if states else [y]
    heads = [tensor(values, result.shape) for result, values in zip(results, case['heads'])]
    torch.autograd.backward(results, heads)
    grads = [x.grad, *[state.grad for state in states], *[weight(name).grad for name in case['weights']]]
    return [t.flatten().tolist() for t in [*results, *grads]]
json.dump([[run(case, torch.float64), run(case, torch.float32)] for case in json.load(sys.stdin)], sys.stdout)
`

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const cpu = new Context('cpu', 0, () => engine)

interface Case {
  readonly kind: 'relu' | 'tanh' | 'LSTM' | 'GRU'
  readonly steps: number
  readonly samples: number
  readonly features: number
  readonly units: number
  readonly layers?: number
  readonly bidirectional?: boolean
  readonly layout?: 'TNC' | 'NTC'
  readonly states?: boolean
}

const kinds = ['relu', 'tanh', 'LSTM', 'GRU'] as const
const cases: Case[] = kinds.flatMap((kind): Case[] => [
  { kind, steps: 5, samples: 3, features: 4, units: 7, states: true },
  { kind, steps: 1, samples: 1, features: 1, units: 1, states: true },
  { kind, steps: 9, samples: 1, features: 3, units: 5 },
  { kind, steps: 4, samples: 2, features: 3, units: 5, layers: 2, states: true },
  { kind, steps: 6, samples: 3, features: 5, units: 4, layers: 2, bidirectional: true, states: true },
  { kind, steps: 3, samples: 4, features: 5, units: 6, layout: 'NTC', bidirectional: true, states: true },
  { kind, steps: 12, samples: 32, features: 20, units: 68 },
])

/** The largest distance from the truth, in shares of the largest value, or of 1 if that is more. */
function distance(got: ArrayLike<number>, truth: readonly number[]): number {
  const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  return truth.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0) / largest
}

function layerOf({ kind, units, layers = 1, bidirectional = false, layout = 'TNC' }: Case): RecurrentLayer {
  const options = { numLayers: layers, bidirectional, layout }
  if (kind === 'LSTM') return new LSTM(units, options)
  return kind === 'GRU' ? new GRU(units, options) : new RNN(units, { ...options, activation: kind })
}

const random = generator(3)
type Given = readonly [shape: readonly number[], values: number[]]
const drawn = (shape: readonly number[], scale = 1): Given => {
  const size = shape.reduce((product, n) => product * n, 1)
  return [shape, Array.from({ length: size }, () => Math.fround(scale * (2 * random() - 1)))]
}

const built = cases.map((of) => {
  const { steps, samples, features, units, layers = 1, bidirectional = false, layout = 'TNC' } = of
  const ways = bidirectional ? 2 : 1
  const gates = { relu: 1, tanh: 1, LSTM: 4, GRU: 3 }[of.kind]
  const weights: Record<string, Given> = {}
  for (let layer = 0; layer < layers; layer++) {
    for (const way of ['l', 'r'].slice(0, ways)) {
      const inputs = layer === 0 ? features : ways * units
      weights[`${way}${layer}_i2h_weight`] = drawn([gates * units, inputs], 1.5 / Math.sqrt(inputs))
      weights[`${way}${layer}_h2h_weight`] = drawn([gates * units, units], 1.5 / Math.sqrt(units))
      weights[`${way}${layer}_i2h_bias`] = drawn([gates * units])
      weights[`${way}${layer}_h2h_bias`] = drawn([gates * units])
    }
  }
  const count = of.states ? (of.kind === 'LSTM' ? 2 : 1) : 0
  const shape = [ways * layers, samples, units]
  const results = [[...(layout === 'TNC' ? [steps, samples] : [samples, steps]), ways * units]]
  for (let i = 0; i < count; i++) results.push(shape)
  return {
    ...{ kind: of.kind, features, units, layers, bidirectional, layout, weights },
    x: drawn(layout === 'TNC' ? [steps, samples, features] : [samples, steps, features]),
    states: Array.from({ length: count }, () => drawn(shape)),
    heads: results.map((shape) => drawn(shape)[1]),
    results,
  }
})

let known: number[][][][] | undefined
function truths(): number[][][][] {
  if (known) return known
  const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const input = JSON.stringify(built)
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
  expect(status, stderr).toBe(0)
  known = JSON.parse(stdout) as number[][][][]
  return known
}

/** Results and gradients, in the order of the script. */
function ours(index: number, ctx: Context): NDArray[] {
  const { x, states, heads, weights, results } = built[index]
  const given = ([shape, values]: Given) => {
    const made = array(values, { shape, ctx })
    made.attachGrad()
    return made
  }
  const layer = layerOf(cases[index])
  layer.initialize({ ctx })
  const parameters = layer.collectParams()
  for (const [name, [shape, values]] of Object.entries(weights)) {
    parameters.get(layer.prefix + name).setData(array(values, { shape, ctx }))
  }
  const [input, ...first] = [x, ...states].map(given)
  const made = record(() => {
    if (first.length === 0) return [layer(input)]
    const [y, last] = layer(input, first)
    return [y, ...last]
  })
  backward(
    made,
    heads.map((values, i) => array(values, { shape: results[i], ctx })),
  )
  const grads = [input, ...first].map(({ grad }) => grad as NDArray)
  return [...made, ...grads, ...Object.keys(weights).map((name) => parameters.get(layer.prefix + name).grad())]
}

const contexts = [
  ['cpu', cpu],
  ['reference', reference()],
] as const

test.each(cases.flatMap((of, index) => contexts.map(([name, ctx]) => ({ ...of, index, name, ctx }))))(
  '$kind on $name: $steps steps of $samples samples, $features features, $units units, $layers layers',
  async ({ index, ctx }) => {
    const [truth, torch] = truths()[index]
    const made = ours(index, ctx)
    expect(made.length).toBe(truth.length)
    for (const [i, one] of made.entries()) {
      const theirs = distance(torch[i], truth[i])
      const got = distance(await one.toArray(), truth[i])
      // a rounding of a result is 6e-8
      expect(got, `result ${i}: PyTorch is ${theirs} off`).toBeLessThanOrEqual(2 * theirs + 4e-7)
    }
  },
)
