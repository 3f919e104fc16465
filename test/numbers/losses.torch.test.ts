// Losses and their gradients of first and second order beside PyTorch, on the CPU engine and the reference engine.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { autograd, type Context, cpu, loss, type NDArray, nd, reference } from 'glueball'
import { expect, test } from 'vitest'
import { numberToJson } from '../../src/io/saved.ts'
import { type Case, cases, type Given } from './losses.ts'

const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
const script = fileURLToPath(new URL('losses.py', import.meta.url))
const { status, stdout, stderr } = spawnSync(python, [script], {
  input: JSON.stringify(cases, (_, value) => (typeof value === 'number' ? numberToJson(value) : value)),
  encoding: 'utf8',
  maxBuffer: 2 ** 30,
})
if (status !== 0) throw new Error(stderr)
type Numbers = readonly number[]
const made = JSON.parse(stdout, (_, value) => (typeof value === 'string' ? Number(value) : value)) as Numbers[][][]

/** A loss as the test calls it, with any arrays. */
type Called = (...inputs: (NDArray | null)[]) => NDArray
const classes = loss as unknown as Readonly<Record<string, new (options: object) => Called>>

function arrayOf(given: Given | null, ctx: Context): NDArray | null {
  if (given === null) return null
  const { values, shape, dtype = 'float32' } = given
  return nd.array(dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values), { shape, ctx })
}

/** Values and gradients of first and second order, as the script computes them. */
function computed({ loss: name, options, inputs, wanted, second }: Case, ctx: Context): NDArray[] {
  const arrays = inputs.map((given) => arrayOf(given, ctx))
  const leaves = wanted.map((k) => arrays[k] as NDArray)
  for (const leaf of leaves) leaf.attachGrad()
  const made = new classes[name](options)
  const headOf = (y: NDArray) => {
    const values = Float32Array.from({ length: y.size }, (_, k) => ((k % 7) - 3) / 2 + 0.25)
    return nd.array(values, { shape: y.shape, ctx })
  }
  const y = autograd.record(() => made(...arrays))
  if (leaves.length > 0) autograd.backward([y], [headOf(y)])
  const firsts = leaves.map((leaf) => (leaf.grad as NDArray).copy())
  if (!second) return [y, ...firsts]
  // a gradient that no op has is written by none
  for (const leaf of leaves) (leaf.grad as NDArray).set(0)
  const total = autograd.record(() => {
    const again = made(...arrays)
    const slopes = autograd.grad([again], leaves, [headOf(again)], { createGraph: true })
    const sums = slopes.map((slope) => {
      const factors = nd.arange(1, slope.size + 1, { ctx }).reshape(slope.shape)
      return slope.square().multiply(factors).sum()
    })
    return sums.reduce((sum, one) => sum.add(one))
  })
  total.backward()
  return [y, ...firsts, ...leaves.map((leaf) => leaf.grad as NDArray)]
}

/** How far the finite numbers are apart at most, in shares of the largest; infinite where the others differ. */
function distance(got: ArrayLike<number>, truth: Numbers): number {
  const finite = truth.filter(Number.isFinite)
  const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 2 ** -20)
  return truth.reduce((most, value, i) => {
    if (!Number.isFinite(value)) return Object.is(got[i], value) ? most : Number.POSITIVE_INFINITY
    return Math.max(most, Math.abs(got[i] - value) / largest)
  }, 0)
}

const contexts = { reference: reference(), cpu: cpu() }

test.each(cases.map((one, i) => [`${one.loss} ${one.name} ${JSON.stringify(one.options)}`, one, i] as const))(
  '%s',
  async (title, one, i) => {
    const [truth, theirs] = made[i]
    for (const [engine, ctx] of Object.entries(contexts)) {
      const results = computed(one, ctx)
      expect(results.length).toBe(truth.length)
      for (const [k, result] of results.entries()) {
        const what = k === 0 ? 'value' : `gradient ${k}`
        const got = await result.toArray()
        expect(got.length, `${title}, ${what}`).toBe(truth[k].length)
        const spread = distance(theirs[k], truth[k])
        const bound = 2 * (Number.isFinite(spread) ? spread : 0) + (one.rounding ?? 1e-6)
        const all = `got ${[...got].slice(0, 12)}, want ${truth[k].slice(0, 12)}`
        expect(
          distance(got, truth[k]),
          `${title}, ${what} on ${engine}: PyTorch is ${spread} off; ${all}`,
        ).toBeLessThanOrEqual(bound)
      }
    }
  },
)
