// Cases of metrics, and the check of them beside NumPy on a context, whole and stopped in the middle.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Context, metric, nd } from 'glueball'
import { expect, test } from 'vitest'
import { numberToJson } from '../../src/io/saved.ts'
import { generator } from '../../src/ops/cases.ts'

interface Given {
  readonly shape: readonly number[]
  readonly values: readonly number[]
  readonly dtype?: 'int32'
}

/** Pairs of labels and predictions. */
type Update = readonly (readonly [label: Given, pred: Given])[]

interface Case {
  readonly name: string
  readonly metric: string
  readonly options: Readonly<Record<string, unknown>>
  readonly updates: readonly Update[]
}

const random = generator(23)
const made = (shape: readonly number[], make: () => number): Given => {
  const size = shape.reduce((product, n) => product * n, 1)
  return { shape, values: Array.from({ length: size }, () => Math.fround(make())) }
}
const real = (...shape: number[]) => made(shape, () => 6 * random() - 3)
const share = (...shape: number[]) => made(shape, () => 0.01 + 0.98 * random())
const tied = (...shape: number[]) => made(shape, () => Math.floor(3 * random()))
const labels = (count: number, ...shape: number[]): Given => ({
  ...made(shape, () => Math.floor(count * random())),
  dtype: 'int32',
})
const floats = ({ shape, values }: Given): Given => ({ shape, values })
const numbers = (...values: number[]): Given => ({ shape: [values.length], values })
const rows = (...values: number[][]): Given => ({ shape: [values.length, values[0].length], values: values.flat() })

function several(metric: string, options: object, make: (samples: number) => readonly [Given, Given]): Case {
  const updates = [5, 1, 8, 33].map((samples): Update => [make(samples)])
  const lists = [[make(7), make(2)], [make(1)]]
  return { name: 'of updates and lists', metric, options: options as Case['options'], updates: [...updates, ...lists] }
}

const once = (name: string, metric: string, options: object, ...pairs: Update): Case => {
  return { name, metric, options: options as Case['options'], updates: [pairs] }
}

const { NaN: none, POSITIVE_INFINITY: inf } = Number
const two = (n: number) => [labels(2, n), share(n, 2)] as const

const cases: Case[] = [
  several('Accuracy', {}, (n) => [labels(4, n), real(n, 4)]),
  several('Accuracy', { axis: 2 }, (n) => [labels(3, n, 5), real(n, 5, 3)]),
  several('TopKAccuracy', { topK: 3 }, (n) => [labels(7, n), real(n, 7)]),
  several('TopKAccuracy', { topK: 2 }, (n) => [floats(labels(5, n)), tied(n, 5)]),
  several('TopKAccuracy', { topK: 9 }, (n) => [labels(4, n, 1), tied(n, 4)]),
  once('with labels out of range', 'TopKAccuracy', { topK: 2 }, [
    numbers(3, -1, 0),
    rows([0, 0, 1], [0, 0, 1], [2, 1, 0]),
  ]),
  once('with NaN', 'TopKAccuracy', { topK: 2 }, [
    numbers(0, 1, 0, 2, 0),
    rows([1, none, 0], [1, none, 0], [none, none, 1], [none, none, 1], [none, none, none]),
  ]),
  several('CrossEntropy', {}, (n) => [labels(4, n), share(n, 4)]),
  several('NegativeLogLikelihood', { eps: 0.1 }, (n) => [floats(labels(4, n)), share(n, 4)]),
  once('of probabilities 0 and 1', 'CrossEntropy', {}, [numbers(0, 1), rows([0, 1], [0, 1])]),
  several('Perplexity', { ignoreLabel: null }, (n) => [labels(4, n), share(n, 4)]),
  several('Perplexity', { ignoreLabel: 0 }, (n) => [labels(4, n), share(n, 4)]),
  several('Perplexity', { ignoreLabel: 2 }, (n) => [floats(labels(4, n, 3)), share(n, 3, 4)]),
  several('Perplexity', { ignoreLabel: -1, axis: 1 }, (n) => [labels(4, n, 3), share(n, 4, 3)]),
  once('of nothing but ignored labels', 'Perplexity', { ignoreLabel: 1 }, [numbers(1, 1), share(2, 3)]),
  once('of probability 0', 'Perplexity', { ignoreLabel: null }, [numbers(0, 1), rows([0, 1], [0, 1])]),
  ...(['F1', 'MCC'] as const).flatMap((name) => [
    several(name, {}, two),
    several(name, { average: 'micro' }, two),
    several(name, { average: 'macro' }, (n) => [floats(labels(2, n, 1)), real(n, 3)]),
    ...[{}, { average: 'micro' }].flatMap((options) => [
      once('of nothing right', name, options, [numbers(0, 1), rows([0, 1], [1, 0])]),
      once('of all right', name, options, [numbers(0, 1), rows([1, 0], [0, 1])]),
      once('of one class', name, options, [numbers(1, 1), rows([0, 1], [1, 0])]),
      once('of labels −1 and 1', name, options, [numbers(-1, 1, 1, -1), rows([0, 1], [1, 0], [0, 1], [1, 0])]),
      once('of many', name, options, two(30_000)),
    ]),
  ]),
  ...(['MAE', 'MSE', 'RMSE'] as const).flatMap((name) => [
    several(name, {}, (n) => [real(n), real(n)]),
    several(name, {}, (n) => [real(n, 3), real(n, 3)]),
    several(name, {}, (n) => [labels(9, n), real(n, 1)]),
    once('of a column and rows', name, {}, [real(4), real(4, 3)]),
    once('of Infinity', name, {}, [numbers(1, inf), numbers(1, 2)]),
    once('of NaN', name, {}, [numbers(1, none), numbers(1, 2)]),
  ]),
  several('PearsonCorrelation', {}, (n) => [real(n + 2, 3), real(n + 2, 3)]),
  several('PearsonCorrelation', {}, (n) => [labels(9, n + 4), made([n + 4], () => 1e4 + random())]),
  once('of a constant', 'PearsonCorrelation', {}, [numbers(1, 1, 1), numbers(1, 2, 3)]),
  once('of a line', 'PearsonCorrelation', {}, [numbers(1, 2, 3), numbers(-10, -20, -30)]),
  several('Loss', {}, (n) => [real(n), real(n, 2)]),
]

const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
const script = fileURLToPath(new URL('metrics.py', import.meta.url))
const { status, stdout, stderr } = spawnSync(python, [script], {
  input: JSON.stringify(cases, (_, value) => (typeof value === 'number' ? numberToJson(value) : value)),
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
})
if (status !== 0) throw new Error(stderr)
const wanted = JSON.parse(stdout) as (number | string)[]

const classes = metric as unknown as Readonly<Record<string, new (...args: unknown[]) => metric.Metric>>

function makeOf({ metric: name, options }: Case): metric.Metric {
  const { ignoreLabel, ...rest } = options
  return name === 'Perplexity' ? new classes[name](ignoreLabel, rest) : new classes[name](options)
}

function update(target: metric.Metric, pairs: Update, ctx: Context): void {
  const array = ({ shape, values, dtype }: Given) =>
    nd.array(dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values), { shape, ctx })
  const [first] = pairs
  if (pairs.length === 1) target.update(array(first[0]), array(first[1]))
  else
    target.update(
      pairs.map(([label]) => array(label)),
      pairs.map(([, pred]) => array(pred)),
    )
}

/** A test for each case, on the contexts given. */
export function checkMetrics(contexts: () => Promise<readonly Context[]>): void {
  test.each(cases.map((one, i) => [`${one.metric} ${one.name} ${JSON.stringify(one.options)}`, one, i] as const))(
    '%s',
    async (_, one, i) => {
      for (const ctx of await contexts()) await checkOn(ctx, one, Number(wanted[i]))
    },
  )
}

async function checkOn(ctx: Context, one: Case, want: number): Promise<void> {
  const whole = makeOf(one)
  let stopped = makeOf(one)
  for (const pairs of one.updates) {
    update(whole, pairs, ctx)
    const state = JSON.parse(JSON.stringify(await stopped.state()))
    stopped = makeOf(one)
    stopped.restore(state)
    update(stopped, pairs, ctx)
  }
  const [name, value] = await whole.get()
  if (Number.isFinite(want)) expect(Math.abs(value - want)).toBeLessThanOrEqual(2e-6 * Math.max(Math.abs(want), 0.1))
  else expect(value).toBe(want)
  expect(await stopped.get()).toEqual([name, value])
  whole.reset()
  expect((await whole.get())[1]).toBe(Number.NaN)
}
