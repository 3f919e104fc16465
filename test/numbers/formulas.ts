// How far element-wise functions and their derivatives are from golden values, in units of the last place of float32.
import { readFileSync } from 'node:fs'
import { autograd, type Context, type NDArray, nd } from '../../src/index.ts'

/** Golden values of one function, made by test/golden/formulas.py. */
interface Golden {
  readonly bits: readonly number[]
  readonly values: readonly number[]
  readonly slopes: readonly number[]
}

/** By name of the function. */
export const golden = JSON.parse(readFileSync(new URL('../golden/formulas.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Golden>
>

/** The largest distances of a function's values and slopes. */
export interface Distance {
  readonly value: number
  readonly slope: number
}

/** The distance between neighbours of a float32, of the smallest normal one at least. */
function unit(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126))) - 23)
}

/** The largest distance; of slopes that a result near ±1 gives, in units of 1. */
function largest(got: ArrayLike<number>, want: readonly number[], ofOne: boolean): number {
  let most = 0
  want.forEach((x, i) => {
    const distance = Math.abs(got[i] - x) / unit(ofOne ? 1 : x)
    most = Math.max(most, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance)
  })
  return most
}

/** Functions whose slope comes from their result, as PyTorch's does, so that it knows nothing of what 1 − y lost. */
const slopesOfResults = ['sigmoid', 'softsign', 'tanh']

/** The distances of one function on a context. */
export async function distanceOf(name: string, ctx: Context): Promise<Distance> {
  const { bits, values, slopes } = golden[name]
  const x = nd.array(new Float32Array(Uint32Array.from(bits).buffer), { ctx })
  x.attachGrad()
  const run = (nd as unknown as Readonly<Record<string, (x: NDArray) => NDArray>>)[name]
  const y = autograd.record(() => run(x))
  y.backward()
  return {
    value: largest(await y.toArray(), values, false),
    slope: largest(await (x.grad as NDArray).toArray(), slopes, slopesOfResults.includes(name)),
  }
}
