// The distances of element-wise functions and their gradients from truth, in units of the last place of float32.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { autograd, type Context, type NDArray, nd } from '../src/index.ts'
import { pytorch } from './systems.ts'

const ofOne = [
  'abs',
  'ceil',
  'erf',
  'exp',
  'expm1',
  'fix',
  'floor',
  'log',
  'log1p',
  'negative',
  'relu',
  'rint',
  'round',
]
const ofOneToo = ['rsqrt', 'sigmoid', 'sign', 'softrelu', 'softsign', 'sqrt', 'square', 'tanh', 'trunc']
const ofAngles = ['arccos', 'arcsin', 'arctan', 'cos', 'degrees', 'radians', 'sin', 'tan']
const ofHyperbolas = ['arccosh', 'arcsinh', 'arctanh', 'cosh', 'sinh']
const ofGamma = ['erfinv', 'gamma', 'gammaln']
const ofRoots = ['cbrt', 'log10', 'log2', 'rcbrt', 'reciprocal']
const ofTwo = ['add', 'arctan2', 'divide', 'hypot', 'logaddexp', 'maximum', 'minimum', 'modulo']
const ofTwoToo = ['multiply', 'power', 'subtract']

/** Names of the functions, and how many operands each has. */
export const functions: Readonly<Record<string, 1 | 2>> = {
  ...Object.fromEntries(
    [...ofOne, ...ofOneToo, ...ofAngles, ...ofHyperbolas, ...ofRoots, ...ofGamma].map((name) => [name, 1] as const),
  ),
  ...Object.fromEntries([...ofTwo, ...ofTwoToo].map((name) => [name, 2] as const)),
}

/** Functions whose slope is made of the result alone, as PyTorch's is: it counts in units of 1, which is what 1 − y keeps. */
export const slopesOfResults = ['sigmoid', 'softsign', 'tanh']

/** Functions for which PyTorch has no peer: it rounds halves to even only, and has neither cubic roots nor Γ. */
const alone = ['cbrt', 'gamma', 'rcbrt', 'round']

/** Points of a function: its operands, the truth, and what PyTorch gives. */
interface Points {
  readonly operands: readonly Float32Array[]
  /** The value, then the slope for each operand. */
  readonly truth: readonly Float64Array[]
  readonly peer: readonly Float32Array[]
}

/** A Python process that has the truth. */
export class Truth {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #bytes: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor() {
    const { command, args } = pytorch('ulp.py')
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#bytes = this.#process.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  async points(name: string, start: number, stride: number, count: number): Promise<Points> {
    const arity = functions[name]
    this.#process.stdin.write(`${JSON.stringify({ name, start, stride, count })}\n`)
    const floats = async () => new Float32Array(await this.#take(4 * count))
    const doubles = async () => new Float64Array(await this.#take(8 * count))
    const many = async <T>(n: number, read: () => Promise<T>) => {
      const list: T[] = []
      for (let i = 0; i < n; i++) list.push(await read())
      return list
    }
    return {
      operands: await many(arity, floats),
      truth: await many(arity + 1, doubles),
      peer: await many(alone.includes(name) ? 0 : arity + 1, floats),
    }
  }

  close(): void {
    this.#process.stdin.end()
  }

  async #take(bytes: number): Promise<ArrayBuffer> {
    const parts: Buffer[] = [this.#rest]
    for (let held = this.#rest.length; held < bytes; ) {
      const { value, done } = await this.#bytes.next()
      if (done) throw new Error('the truth has ended')
      parts.push(value)
      held += value.length
    }
    const all = Buffer.concat(parts)
    this.#rest = all.subarray(bytes)
    return Uint8Array.from(all.subarray(0, bytes)).buffer
  }
}

const words = new Uint32Array(2)
const double = new Float64Array(words.buffer)

/** The distance between neighbours of a float32, of the smallest normal ones at least. */
export function unit(x: number): number {
  double[0] = x
  return 2 ** (Math.max(((words[1] >>> 20) & 0x7ff) - 1023, -126) - 23)
}

/** The largest distance that was found, and where. */
export interface Worst {
  ulp: number
  at: readonly number[]
}

/** Numbers below the normal ones: a GPU may take them for zero. */
const tiny = 2 ** -126

/** Where functions are measured: below −88.7, 1 + e⁻ˣ is infinite; aᵇ⁻¹ may be where b · aᵇ⁻¹ is not. In PyTorch too. */
const ranges: Readonly<Record<string, readonly [from: number, to: number]>> = {
  logaddexp: [tiny, Infinity],
  power: [0, 2 ** 100],
  sigmoid: [tiny, Infinity],
}

/** On a GPU, where what functions are made of is subnormal before they are: the rest of a division, e^−x², aᵇ⁻¹. */
const leastOnGpu: Readonly<Record<string, number>> = { erf: 2 ** -120, modulo: 2 ** -100, power: 2 ** -100 }

const most = 2 ** 128 - 2 ** 103

/** Distance of a float32 from the truth in units of the last place; an infinite one stands for 2^128. */
function distance(got: number, want: number, ofOne: boolean): number {
  if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return 0
  if (Number.isNaN(got) || Number.isNaN(want)) return Number.POSITIVE_INFINITY
  const held = (x: number) => (Math.abs(x) >= most ? Math.sign(x) * 2 ** 128 : x)
  return Math.abs(held(got) - held(want)) / Math.max(unit(held(want)), ofOne ? 2 ** -23 : 0)
}

/** Which points count: of operands, values and slopes of these magnitudes, and whether in units of 1 at least. */
interface Region {
  readonly from: number
  readonly to: number
  readonly ofOne: boolean
}

/** Takes the values (k = 0) or slopes of some points into account. */
function worsen(worst: Worst, { operands, truth }: Points, k: number, got: Float32Array, region: Region): void {
  const { from, to, ofOne } = region
  const want = truth[k]
  for (let i = 0; i < want.length; i++) {
    const ulp = distance(got[i], want[i], ofOne)
    if (ulp <= worst.ulp) continue
    const point = operands.map((x) => x[i])
    const sizes = [...point, truth[0][i], want[i]].map(Math.abs)
    if (!point.every(Number.isFinite) || sizes.some((x) => x !== 0 && x < from) || sizes[sizes.length - 1] > to)
      continue
    worst.ulp = ulp
    worst.at = point
  }
}

/** The value and the gradients of a function on a context, for a head gradient of ones. */
async function computed(name: string, operands: readonly Float32Array[], ctx: Context): Promise<Float32Array[]> {
  const arrays = operands.map((x) => nd.array(x, { ctx }))
  for (const x of arrays) x.attachGrad()
  const run = (nd as unknown as Readonly<Record<string, (...xs: NDArray[]) => NDArray>>)[name]
  const y = autograd.record(() => run(...arrays))
  y.backward()
  const all = [y, ...arrays.map(({ grad }) => grad as NDArray)]
  const values = await Promise.all(all.map((x) => x.toArray()))
  for (const x of [...all, ...arrays]) x.dispose()
  return values as Float32Array[]
}

/** Who computes: a context, or PyTorch. */
export interface Machine {
  readonly name: string
  readonly ctx?: Context
}

function regionOf(name: string, k: number, { ctx }: Machine): Region {
  const [from, to] = ranges[name] ?? [0, Infinity]
  const onGpu = ctx?.deviceType === 'gpu' ? (leastOnGpu[name] ?? tiny) : 0
  return { from: Math.max(from, onGpu), to: k > 0 ? to : Infinity, ofOne: k > 0 && slopesOfResults.includes(name) }
}

/** Value, and slope for each operand, by the machines' names; nothing of PyTorch where it has no such function. */
export type Distances = Readonly<Record<string, readonly Worst[]>>

/** The worst of a function by each machine, over the bit patterns of float32 a stride apart. */
export async function measure(
  name: string,
  machines: readonly Machine[],
  truth: Truth,
  { stride, chunk = 2 ** 18 }: { readonly stride: number; readonly chunk?: number },
): Promise<Distances> {
  const total = Math.ceil(2 ** 32 / stride)
  const parts = functions[name] + 1
  const found = machines.map(() => Array.from({ length: parts }, (): Worst => ({ ulp: 0, at: [] })))
  for (let done = 0; done < total; done += chunk) {
    const count = Math.min(chunk, total - done)
    const points = await truth.points(name, done * stride, stride, count)
    for (const [m, machine] of machines.entries()) {
      const got = machine.ctx ? await computed(name, points.operands, machine.ctx) : points.peer
      got.forEach((values, k) => {
        worsen(found[m][k], points, k, values, regionOf(name, k, machine))
      })
    }
  }
  const without = (machine: Machine) => !machine.ctx && alone.includes(name)
  return Object.fromEntries(machines.map((machine, m) => [machine.name, without(machine) ? [] : found[m]]))
}
