// batchNorm reads memory twice each way: counted in calls, and in the phases of each call.
import { afterEach, expect, it } from 'vitest'
import { attachGrad, backward, record } from '../../autograd/autograd.ts'
import type { Call } from '../../core/engine.ts'
import { listen } from '../../core/listen.ts'
import { sizeOf } from '../../core/shape.ts'
import { nd } from '../../index.ts'
import type { PlannedArray } from '../../kernel/wasm/plan.ts'
import { formulaWasm } from '../../kinds/formula/formula.wasm.ts'
import { reductionWasm } from '../../kinds/reduction/reduction.wasm.ts'
import { batchNorm } from './batchNorm.ts'

const images = [8, 16, 20, 20]
const calls: Call[] = []
let stop = () => {}
afterEach(() => stop())

const isWhole = ({ shape }: { readonly shape: readonly number[] }) => sizeOf(shape) === sizeOf(images)

/** The phases of a call that read images. */
function readings({ op, inputs, attrs, outputs }: Call): number {
  const planned = (values: Call['inputs']) =>
    values.map(({ shape, dtype }): PlannedArray => ({ shape, dtype, order: 'plain' }))
  const kernel = op === 'formula' ? formulaWasm : reductionWasm
  const { phases } = kernel.plan(planned(inputs), attrs as never, planned(outputs), 'plain', false)
  const whole = new Set(inputs.flatMap((value, i) => (isWhole(value) ? [i] : [])))
  const reads = (word: unknown) => typeof word === 'object' && word !== null && 'input' in word
  return phases.filter(({ args }) => args.some((word) => reads(word) && whole.has((word as { input: number }).input)))
    .length
}

it.each([undefined, 'relu'] as const)('reads images twice forward and twice backward, activation %s', (activation) => {
  const [x, gamma, beta] = [nd.ones(images), nd.ones([16]), nd.zeros([16])]
  for (const array of [x, gamma, beta]) attachGrad(array)
  const dy = nd.ones(images)
  stop = listen((call) => call.parts === undefined && calls.push(call))
  const passes = () => {
    const made = calls.splice(0).filter(({ inputs }) => inputs.some(isWhole))
    return made.map((call) => `${call.name} ${readings(call)}`)
  }
  const [y] = record(() => batchNorm(x, gamma, beta, activation ? { activation } : {}))
  expect(passes()).toEqual(['var 1', 'batchNorm 1'])
  backward(y, dy)
  expect(passes()).toEqual(['batchNormGradient 1', 'batchNormGradient 1'])
})
