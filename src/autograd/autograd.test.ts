// What recording and backward mean: flags, gradient requests, head gradients, graphs kept and freed, writes in place.
import { autograd, cpu, memoryInfo, type NDArray, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { matmul } from '../ops/matmul/matmul.ts'

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

  function flags(): [boolean, boolean] {
    return [autograd.isRecording(), autograd.isTraining()]
  }

  describe('the flags recording and training', () => {
    it('are false outside', () => {
      expect(flags()).toEqual([false, false])
    })

    it('are set by scopes, which return what their function returns', () => {
      expect(record(flags)).toEqual([true, true])
      expect(record(flags, { trainMode: false })).toEqual([true, false])
      expect(autograd.pause(flags)).toEqual([false, false])
      expect(autograd.pause(flags, { trainMode: true })).toEqual([false, true])
      expect(autograd.trainMode(flags)).toEqual([false, true])
      expect(autograd.predictMode(flags)).toEqual([false, false])
    })

    it('nest and come back, after an error too', () => {
      record(() => {
        expect(autograd.predictMode(flags)).toEqual([true, false])
        autograd.pause(() => {
          expect(record(flags)).toEqual([true, true])
          expect(autograd.trainMode(flags)).toEqual([false, true])
        })
        expect(flags()).toEqual([true, true])
      })
      expect(() =>
        record(() => {
          throw new Error('inside')
        }),
      ).toThrow('inside')
      expect(flags()).toEqual([false, false])
    })

    it('refuse a function that awaits', () => {
      // @ts-expect-error: an async function is refused by its type
      expect(() => record(async () => 1)).toThrow(/record takes a synchronous function/)
      // @ts-expect-error: an async function is refused by its type
      expect(() => autograd.pause(async () => 1)).toThrow(/pause takes a synchronous function/)
      expect(flags()).toEqual([false, false])
    })
  })

  describe('attachGrad', () => {
    it('makes a buffer of zeros, and none without it', async () => {
      const x = of([1, 2])
      expect(x.grad).toBeNull()
      x.attachGrad()
      expect(await list(x.grad)).toEqual([0, 0])
      expect(String(x.grad?.shape)).toBe('(2,)')
    })

    it("'write' overwrites at each backward and adds up within one", async () => {
      const x = of([1, 2, 3], 'write')
      record(() => x.multiply(x).add(x)).backward()
      expect(await list(x.grad)).toEqual([3, 5, 7])
      record(() => x.multiply(4)).backward()
      expect(await list(x.grad)).toEqual([4, 4, 4])
    })

    it("'add' gathers over calls until the user sets zero", async () => {
      const x = of([1, 2], 'add')
      for (let i = 0; i < 3; i++) record(() => x.multiply(x).add(x)).backward()
      expect(await list(x.grad)).toEqual([9, 15])
      x.grad?.set(0)
      record(() => x.multiply(2)).backward()
      expect(await list(x.grad)).toEqual([2, 2])
    })

    it("'null' takes the gradient away", () => {
      const x = of([1], 'write')
      x.attachGrad('null')
      expect(x.grad).toBeNull()
      expect(() => record(() => x.multiply(2)).backward()).toThrow(/was not recorded/)
      expect(() => x.attachGrad('sum' as 'add')).toThrow(/must be 'write', 'add' or 'null', got 'sum'/)
    })

    it('drops the history of its array', async () => {
      const x = of([3], 'write')
      record(() => {
        const y = x.multiply(2)
        y.attachGrad()
        return y.multiply(y).keep()
      }).backward()
      expect(await list(x.grad)).toEqual([0])
    })

    it('sees the same leaf as both factors of a product', async () => {
      const a = of([
        [1, 2],
        [3, 4],
      ])
      a.attachGrad()
      record(() => matmul(a, a)).backward()
      expect(await list(a.grad)).toEqual([7, 11, 9, 13])
    })
  })

  describe('backward', () => {
    it('takes missing head gradients as ones, and given ones as they are', async () => {
      const x = of([1, 2, 3], 'write')
      record(() => x.multiply(x)).backward(of([1, 10, 100]))
      expect(await list(x.grad)).toEqual([2, 40, 600])
      const [y, z] = record(() => [x.multiply(2), x.multiply(x)])
      autograd.backward([y, z], [null, of([1, 0, 1])])
      expect(await list(x.grad)).toEqual([4, 2, 8])
    })

    it('refuses a head gradient of another shape', () => {
      const x = of([1, 2], 'write')
      const y = record(() => x.multiply(2))
      expect(() => y.backward(of([1]))).toThrow(/\[backward\].* of its head, got float32 \(1,\) for float32 \(2,\)/)
    })

    it('frees the graph: a second one throws and says what to pass', () => {
      const x = of([1, 2], 'write')
      const y = record(() => x.multiply(x))
      y.backward()
      expect(() => y.backward()).toThrow(/run backward before and is freed: pass \{ retainGraph: true \}/)
    })

    it('keeps the graph when asked to', async () => {
      const x = of([1, 2], 'add')
      const y = record(() => x.multiply(x).multiply(x))
      y.backward(null, { retainGraph: true })
      y.backward()
      expect(await list(x.grad)).toEqual([6, 24])
      expect(() => y.backward()).toThrow(/freed/)
    })

    it('refuses what was not recorded', () => {
      const x = of([1, 2], 'write')
      expect(() => x.multiply(2).backward()).toThrow(/was not recorded: compute it inside autograd.record/)
      expect(() => record(() => of([1]).multiply(2)).backward()).toThrow(/was not recorded/)
      expect(() => record(() => autograd.pause(() => x.multiply(2))).backward()).toThrow(/was not recorded/)
    })

    it('leaves the user’s output and loss readable', async () => {
      const x = of([1, 2], 'write')
      const [output, loss] = record(() => {
        const output = x.exp()
        return [output, output.sum()]
      })
      loss.backward()
      expect(await loss.asscalar()).toBeCloseTo(Math.E + Math.E ** 2, 5)
      expect((await list(output))[0]).toBeCloseTo(Math.E, 6)
    })

    it('passes by what was detached or paused', async () => {
      const x = of([2, 3], 'write')
      record(() => x.multiply(x.detach())).backward()
      expect(await list(x.grad)).toEqual([2, 3])
      record(() => x.multiply(autograd.pause(() => x.multiply(x)))).backward()
      expect(await list(x.grad)).toEqual([4, 9])
      const shared = x.detach()
      x.set(5)
      expect(await list(shared)).toEqual([5, 5])
    })

    it('goes through a deep graph without recursion', async () => {
      const x = of([1], 'write')
      record(() => {
        let y = x.add(0)
        for (let i = 0; i < 12_000; i++) y = y.add(x)
        return y
      }).backward()
      expect(await list(x.grad)).toEqual([12_001])
    })

    it('lets trainMode say how gradients are computed', () => {
      const seen: boolean[] = []
      class Watch extends autograd.Function {
        forward(x: NDArray): NDArray {
          return x.multiply(1)
        }
        backward(dy: NDArray): NDArray {
          seen.push(autograd.isTraining())
          return dy
        }
      }
      const x = of([1], 'write')
      record(() => new Watch().call(x)).backward()
      record(() => new Watch().call(x)).backward(null, { trainMode: false })
      expect(seen).toEqual([true, false])
    })
  })

  describe('writing in place', () => {
    it('is refused inside record for arrays of the graph and for values that have a gradient', () => {
      const x = of([1, 2], 'write')
      const plain = of([0, 0])
      record(() => {
        expect(() => x.iadd(1)).toThrow(/cannot write in place inside record/)
        expect(() => x.set(0)).toThrow(/cannot write in place inside record/)
        const y = x.multiply(2)
        expect(() => y.imultiply(2)).toThrow(/cannot write in place inside record/)
        expect(() => plain.set(y)).toThrow(/cannot write in place inside record/)
        expect(() => plain.iadd(y)).toThrow(/cannot write in place inside record/)
        plain.iadd(1)
      })
    })

    it('between forward and backward is noticed when the gradient needs the old values', async () => {
      const x = of([1, 2], 'write')
      const y = record(() => x.multiply(x))
      x.iadd(1)
      expect(() => y.backward()).toThrow(/the gradient of multiply needs was written in place after the forward pass/)
      const z = record(() => x.multiply(2))
      x.iadd(1)
      z.backward()
      expect(await list(x.grad)).toEqual([2, 2])
    })

    it('that makes backward fail leaves no value held that it had brought back', () => {
      const [x, y] = [of([1, 2], 'write'), of([3, 4], 'write')]
      const product = record(() => x.multiply(y))
      x.iadd(1)
      expect(() => product.backward()).toThrow(/written in place/)
      const { storages } = memoryInfo(ctx)
      for (const array of [product, x, y]) array.dispose()
      expect(memoryInfo(ctx).storages).toBe(storages - 3)
    })

    it('outside record changes the array that others share', async () => {
      const x = of([1, 2, 3], 'write')
      x.iadd(1).imultiply(2).isubtract(1).idivide(3)
      expect(await list(x)).toEqual([1, 5 / 3, 7 / 3].map(Math.fround))
      x.slice([1], [3]).set(9)
      expect(await list(x)).toEqual([1, 9, 9])
    })
  })
})
