// Custom differentiable functions: what they record, what they keep, and how misuse is told.
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

    it('keeps what it saved for a second backward of a retained graph', async () => {
      const x = leaf([0], 'add')
      const y = record(() => new Sigmoid().call(x))
      y.backward(null, { retainGraph: true })
      y.backward()
      expect(await list(x.grad)).toEqual([0.5])
    })
  })
})
