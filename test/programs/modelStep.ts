// One training step of a model of the zoo beside PyTorch's: outputs, losses and gradients from the same weights.
import { autograd, gluon, init, loss, type NDArray, nn } from 'glueball'
import { expect } from 'vitest'
import { Trace } from './trace.ts'
import type { Notes, Twins } from './twin.ts'

type Name = Parameters<typeof gluon.models.getModel>[0]

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const distance = (a: readonly number[], b: readonly number[]) => largest(a.map((value, i) => value - b[i]))

/** At most 64 elements, evenly spaced. */
async function some(gradient: NDArray): Promise<number[]> {
  const values = await gradient.toArray()
  const count = Math.min(64, values.length)
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)])
}

/** Runs the step on two images of random pixels; without dropout, whose masks are each library's own. */
async function run(name: Name, side: number, batch: number): Promise<Trace> {
  const trace = new Trace()
  const X = trace.uniform('X', [batch, 3, side, side])
  const y = trace.integers('y', [batch], 10)
  const net = await gluon.models.getModel(name, { classes: 10 })
  net.initialize({ init: new init.Xavier({ factorType: 'in', magnitude: 2 }) })
  for (const [, block] of net.walk()) if (block instanceof nn.Dropout) Object.assign(block, { rate: 0 })
  net(X)
  const parameters = net.collectParams()
  await trace.start(parameters)
  await trace.note('prediction', net(X))
  const [output, losses] = autograd.record(() => {
    const scores = net(X)
    return [scores, new loss.SoftmaxCrossEntropyLoss()(scores, y)]
  })
  losses.backward()
  await trace.note('output', output)
  await trace.note('loss', losses)
  for (const parameter of parameters.values()) {
    if (parameter.gradReq === 'null') continue
    trace.notes.push({ name: `gradient of ${parameter.name}`, values: await some(parameter.grad()) })
  }
  return trace
}

/** Runs of PyTorch whose convolutions are off by what rounding leaves: two for each seed. */
const seeds = [1, 2, 3, 4]

/**
 * Compares the step with PyTorch's in float64, to twice the distance of PyTorch's in float32, or 1e-4 of the largest number.
 * Gradients that are zero in exact arithmetic, as of a bias before BatchNorm, may have 1e-6 of the largest one of all.
 *
 * A network of a million ReLUs has some whose operand is zero but for rounding. Which side of zero it falls on is a matter
 * of the order of sums, and changes the gradients of all layers before by percents. So where a number is beyond that
 * distance, PyTorch's own spread counts: that of runs whose convolutions are off by as much as rounding may leave.
 */
export async function compareStep(twins: Twins, name: Name, side: number, batch = 2): Promise<void> {
  const trace = await run(name, side, batch)
  const [truth, ...peers] = await twins.run(`models:${name}`, trace)
  expect(trace.notes.map(({ values }) => values.length)).toEqual(truth.map((values) => values.length))
  if (farNotes(trace, truth, peers).length > 0)
    for (const seed of seeds) peers.push(...(await twins.run(`models:${name}:${seed}`, trace)))
  expect(farNotes(trace, truth, peers).slice(0, 8)).toEqual([])
}

/** What is farther from the truth than it may be, by how much. */
function farNotes(trace: Trace, truth: Notes, peers: readonly Notes[]): string[] {
  const floor = 1e-6 * largest(truth.slice(3).map(largest))
  return trace.notes.flatMap(({ name, values }, i) => {
    const size = largest(truth[i])
    const spread = largest(peers.map((peer) => distance(peer[i], truth[i])))
    const [off, allowed] = [distance(values, truth[i]), Math.max(1e-4 * size, 2 * spread, i < 3 ? 0 : floor)]
    if (off <= allowed) return []
    return [`${name}: off by ${off.toPrecision(2)}, allowed ${allowed.toPrecision(2)} of ${size.toPrecision(2)}`]
  })
}
