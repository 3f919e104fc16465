// MXNet's CPU sampler as plain loops: 1024 Mersenne Twisters share the elements of an array in fixed runs.
import { engineWords, nextWord, seedEngine } from './mt19937.ts'

/** How many engines there are. */
export const engineCount = 1024

/** Words of the whole state: engine j lies from word `j * engineWords` on. */
export const stateWords = engineCount * engineWords

/** Elements below which no further engine is taken. */
const fewest = 64

/** Seeds all engines as `mx.random.seed` does: engine j by `seed * 127 + j`, modulo 2³². */
export function seedEngines(state: Int32Array, seed: number): void {
  const first = Math.imul(seed, 127)
  for (let j = 0; j < engineCount; j++) seedEngine(state, j * engineWords, first + j)
}

/** Which engine fills what: engine t of the first T fills elements t·step to (t+1)·step of n, in order. */
export function sharesOf(n: number): { readonly engines: number; readonly step: number } {
  const engines = Math.min(Math.ceil(n / fewest), engineCount)
  return { engines, step: engines > 0 ? Math.ceil(n / engines) : 0 }
}

function forEachDraw(n: number, draw: (element: number, engine: number) => void): void {
  const { engines, step } = sharesOf(n)
  for (let t = 0; t < engines; t++)
    for (let i = t * step; i < Math.min((t + 1) * step, n); i++) draw(i, t * engineWords)
}

const belowOne = 1 - 2 ** -24

/** One float32 from [0, 1): a 32-bit word divided by 2³², both rounded to float32; what rounds to 1 is 1 − 2⁻²⁴. */
function unit(state: Int32Array, engine: number): number {
  const u = Math.fround(Math.fround(nextWord(state, engine)) / 2 ** 32)
  return u < 1 ? u : belowOne
}

/** Fills `out` from [low, high): `low + (high − low)·u`, each step in float32. */
export function uniform(state: Int32Array, out: Float32Array | Float64Array, low: number, high: number): void {
  const start = Math.fround(low)
  const width = Math.fround(Math.fround(high) - start)
  forEachDraw(out.length, (i, engine) => {
    out[i] = Math.fround(start + Math.fround(width * unit(state, engine)))
  })
}

/**
 * One float32 of mean 0 and deviation 1 by Marsaglia's polar method; the second value of the pair is dropped. MXNet takes
 * the logarithm from its C library, whose last bit differs between systems; here the factor is computed in float64, then
 * rounded.
 */
function standardNormal(state: Int32Array, engine: number): number {
  const { fround } = Math
  for (;;) {
    const x = fround(2 * unit(state, engine) - 1)
    const y = fround(2 * unit(state, engine) - 1)
    const r = fround(fround(x * x) + fround(y * y))
    if (r > 1 || r === 0) continue
    return fround(y * fround(Math.sqrt((-2 * Math.log(r)) / r)))
  }
}

/** Fills `out` with normal values: `z·deviation + mean`, each step in float32. */
export function normal(state: Int32Array, out: Float32Array | Float64Array, mean: number, deviation: number): void {
  const centre = Math.fround(mean)
  const spread = Math.fround(deviation)
  forEachDraw(out.length, (i, engine) => {
    out[i] = Math.fround(Math.fround(standardNormal(state, engine) * spread) + centre)
  })
}

/**
 * Fills `out` with integers from [low, high): `low + (a·2³¹ + b) mod (high − low)` for two words a, b of the engine.
 * MXNet's sum is a signed 64-bit integer, which overflows once in 2³³ draws and then falls below `low`; here it is
 * unsigned.
 */
export function randint(state: Int32Array, out: Int32Array, low: number, high: number): void {
  const range = BigInt(high - low)
  forEachDraw(out.length, (i, engine) => {
    const a = BigInt(nextWord(state, engine))
    const b = BigInt(nextWord(state, engine))
    out[i] = low + Number(((a << 31n) + b) % range)
  })
}

/** Fills `out` with 1 where dropout keeps an element (u ≤ 1 − rate, in float32) and 0 where it drops it. */
export function dropoutMask(state: Int32Array, out: Uint8Array, rate: number): void {
  const keep = Math.fround(1 - Math.fround(rate))
  forEachDraw(out.length, (i, engine) => {
    out[i] = unit(state, engine) <= keep ? 1 : 0
  })
}
