// Custom differentiable functions: what they record, what they keep, and the messages of misuse.
import { autograd, cpu, type NDArray, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const { record } = autograd

  class Sigmoid extends autograd.Function {
    forward(x: NDArray): NDArray {
      const y = nd.divide(1, x.negative().exp().add(1))
      this.saveForBackward(y)
      return y
    }

    backward(dy: NDArray): NDArray {
      const [y] = this.savedTensors
      return dy.multiply(y).multiply(nd.subtract(1, y))
    }
  }

  function leaf(values: readonly number[], gradReq: 'write' | 'add' = 'write'): NDArray {
    const x = nd.array(values, { ctx })
    x.attachGrad(gradReq)
    return x
  }

  async function list(array: NDArray | null): Promise<number[]> {
    return array ? [...(await array.toArray())] : []
  }

  describe('a custom Function', () => {
    it('has the gradient its backward says', async () => {
      const x = leaf([-1, 0, 2])
      record(() => new Sigmoid().call(x)).backward()
      const s = [-1, 0, 2].map((v) => 1 / (1 + Math.exp(-v)))
      const got = await list(x.grad)
      for (const [i, v] of s.entries()) expect(got[i]).toBeCloseTo(v * (1 - v), 6)
    })

    it('adds up with gradReq add', async () => {
      const x = leaf([0, 0], 'add')
      for (let i = 0; i < 2; i++) record(() => new Sigmoid().call(x)).backward()
      expect(await list(x.grad)).toEqual([0.5, 0.5])
    })

    it('runs forward with recording off', () => {
      const seen: boolean[] = []
      class Watch extends autograd.Function {
        forward(x: NDArray): NDArray {
          seen.push(autograd.isRecording(), autograd.isTraining())
          return x.multiply(2)
        }
        backward(dy: NDArray): NDArray {
          seen.push(autograd.isRecording())
          return dy
        }
      }
      const x = leaf([1])
      record(() => new Watch().call(x)).backward()
      expect(seen).toEqual([false, true, false])
    })

    it('is called once', () => {
      const x = leaf([1])
      const sigmoid = new Sigmoid()
      record(() => sigmoid.call(x))
      expect(() => record(() => sigmoid.call(x))).toThrow(/called once: make a new one for each call/)
    })

    it('takes several inputs and gives several outputs', async () => {
      class SumAndProduct extends autograd.Function {
        forward(a: NDArray, b: NDArray): NDArray[] {
          this.saveForBackward(a, b)
          return [a.add(b), a.multiply(b)]
        }
        backward(ds: NDArray, dp: NDArray): NDArray[] {
          const [a, b] = this.savedTensors
          return [ds.add(dp.multiply(b)), ds.add(dp.multiply(a))]
        }
      }
      const [a, b] = [leaf([2, 3]), leaf([5, 7])]
      const [sum, product] = record(() => new SumAndProduct().call(a, b))
      autograd.backward([sum, product])
      expect(await list(a.grad)).toEqual([6, 8])
      expect(await list(b.grad)).toEqual([3, 4])
      expect(await list(product)).toEqual([10, 21])
      const [alone] = record(() => new SumAndProduct().call(a, b))
      alone.backward()
      expect(await list(a.grad)).toEqual([1, 1])
    })

    it('may return its input', async () => {
      class Reversed extends autograd.Function {
        forward(x: NDArray): NDArray {
          return x
        }
        backward(dy: NDArray): NDArray {
          return dy.negative()
        }
      }
      const x = leaf([1, 2])
      record(() => new Reversed().call(x).multiply(3).keep()).backward()
      expect(await list(x.grad)).toEqual([-3, -3])
    })

    it('must give one gradient for each input', () => {
      class Few extends autograd.Function {
        forward(a: NDArray, b: NDArray): NDArray {
          return a.add(b)
        }
        backward(dy: NDArray): NDArray {
          return dy
        }
      }
      const [a, b] = [leaf([1]), leaf([2])]
      const y = record(() => new Few().call(a, b))
      expect(() => y.backward()).toThrow(
        /\[Few\] backward must return one gradient for each input of forward, got 1 for 2/,
      )
    })

    it('must give arrays', () => {
      class Forgetful extends autograd.Function {
        forward(x: NDArray): NDArray {
          return x.ndim === 0 ? (undefined as never) : x.add(1)
        }
        backward(): NDArray {
          return undefined as never
        }
      }
      const call = (x: NDArray) => record(() => new Forgetful().call(x))
      expect(() => call(leaf([1]).at(0))).toThrow('[Forgetful] forward must return arrays, got undefined')
      expect(() => call(leaf([1])).backward()).toThrow('[Forgetful] backward must return arrays, got undefined')
    })

    it('releases what forward made and did not return, with the reason', async () => {
      let leaked: NDArray | undefined
      let kept: NDArray | undefined
      class Leaky extends autograd.Function {
        forward(x: NDArray): NDArray {
          leaked = x.exp()
          kept = x.add(1).keep()
          return leaked.multiply(2)
        }
        backward(dy: NDArray): NDArray {
          return dy
        }
      }
      new Leaky().call(leaf([1]))
      expect(() => leaked?.add(1)).toThrow(/was released: made in Leaky.forward, which returned/)
      expect(await list(kept ?? null)).toEqual([2])
    })

    it('works with nothing recorded, and in the middle of a graph', async () => {
      const x = leaf([0])
      expect(await list(new Sigmoid().call(x))).toEqual([0.5])
      record(() => new Sigmoid().call(x.multiply(4)).multiply(2)).backward()
      expect(await list(x.grad)).toEqual([2])
    })

    it('may give a gradient that the user keeps', async () => {
      const held = nd.array([7, 8], { ctx })
      class Fixed extends autograd.Function {
        forward(x: NDArray): NDArray {
          return x.multiply(2)
        }
        backward(): NDArray {
          return held
        }
      }
      const x = leaf([1, 2])
      record(() => new Fixed().call(x.multiply(3))).backward()
      expect(await list(x.grad)).toEqual([21, 24])
      expect(await list(held)).toEqual([7, 8])
    })

    /** dx of a function at x, and the gradient of dx: of Σ dx. */
    async function twice(of: (x: NDArray) => NDArray, at: readonly number[]): Promise<number[][]> {
      const x = leaf(at)
      const dx = record(() => autograd.grad(of(x), x, null, { createGraph: true })[0])
      dx.backward()
      return [await list(dx), await list(x.grad)]
    }

    /** The sigmoid s, with s′ = s (1 − s) and s″ = s′ (1 − 2 s). */
    const expected = (at: readonly number[]) => {
      const s = at.map((v) => 1 / (1 + Math.exp(-v)))
      return [s.map((v) => v * (1 - v)), s.map((v) => v * (1 - v) * (1 - 2 * v))]
    }

    function expectClose(got: readonly number[][], want: readonly number[][]): void {
      const flat = got.flat()
      for (const [i, value] of want.flat().entries()) expect(flat[i]).toBeCloseTo(value, 6)
    }

    it('has a second derivative through the output that it saved', async () => {
      const at = [0.3, -1, 2]
      expectClose(await twice((x) => new Sigmoid().call(x), at), expected(at))
      const [, second] = await twice((x) => new Sigmoid().call(x).square(), [0.3])
      // (s²)″ = 2 s′² + 2 s s″
      const [[first], [curve]] = expected([0.3])
      expect(second[0]).toBeCloseTo(2 * first ** 2 + 2 * (1 / (1 + Math.exp(-0.3))) * curve, 6)
    })

    it('has one through saved inputs, outputs of several, and an output that is given twice', async () => {
      class Several extends autograd.Function {
        forward(x: NDArray): NDArray[] {
          const s = x.sigmoid()
          const e = x.exp()
          this.saveForBackward(x, e, s)
          return [s, e, s]
        }
        backward(ds: NDArray, de: NDArray, dt: NDArray): NDArray {
          const [x, e, s] = this.savedTensors
          expect(x.shape).toEqual(e.shape)
          return ds.add(dt).multiply(s).multiply(nd.subtract(1, s)).add(de.multiply(e))
        }
      }
      const at = [0.3, -1]
      const sum = (x: NDArray) => {
        const [s, e, t] = new Several().call(x)
        return s.add(e).add(t)
      }
      const want = expected(at).map((values) => values.map((value, i) => 2 * value + Math.exp(at[i])))
      expectClose(await twice(sum, at), want)
    })

    it('has a third derivative', async () => {
      const x = leaf([0.3])
      const createGraph = { createGraph: true }
      const second = record(() => {
        const [dx] = autograd.grad(new Sigmoid().call(x), x, null, createGraph)
        return autograd.grad(dx, x, null, createGraph)[0]
      })
      second.backward()
      const s = 1 / (1 + Math.exp(-0.3))
      expect((await list(x.grad))[0]).toBeCloseTo(s * (1 - s) * (1 - 6 * s + 6 * s * s), 6)
    })

    it('throws where a second derivative needs the history of a value that forward made', async () => {
      class Exponential extends autograd.Function {
        forward(x: NDArray): NDArray {
          const e = x.negative().exp()
          this.saveForBackward(this.#constant ? e.keep() : e)
          return nd.divide(1, e.add(1))
        }
        backward(dy: NDArray): NDArray {
          const [e] = this.savedTensors
          return dy.multiply(e).divide(e.add(1).square())
        }
        readonly #constant: boolean
        constructor(constant: boolean) {
          super()
          this.#constant = constant
        }
      }
      const lost = /\[Exponential\] the second derivative needs the history of a saved value that is no input and no/
      await expect(twice((x) => new Exponential(false).call(x), [0.3])).rejects.toThrow(lost)
      const x = leaf([0.3])
      record(() => new Exponential(false).call(x)).backward()
      expectClose([await list(x.grad)], [expected([0.3])[0]])
      // one that the user keeps counts as a constant, as one from elsewhere does
      await expect(twice((x) => new Exponential(true).call(x).multiply(x), [0.3])).resolves.toBeDefined()
    })

    it('takes constants and views among what it saves', async () => {
      const factor = nd.array([3], { ctx })
      class Scaled extends autograd.Function {
        forward(x: NDArray, scale: NDArray): NDArray {
          this.saveForBackward(x, scale, factor)
          return x.square().multiply(scale).multiply(factor)
        }
        backward(dy: NDArray): NDArray[] {
          const [x, scale, factor] = this.savedTensors
          return [dy.multiply(x).multiply(2).multiply(scale).multiply(factor), dy.multiply(0)]
        }
      }
      expectClose(await twice((x) => new Scaled().call(x, nd.array([5], { ctx })), [2]), [[60], [30]])
    })

    it('keeps what it saved for a second backward of a retained graph', async () => {
      const x = leaf([0], 'add')
      const y = record(() => new Sigmoid().call(x))
      y.backward(null, { retainGraph: true })
      y.backward()
      expect(await list(x.grad)).toEqual([0.5])
    })
  })
})
