// Recurrent cells: unrolled, over samples of several lengths, changed by other cells, with gradients of gradients.
import { autograd, type NDArray, nd, random, reference, rnn } from 'glueball'
import { describe, expect, it } from 'vitest'

const ctx = reference()
const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]
const uniform = (...shape: number[]) => nd.random.uniform({ low: -1, high: 1, shape, ctx })

async function expectClose(got: NDArray, want: NDArray, distance = 1e-6): Promise<void> {
  expect([...got.shape]).toEqual([...want.shape])
  const [a, b] = [await list(got), await list(want)]
  for (const [i, value] of a.entries()) expect(Math.abs(value - b[i]), `element ${i}`).toBeLessThanOrEqual(distance)
}

function withGrad(array: NDArray): NDArray {
  array.attachGrad()
  return array
}

describe('a recurrent cell', () => {
  it.each([
    ['LSTMCell', () => new rnn.LSTMCell(3, { inputSize: 3 })],
    ['GRUCell', () => new rnn.GRUCell(3, { inputSize: 3 })],
    ['RNNCell', () => new rnn.RNNCell(3, { inputSize: 3 })],
  ] as const)('%s has gradients of gradients', async (_, make) => {
    const cell = make()
    cell.initialize({ ctx, init: 'xavier' })
    cell.cast('float64')
    const values = await list(uniform(2, 2, 3))
    /** Σ (d outputs / d x)². */
    const penalty = (numbers: number[]) => {
      const x = withGrad(nd.array(numbers, { shape: [2, 2, 3], dtype: 'float64', ctx }))
      const value = autograd.record(() => {
        const [outputs] = cell.unroll(2, x, { mergeOutputs: true })
        return autograd.grad(outputs.square().sum(), [x], null, { createGraph: true })[0].square().sum()
      })
      return { x, value }
    }
    const { x, value } = penalty(values)
    value.backward()
    const slope = await list(x.grad as NDArray)
    for (const i of [0, 4, 11]) {
      const at = async (change: number) => penalty(values.with(i, values[i] + change)).value.asscalar()
      const difference = ((await at(1e-4)) - (await at(-1e-4))) / 2e-4
      expect(Math.abs(slope[i] - difference)).toBeLessThan(1e-6 + 1e-6 * Math.abs(difference))
    }
  })

  it('unrolls a list, and gives a list or one array', async () => {
    const cell = new rnn.GRUCell(3)
    cell.initialize({ ctx })
    const x = uniform(2, 4, 5)
    const steps = Array.from({ length: 4 }, (_, t) => nd.squeeze(x.sliceAxis(1, t, t + 1), 1))
    const [outputs] = cell.unroll(4, steps)
    const [merged] = cell.unroll(4, x, { mergeOutputs: true })
    expect(outputs.length).toBe(4)
    expect([...merged.shape]).toEqual([2, 4, 3])
    await expectClose(nd.stack(...outputs, { axis: 1 }), merged, 0)
    const [one, states] = cell(steps[0], cell.beginState(2, { ctx }))
    await expectClose(one, outputs[0], 0)
    expect(states.length).toBe(1)
  })

  const cells = [
    ['LSTMCell', () => new rnn.LSTMCell(3)],
    ['a stack', () => stackOf(new rnn.GRUCell(3), new rnn.DropoutCell(0.5), new rnn.RNNCell(3))],
    ['both directions', () => new rnn.BidirectionalCell(new rnn.LSTMCell(3), new rnn.LSTMCell(3))],
    [
      'a stack of both',
      () => stackOf(new rnn.BidirectionalCell(new rnn.GRUCell(3), new rnn.GRUCell(2)), new rnn.RNNCell(3)),
    ],
    ['ResidualCell', () => new rnn.ResidualCell(new rnn.GRUCell(5))],
    ['ZoneoutCell', () => new rnn.ZoneoutCell(new rnn.GRUCell(3), { zoneoutOutputs: 0.5, zoneoutStates: 0.5 })],
  ] as const

  function stackOf(...parts: rnn.RecurrentCell[]): rnn.SequentialRNNCell {
    const stack = new rnn.SequentialRNNCell()
    stack.add(...parts)
    return stack
  }

  it.each(cells)('%s of samples of several lengths goes as far as each of them', async (_, make) => {
    const cell = make()
    cell.initialize({ ctx, init: 'xavier' })
    const x = uniform(3, 4, 5)
    const lengths = [2, 4, 1]
    const validLength = nd.array(lengths, { ctx })
    const [outputs, states] = cell.unroll(4, x, { validLength })
    for (const [n, length] of lengths.entries()) {
      const own = x.slice([n, 0], [n + 1, length])
      const [alone, end] = cell.unroll(length, own, { mergeOutputs: true })
      await expectClose(outputs.slice([n, 0], [n + 1, length]), alone)
      const rest = await list(outputs.slice([n, length], [n + 1, 4]))
      expect(rest.every((value) => value === 0)).toBe(true)
      for (const [i, state] of states.entries()) await expectClose(state.slice([n], [n + 1]), end[i])
    }
    const [steps] = cell.unroll(4, x, { validLength, mergeOutputs: false })
    await expectClose(nd.stack(...steps, { axis: 1 }), outputs, 0)
    const turned = nd.swapaxes(x, 0, 1)
    const [other] = cell.unroll(4, turned, { validLength, layout: 'TNC' })
    await expectClose(other, nd.swapaxes(outputs, 0, 1), 0)
  })

  it('sums what a residual cell adds, and keeps what zoneout keeps', async () => {
    const base = new rnn.RNNCell(5)
    const residual = new rnn.ResidualCell(base)
    residual.initialize({ ctx })
    const [x, states] = [uniform(2, 5), residual.beginState(2, { ctx })]
    await expectClose(residual(x, states)[0], base(x, states)[0].add(x))
    random.seed(1)
    const zoneout = new rnn.ZoneoutCell(base, { zoneoutOutputs: 0.5, zoneoutStates: 0.5 })
    const old = [nd.full([2, 5], 7, { ctx })]
    const plain = await list(base(x, old)[0])
    expect(await list(zoneout(x, old)[0])).toEqual(plain)
    zoneout.reset()
    const [output, [next]] = autograd.trainMode(() => zoneout(x, old))
    const [outputs, kept] = [await list(output), await list(next)]
    expect(outputs.every((value, i) => value === 0 || value === plain[i])).toBe(true)
    expect(kept.every((value, i) => value === 7 || value === plain[i])).toBe(true)
    expect(new Set(outputs.map((value) => value === 0)).size).toBe(2)
    expect(kept.includes(7)).toBe(true)
    const [again] = autograd.trainMode(() => zoneout(x, old))
    const before = outputs
    expect((await list(again)).every((value, i) => value === before[i] || value === plain[i])).toBe(true)
  })

  it("saves a stack under Gluon's names", () => {
    const stack = stackOf(
      new rnn.BidirectionalCell(new rnn.GRUCell(3), new rnn.GRUCell(2)),
      new rnn.ResidualCell(new rnn.RNNCell(5)),
    )
    const names = [...stack.walk()].flatMap(([path, block]) =>
      [...block.ownParameters.keys()].map((key) => `${path}.${key}`),
    )
    expect(names.filter((name) => name.endsWith('i2h_weight'))).toEqual([
      '0.l_cell.i2h_weight',
      '0.r_cell.i2h_weight',
      '1.base_cell.i2h_weight',
    ])
  })
})
