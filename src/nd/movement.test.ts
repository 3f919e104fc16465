// flip, pad, roll, tile, repeat and stack: NumPy's values, gradients of gradients, images that keep their order, mistakes.
import { describe, expect, it } from 'vitest'
import { placed } from '../engines/wasm/orders.ts'
import { autograd, cpu, type NDArray, nd, nn, reference } from '../index.ts'
import { move } from '../kinds/movement/movement.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())

describe.each([cpu(), reference()])('movements on %s', (ctx) => {
  const x = nd.array(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { ctx },
  )

  it.each([
    ['flip', () => x.flip(1), [2, 3], '321654'],
    ['flip of two axes', () => nd.flip(x, [0, -1]), [2, 3], '654321'],
    ['pad by reflection', () => x.pad('reflect', [1, 0, 2, 1]), [3, 6], '654565321232654565'],
    ['pad by edges', () => nd.pad(x, 'edge', [1, 0, 2, 1]), [3, 6], '111233111233444566'],
    ['pad by a number', () => x.pad('constant', [1, 0, 2, 1], { constantValue: 9 }), [3, 6], '999999991239994569'],
    ['roll', () => x.roll(1), [2, 3], '612345'],
    ['roll of rows', () => x.roll(-2, { axis: 1 }), [2, 3], '312645'],
    ['roll of two axes', () => nd.roll(x, [1, 1], { axis: [0, 1] }), [2, 3], '645312'],
    ['roll of one axis by two shifts', () => nd.roll(x, [3, -1], { axis: 1 }), [2, 3], '231564'],
    ['tile', () => x.tile([2, 2]), [4, 6], '123123456456123123456456'],
    ['tile along new axes', () => nd.tile(x, [2, 1, 1]), [2, 2, 3], '123456123456'],
    ['repeat', () => x.repeat(2), [12], '112233445566'],
    ['repeat of rows', () => nd.repeat(x, 2, { axis: 0 }), [4, 3], '123123456456'],
    ['repeat of columns', () => x.repeat(2, { axis: 1 }), [2, 6], '112233445566'],
    ['stack', () => nd.stack(x, x.add(3), { axis: 1 }), [2, 2, 3], '123456456789'],
  ] as const)('%s gives what NumPy gives', async (_name, run, shape, digits) => {
    const y = run()
    expect([[...y.shape], (await list(y)).join('')]).toEqual([shape, digits])
  })

  it('gives gradients of gradients where elements are moved several times', async () => {
    const z = nd.array([1, 2, 3], { ctx })
    z.attachGrad()
    const cubes = autograd.record(() => {
      const moved = z.pad('reflect', [2, 1]).tile(2)
      const [slope] = autograd.grad(moved.multiply(moved).multiply(moved).sum(), [z], null, { createGraph: true })
      return slope.sum()
    })
    cubes.backward()
    // reflected by 2 before and 1 behind: 3 2 1 2 3 2, twice; (z³)'' = 6 z
    expect(await list(z.grad as NDArray)).toEqual([1 * 2 * 6, 3 * 2 * 12, 2 * 2 * 18])
  })

  it('refuses to write values with a history in place', () => {
    const [target, values] = [nd.zeros([2, 3], { ctx }), nd.ones([2, 1], { ctx })]
    values.attachGrad()
    const write = () => target.setSlice([0, 1], [2, 2], values)
    expect(() => autograd.record(write)).toThrow('[setSlice] cannot write in place inside record')
  })
})

it('leaves images between convolutions channels last', () => {
  const conv = new nn.Conv2D(16, 3, { padding: 1 })
  conv.initialize()
  const [a, b] = [conv(nd.ones([2, 8, 6, 6])), conv(nd.zeros([2, 8, 6, 6]))]
  const joined = nd.concat(a, b)
  const made = [
    joined,
    nd.split(joined, 2)[1],
    joined.flip(3),
    joined.roll(1, { axis: [2, 3] }),
    joined.pad('edge', [0, 0, 0, 0, 1, 1, 1, 1]),
  ]
  expect([a, ...made].map(({ value }) => placed(value).order)).toEqual(Array(6).fill('channelsLast'))
  expect(placed(joined.transpose([0, 2, 3, 1]).value).order).toBe('plain')
})

it('refuses moves that leave an array', () => {
  const x = nd.ones([3])
  const beyond = { name: 'beyond', arrange: () => ({ shapes: [[3]], moves: [{ box: [3], from: { start: [1] } }] }) }
  expect(() => move(beyond, [x], null)).toThrow('[beyond] a move of (3,) from (3,) to (3,) leaves an array')
  for (const call of [nd.flip, nd.roll, nd.tile, nd.repeat])
    expect(() => call([1] as never, 0)).toThrow('takes arrays, got a list')
})
