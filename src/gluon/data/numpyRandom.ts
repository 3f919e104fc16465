// NumPy's `RandomState` as far as shuffling needs it: Gluon's samplers shuffle with NumPy.
import { OpError } from '../../core/errors.ts'
import { engineWords, nextWord, seedEngine } from '../../ops/mt19937.ts'

/** The generator behind `np.random`: one MT19937, seeded as `np.random.seed(seed)` seeds it. */
export class NumpyRandom {
  readonly #words = new Int32Array(engineWords)

  /** The seed is an integer from 0 to 2³² − 1. */
  constructor(seed: number) {
    this.seed(seed)
  }

  /** Starts again from a seed, an integer from 0 to 2³² − 1. */
  seed(seed: number): void {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
      throw new OpError('seed', `cannot seed by ${seed}: expected an integer from 0 to 4294967295`)
    seedEngine(this.#words, 0, seed)
  }

  /** The next unsigned 32-bit integer. */
  nextUint32(): number {
    return nextWord(this.#words, 0)
  }

  /** An integer from 0 to `largest`, both included: 32-bit words, masked, until one is not too large. */
  #upTo(largest: number): number {
    const mask = largest === 0 ? 0 : 0xffffffff >>> Math.clz32(largest)
    for (;;) {
      const value = (this.nextUint32() & mask) >>> 0
      if (value <= largest) return value
    }
  }

  /** A number from `low` to below `high`: `np.random.uniform(low, high)`. */
  uniform(low = 0, high = 1): number {
    const [a, b] = [this.nextUint32() >>> 5, this.nextUint32() >>> 6]
    return low + ((high - low) * (a * 2 ** 26 + b)) / 2 ** 53
  }

  /** A normal number of mean 0: two of `uniform`, by Box and Muller, so that the state is the words alone. */
  normal(deviation = 1): number {
    const [radius, angle] = [Math.sqrt(-2 * Math.log(1 - this.uniform())), 2 * Math.PI * this.uniform()]
    return deviation * radius * Math.cos(angle)
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + this.#upTo(high - low)
  }

  /** The integers from 0 to n − 1 in the order of `np.random.permutation(n)`: Fisher and Yates, from the end. */
  shuffleIndices(n: number): Int32Array<ArrayBuffer> {
    const order = Int32Array.from({ length: n }, (_, i) => i)
    for (let i = n - 1; i > 0; i--) {
      const j = this.#upTo(i)
      const kept = order[i]
      order[i] = order[j]
      order[j] = kept
    }
    return order
  }

  /** A copy of the state: 624 words, then how many of them have been used. */
  state(): Int32Array<ArrayBuffer> {
    return this.#words.slice()
  }

  /** Goes back to a state that `state()` gave, or to what JSON has made of it. */
  restore(state: Int32Array | readonly number[] | { readonly [place: number]: number }): void {
    const words = Object.values(state ?? {})
    if (words.length !== engineWords || !words.every(Number.isInteger)) {
      const got = `${words.length} values`
      throw new OpError('restore', `cannot restore the generator: got ${got}, expected ${engineWords} integers`)
    }
    const used = words[engineWords - 1]
    if (used < 0 || used >= engineWords) {
      const want = `expected 0 to ${engineWords - 1}`
      throw new OpError('restore', `cannot restore the generator: got ${used} words used, ${want}`)
    }
    this.#words.set(words)
  }
}
