// Gradients of repeated operands, views and ReLU, gradients as new arrays, and gradients of gradients.
import { autograd, cpu, init, loss, type NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { conv } from '../ops/conv/conv.ts'

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const { record } = autograd

  function of(values: nd.NestedNumbers, gradReq?: 'write' | 'add' | 'null'): NDArray {
    const array = nd.array(values, { ctx })
    if (gradReq) array.attachGrad(gradReq)
    return array
  }

  async function list(array: NDArray | null): Promise<number[]> {
    return array ? [...(await array.toArray())] : []
  }

  describe('gradients', () => {
    it('are summed over the axes along which an operand was repeated', async () => {
      const a = nd.array([1, 2, 3, 4, 5, 6], { ctx, shape: [2, 3] })
      const row = of([10, 20, 30])
      const column = nd.array([1, 2], { ctx, shape: [2, 1] })
      for (const array of [a, row, column]) array.attachGrad()
      record(() => a.multiply(row).add(column)).backward()
      expect(await list(a.grad)).toEqual([10, 20, 30, 10, 20, 30])
      expect(await list(row.grad)).toEqual([5, 7, 9])
      expect(String(row.grad?.shape)).toBe('(3,)')
      expect(await list(column.grad)).toEqual([3, 3])
      expect(String(column.grad?.shape)).toBe('(2, 1)')
      record(() => row.multiply(column)).backward()
      expect(await list(row.grad)).toEqual([3, 3, 3])
      expect(await list(column.grad)).toEqual([60, 60])
    })

    it('of ReLU are 0 at 0, of comparisons and argmax nothing', async () => {
      const x = of([-1, 0, 2], 'write')
      record(() => x.relu()).backward()
      expect(await list(x.grad)).toEqual([0, 0, 1])
      record(() => x.multiply(x.greater(0)).add(x.argmax())).backward()
      expect(await list(x.grad)).toEqual([0, 0, 1])
    })

    it('reach views, and only the part they show', async () => {
      const x = nd.array([1, 2, 3, 4, 5, 6], { ctx, shape: [3, 2] })
      x.attachGrad()
      record(() => x.slice([1], [2]).multiply(x.at(2)).reshape([-1])).backward()
      expect(await list(x.grad)).toEqual([0, 0, 5, 6, 3, 4])
    })
  })

  describe('grad', () => {
    it('returns new arrays and leaves the buffers as they are', async () => {
      const x = of([1, 2], 'write')
      const unused = of([1, 1], 'write')
      const y = record(() => x.multiply(x))
      const [dx, none] = autograd.grad(y, [x, unused])
      expect(await list(dx)).toEqual([2, 4])
      expect(await list(none)).toEqual([0, 0])
      expect(await list(x.grad)).toEqual([0, 0])
    })

    it('takes values on the way as variables', async () => {
      const x = of([1, 2], 'write')
      const [y, z] = record(() => {
        const y = x.multiply(3)
        return [y, y.multiply(y)]
      })
      const [dy, dx] = autograd.grad(z, [y, x])
      expect(await list(dy)).toEqual([6, 12])
      expect(await list(dx)).toEqual([18, 36])
    })

    it('leaves gradients that somebody still reads as they were, though a convolution writes its own in place', async () => {
      const one = (value: number) => nd.array([value], { ctx, shape: [1, 1, 1, 1] })
      const weight = one(2)
      const bias = of([0.5], 'write')
      const shown = one(-3)
      weight.attachGrad()
      const activated = (x: NDArray) => conv(x, weight, bias, { activation: 'relu' })
      const step = () => record(() => [activated(shown), activated(one(1))])
      const heads = [one(5), one(7)]
      autograd.backward(step(), heads)
      expect(await list(bias.grad)).toEqual([7])
      expect(await list(weight.grad)).toEqual([7])
      expect(await Promise.all(heads.map(list))).toEqual([[5], [7]])
      const [dead, alive] = step()
      const scaled = record(() => dead.add(alive).multiply(4))
      const [dDead, dBias, dWeight] = autograd.grad(scaled, [dead, bias, weight])
      expect(await list(dDead)).toEqual([4])
      expect(await list(dBias)).toEqual([4])
      expect(await list(dWeight)).toEqual([4])
    })

    it('records itself with createGraph, for second order', async () => {
      const x = of([2, 3], 'write')
      record(() => {
        const cube = x.multiply(x).multiply(x)
        const [dx] = autograd.grad(cube, x, null, { createGraph: true })
        return dx.multiply(dx).keep()
      }).backward()
      // d/dx (3x²)² = 36x³
      expect(await list(x.grad)).toEqual([288, 972])
    })

    it.each([
      ['exp', (x: number) => Math.exp(x)],
      ['tanh', (x: number) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2)],
      ['log', (x: number) => -1 / (x * x)],
      ['square', () => 2],
      ['sqrt', (x: number) => -0.25 * x ** -1.5],
    ] as const)('gives the second derivative of %s', async (name, second) => {
      const x = of([0.5, 1.5], 'write')
      record(() => autograd.grad(x[name](), x, null, { createGraph: true })[0]).backward()
      const got = await list(x.grad)
      for (const [i, at] of [0.5, 1.5].entries()) expect(got[i]).toBeCloseTo(second(at), 5)
    })

    it('refuses variables without a gradient, and none at all', () => {
      const x = of([1], 'write')
      const y = record(() => x.multiply(2))
      expect(() => autograd.grad(y, of([1]))).toThrow(/\[grad\].*has no gradient: call attachGrad/)
      expect(() => autograd.grad(y, [])).toThrow(/no variables/)
    })
  })
})

it('has right gradients of gradients through convolution, mean pooling, a dense layer and the loss', async () => {
  const ctx = reference()
  const net = new nn.Sequential()
  const conv = new nn.Conv2D(3, 3, { padding: 1, activation: 'tanh', inChannels: 2 })
  net.add(conv, new nn.AvgPool2D(), new nn.Flatten(), new nn.Dense(4, { inUnits: 27, activation: 'sigmoid' }))
  nd.random.seed(1)
  net.initialize({ ctx, init: new init.Xavier() })
  net.cast('float64')
  const x = nd.random.normal({ shape: [2, 2, 6, 6], ctx }).astype('float64')
  const label = nd.array([0, 2], { ctx, dtype: 'float64' })
  const crossLoss = new loss.SoftmaxCrossEntropyLoss()
  x.attachGrad()
  const penalty = (): NDArray =>
    autograd.record(() => {
      const [dx] = autograd.grad(crossLoss(net(x), label), x, null, { createGraph: true })
      return dx.multiply(dx).sum()
    })
  penalty().backward()
  for (const parameter of net.collectParams('.*weight').values()) {
    const { shape } = parameter
    const [values, gradient] = [await parameter.data().toArray(), await parameter.grad().toArray()]
    const direction = Float64Array.from(values, (_, i) => Math.sin(i + 1))
    const at = (step: number): Promise<number> => {
      const moved = direction.map((d, i) => values[i] + step * d)
      parameter.setData(nd.array(moved, { ctx, shape, dtype: 'float64' }))
      return penalty().asscalar()
    }
    const difference = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5
    await at(0)
    const slope = direction.reduce((sum, d, i) => sum + d * gradient[i], 0)
    expect(Math.abs(slope / difference - 1), parameter.name).toBeLessThan(1e-6)
  }
})
