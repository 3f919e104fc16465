// All optimizers beside MXNet's formulas in float64 (test/golden/optimizers.py), ten steps through the trainer.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, cpu, gluon, lrScheduler, nd, type optimizer, reference } from 'glueball'
import { afterAll, describe, expect, it } from 'vitest'

type Options = Readonly<Record<string, unknown>>

interface Case {
  readonly optimizer: string
  readonly own: Options
  readonly setting: Options & {
    readonly scheduler?: string
    readonly lr_mult?: boolean
    readonly learning_rate?: number
  }
  readonly gradients: 'ordinary' | 'zero' | 'huge'
  /** After 1 step and after 10. */
  readonly weights: readonly (readonly number[])[]
}

interface Golden {
  readonly shapes: readonly (readonly number[])[]
  readonly lrMult: readonly number[]
  readonly wdMult: readonly number[]
  readonly batch: number
  readonly start: readonly number[]
  readonly gradients: Readonly<Record<string, readonly (readonly number[])[]>>
  readonly cases: readonly Case[]
}

const golden = JSON.parse(readFileSync(new URL('../../test/golden/optimizers.json', import.meta.url), 'utf8')) as Golden
const sizes = golden.shapes.map((shape) => shape.reduce((product, n) => product * n, 1))

/** Options as they are spelled here. */
const spelled = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name.replace(/_(.)/g, (_, x) => x.toUpperCase()), value]),
  )

/** Values of all parameters, one array for each. */
function arraysOf(values: readonly number[], ctx: ReturnType<typeof cpu>) {
  let from = 0
  return golden.shapes.map((shape, k) => nd.array(values.slice(from, (from += sizes[k])), { shape, ctx }))
}

function schedulerOf(name: string, base: number): optimizer.OptimizerOptions['lrScheduler'] {
  if (name === 'poly') {
    return new lrScheduler.PolyScheduler(8, { baseLr: base, pwr: 1.5, finalLr: 0.1 * base, warmupSteps: 3 })
  }
  if (name === 'multifactor') return new lrScheduler.MultiFactorScheduler([2, 5], { factor: 0.5 })
  return (numUpdate) => base / Math.sqrt(numUpdate)
}

function optionsOf({ own, setting }: Case): Options {
  const { scheduler, lr_mult: _, learning_rate: rate, ...rest } = setting
  return {
    ...spelled({ ...own, ...rest }),
    ...(rate !== undefined && { learningRate: rate }),
    ...(scheduler && { lrScheduler: schedulerOf(scheduler, 0.2) }),
  }
}

/** Parameters that start as the golden ones do, and the trainer of a case. */
function setUp(of: Case, ctx: ReturnType<typeof cpu>) {
  const parameters = arraysOf(golden.start, ctx).map((start, k) => {
    const parameter = new gluon.Parameter(`p${k}`, { shape: [...golden.shapes[k]] })
    parameter.initialize({ ctx, init: 'zeros' })
    parameter.setData(start)
    if (of.setting.lr_mult) Object.assign(parameter, { lrMult: golden.lrMult[k], wdMult: golden.wdMult[k] })
    return parameter
  })
  return { ctx, parameters, trainer: new gluon.Trainer(parameters, of.optimizer as string, optionsOf(of)) }
}

function step({ parameters, trainer, ctx }: ReturnType<typeof setUp>, gradients: readonly number[]): void {
  const given = arraysOf(gradients, ctx)
  const losses = autograd.record(() => parameters.map((p, k) => p.data().multiply(given[k]).sum()))
  autograd.backward(losses)
  trainer.step(golden.batch)
}

const valuesOf = async (parameters: readonly gluon.Parameter[]): Promise<number[]> =>
  (await Promise.all(parameters.map((p) => p.data().toArray()))).flatMap((values) => [...values])

const zeros = Array(10).fill(golden.start.map(() => 0)) as number[][]
const gradientsOf = ({ gradients }: Case) => golden.gradients[gradients] ?? zeros
const nameOf = ({ optimizer, own, setting, gradients }: Case) =>
  `${optimizer} ${JSON.stringify(own)}, ${gradients} gradients, ${JSON.stringify(setting)}`

/** How far a weight may be off: rounding of ten steps, against the largest value that its parameter has had. */
function expectClose(got: readonly number[], wanted: readonly number[], what: string): void {
  const scale = Math.max(1, ...wanted.map(Math.abs))
  for (const [i, want] of wanted.entries())
    expect(Math.abs(got[i] - want) / scale, `${what}, weight ${i}`).toBeLessThan(1e-6)
}

describe.each([cpu(), reference()])('on %s', (ctx) => {
  it.each(golden.cases.map((of) => [nameOf(of), of] as const))('%s', async (_, of) => {
    const run = setUp(of, ctx)
    for (const [t, gradients] of gradientsOf(of).entries()) {
      step(run, gradients)
      if (t === 0) expectClose(await valuesOf(run.parameters), of.weights[0], 'after 1 step')
    }
    expectClose(await valuesOf(run.parameters), of.weights[1], 'after 10 steps')
  })
})

const distinct = golden.cases.filter(({ gradients, setting }) => gradients === 'ordinary' && setting.lr_mult)

const folder = mkdtempSync(join(tmpdir(), 'glueball-optimizers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each(distinct.map((of) => [nameOf(of), of] as const))('%s: resumes to the same bits', async (_, of) => {
  const all = gradientsOf(of)
  const [whole, first] = [setUp(of, cpu()), setUp(of, cpu())]
  for (const gradients of all) step(whole, gradients)
  const expected = await valuesOf(whole.parameters)
  for (const gradients of all.slice(0, 4)) step(first, gradients)
  const [path, state] = [join(folder, 'states'), await first.trainer.state()]
  await first.trainer.saveStates(path)
  for (const from of ['JSON', 'a file']) {
    const second = setUp(of, cpu())
    for (const [k, parameter] of second.parameters.entries()) parameter.setData(first.parameters[k].data())
    if (from === 'JSON') second.trainer.restore(JSON.parse(JSON.stringify(state)))
    else await second.trainer.loadStates(path)
    for (const gradients of all.slice(4)) step(second, gradients)
    expect(await valuesOf(second.parameters), from).toEqual(expected)
  }
  expect(state.slots).toBe(first.trainer.optimizer.stateCount)
})

/** A parameter of two weights, and a trainer whose rate is that of a list. */
async function withRates(name: 'lars' | 'ftrl', rates: readonly number[], options: object): Promise<number[][]> {
  const parameter = new gluon.Parameter('p', { shape: [2] })
  parameter.initialize({ init: 'zeros' })
  parameter.setData(nd.array([3, 4]))
  const trainer = new gluon.Trainer([parameter], name, {
    ...options,
    lrScheduler: (update: number) => rates[update - 1],
  })
  const seen: number[][] = []
  for (const _ of rates) {
    autograd.record(() => parameter.data().multiply(nd.array([0.6, 0.8]))).backward()
    trainer.step(1)
    seen.push([...(await parameter.data().toArray())])
  }
  return seen
}

it('LARS forgets its momentum at a rate of 0, and scales it along with every other', async () => {
  const rates = [0.5, 0.25, 0, 0.5, 1]
  const seen = await withRates('lars', rates, { momentum: 0.9, eta: 0.1 })
  let [w, m, last] = [[3, 4], [0, 0], rates[0]]
  for (const [t, lr] of rates.entries()) {
    const trust = 0.1 * Math.hypot(...w) // the gradient has length 1
    const kept = last === 0 ? 0.9 : (0.9 * lr) / last
    m = m.map((x, i) => kept * x - trust * lr * [0.6, 0.8][i])
    w = w.map((x, i) => x + m[i])
    last = lr
    for (const i of [0, 1]) expect(seen[t][i]).toBeCloseTo(w[i], 5)
  }
  expect(seen[2]).toEqual(seen[1])
})

it('Ftrl changes nothing at a rate of 0', async () => {
  const seen = await withRates('ftrl', [0, 0.1, 0], {})
  expect(seen[0]).toEqual([3, 4])
  expect(seen[2]).toEqual(seen[1])
  expect(seen[1].every(Number.isFinite)).toBe(true)
})
