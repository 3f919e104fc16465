// How a case of an op is checked: result, gradient and error message, on one engine against the reference engine.
import { backward, record } from '../../src/autograd/autograd.ts'
import { bytesPer, type DType, elementsIn, storedBytes } from '../../src/core/dtype.ts'
import type { Context } from '../../src/core/engine.ts'
import { NDArray } from '../../src/core/ndarray.ts'
import { adopt, within } from '../../src/core/ownership.ts'
import { formatShape, shapeOf } from '../../src/core/shape.ts'
import { liveOn, Storage } from '../../src/core/storage.ts'
import { WasmEngine } from '../../src/engines/wasm/engine.ts'
import { type CaseInput, type OpCase, valuesOf } from '../../src/ops/cases.ts'
import { allowed, allowedDifference, allowedGradient, close, exact, type Tolerance } from '../../src/ops/tolerance.ts'

/** How the inputs lie in memory: from a storage's start, some elements on, or channels last. */
export type Placement = 'plain' | 'offset' | 'channelsLast'

/** The values of one array, in logical order. */
export interface Result {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly values: ArrayLike<number>
}

/** Results of a case and the gradients of its inputs, where they were asked for. */
export interface Results {
  readonly outputs: readonly Result[]
  readonly gradients: readonly Result[]
}

const offset = 3

/** An array with the values, owned by the running call. */
function place(
  context: Context,
  dtype: DType,
  shape: readonly number[],
  values: Float64Array,
  how: Placement,
): NDArray {
  const skip = how === 'offset' ? offset : 0
  const bytes = new Uint8Array((skip + values.length) * bytesPer(dtype)).fill(7)
  bytes.set(storedBytes(dtype, values), skip * bytesPer(dtype))
  const storage = new Storage(context.engine, context.engine.upload(bytes))
  const value = { dtype, shape: shapeOf(shape), storage, offset: skip * bytesPer(dtype) }
  const { engine } = context
  if (how === 'channelsLast' && engine instanceof WasmEngine) engine.lay(value, 'channelsLast')
  return adopt(new NDArray({ context, value }))
}

function attach(array: NDArray): NDArray {
  const zeros = new Float64Array(array.size)
  const grad = place(array.context, array.dtype, array.shape, zeros, 'plain')
  array.setOrigin({ grad, request: 'write', fresh: false })
  return grad
}

async function read(array: NDArray): Promise<Result> {
  const { shape, dtype, context, value } = array
  const bytes = await context.engine.read(value)
  return { shape, dtype, values: elementsIn(dtype, bytes.buffer, 0, bytes.length / bytesPer(dtype)) }
}

function list(results: NDArray | readonly NDArray[]): readonly NDArray[] {
  return results instanceof NDArray ? [results] : results
}

/** What a run of a case may vary. */
export interface Running {
  readonly context: Context
  readonly placement?: Placement
  /** Makes float64 of float32 inputs. */
  readonly double?: boolean
  /** Computes gradients too. */
  readonly gradient?: boolean
  /** Changes the values of the inputs. */
  readonly change?: (value: number, input: number, element: number) => number
}

/** Runs a case; every array it makes is released before the results are read. */
export async function runCase(of: OpCase, running: Running): Promise<Results> {
  const { context, placement = 'plain', double = false, gradient = false } = running
  const { change } = running
  const reads = within('', 'the case is over', () => {
    const inputs = of.inputs.map((input, i) => {
      const dtype = input.dtype ?? 'float32'
      const values = valuesOf(input, i + 1)
      if (change) for (let k = 0; k < values.length; k++) values[k] = change(values[k], i, k)
      return place(context, double && dtype === 'float32' ? 'float64' : dtype, input.shape, values, placement)
    })
    const grads = gradient ? inputs.map((input, i) => (isFloat(of.inputs[i]) ? attach(input) : null)) : []
    const call = () => list(of.run(inputs, context))
    const outputs = gradient ? record(call) : call()
    const heads = outputs.map((output, i) => headGradient(output, i, context))
    if (gradient) backward(outputs, heads)
    return {
      outputs: outputs.map(read),
      gradients: grads.filter((grad) => grad !== null).map(read),
    }
  })
  return { outputs: await Promise.all(reads.outputs), gradients: await Promise.all(reads.gradients) }
}

function isFloat({ dtype = 'float32' }: CaseInput): boolean {
  return dtype === 'float32'
}

function headValues(length: number, output: number): Float64Array {
  return valuesOf({ shape: [length], domain: [-1, 1] }, 1000 + output)
}

function headGradient(head: NDArray, output: number, context: Context): NDArray {
  return place(context, head.dtype, head.shape, headValues(head.size, output), 'plain')
}

/** Whether the case has a gradient to check. */
export function hasGradient(of: OpCase): boolean {
  const smooth = of.inputs.length > 0 && of.inputs.every((input) => isFloat(input) && 'length' in (input.domain ?? []))
  return of.gradient ?? smooth
}

/** What a machine's arithmetic may do that the reference engine's does not. */
export interface Leeway {
  /** Applied to the inputs first. */
  readonly change?: (value: number) => number
  /** Relative distance that is allowed where floats would have to be the same. */
  readonly relative?: number
}

/**
 * WGSL leaves it open whether subnormal numbers are zero, and rounds quotients and roots within 2.5 units of the last
 * place (W3C, WebGPU Shading Language, 15.7.4).
 */
export const wgslLeeway: Leeway = {
  change: (value) => (Math.abs(value) < 2 ** -126 ? value * 0 : value),
  relative: 2.5 * 2 ** -23,
}

/** How far a subnormal number is from the zero that stands for it. */
const flushed = (value: number) => (Math.abs(value) < 2 ** -126 && value !== 0 ? 2 ** -126 : 0)

/** What the reference engine makes of a case. */
export interface Expected {
  readonly want: Results
  /** The results on the magnitudes of the inputs: for sums, Σ|terms|. */
  readonly magnitudes: Results
}

/** Runs a case on the reference engine for others to be compared with. */
export async function expectedOf(
  of: OpCase,
  reference: Context,
  gradient: boolean,
  { change }: Leeway = {},
): Promise<Expected> {
  const running = { context: reference, gradient, ...(change && { change }) }
  return withMagnitudes(of, await runCase(of, running), reference)
}

async function withMagnitudes(of: OpCase, want: Results, reference: Context): Promise<Expected> {
  const sums = of.tolerance?.terms !== undefined
  return { want, magnitudes: sums ? await runCase(of, { context: reference, change: Math.abs }) : want }
}

/** Differences between two runs of a case, for a single comparison. */
export async function compare(of: OpCase, got: Results, want: Results, reference: Context): Promise<string[]> {
  return differencesOf(of, got, await withMagnitudes(of, want, reference))
}

/** Differences of a run from the reference engine's, one line each; none when the engine is right. */
export function differencesOf(of: OpCase, got: Results, { want, magnitudes }: Expected, relative = 0): string[] {
  const tolerance = of.tolerance ?? exact
  const heads = want.outputs.reduce((sum, { values }) => sum + values.length, 0)
  return [
    ...want.outputs.flatMap((output, i) =>
      differences(`output ${i}`, got.outputs[i], output, tolerance, (k) =>
        Math.max(
          allowed(tolerance, output.values[k], magnitudes.outputs[i].values[k]),
          output.dtype === 'float32' && relative > 0
            ? relative * Math.abs(output.values[k]) + flushed(output.values[k])
            : 0,
        ),
      ),
    ),
    ...want.gradients.flatMap((gradient, i) => {
      let largest = 0
      for (let k = 0; k < gradient.values.length; k++) largest = Math.max(largest, Math.abs(gradient.values[k]))
      const bound = allowedGradient(heads, largest)
      return differences(`gradient ${i}`, got.gradients[i], gradient, tolerance, () => bound)
    }),
  ]
}

function differences(
  name: string,
  got: Result,
  want: Result,
  { reason }: Tolerance,
  bound: (k: number) => number,
): string[] {
  const [g, w] = [got, want].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`)
  if (g !== w) return [`${name} is ${g}, expected ${w}`]
  const wrong: number[] = []
  for (let k = 0; k < want.values.length; k++) if (!close(got.values[k], want.values[k], bound(k))) wrong.push(k)
  if (wrong.length === 0) return []
  const [k] = wrong
  const first = `${name}[${k}] is ${got.values[k]}, expected ${want.values[k]} ± ${bound(k)}`
  return [`${first} (${wrong.length} of ${want.values.length} differ)${reason ? `; tolerance: ${reason}` : ''}`]
}

/** Runs a case on an engine in some placements; returns what differs from the reference, and what was not freed. */
export async function checkOn(
  of: OpCase,
  context: Context,
  expected: Expected,
  placements: readonly Placement[] = ['plain', 'offset', 'channelsLast'],
  { change, relative }: Leeway = {},
): Promise<string[]> {
  const images = of.inputs.some(({ shape }) => shape.length === 4)
  const wrong: string[] = []
  for (const placement of placements) {
    if (placement === 'channelsLast' && !images) continue
    const got = await runCase(of, { context, placement, gradient: hasGradient(of), ...(change && { change }) })
    for (const line of differencesOf(of, got, expected, relative)) wrong.push(`${placement}: ${line}`)
  }
  const { bytes, count } = liveOn(context.engine)
  if (bytes + count > 0) wrong.push(`${count} arrays of ${bytes} bytes were not freed`)
  return wrong
}

/** Compares the gradient with a central difference along one random direction, in float64. */
export async function checkDifference(of: OpCase, reference: Context): Promise<string[]> {
  const h = 1e-5
  const directions = of.inputs.map((input, i) => valuesOf({ shape: [...input.shape], domain: [-1, 1] }, 500 + i))
  const moved = (step: number) =>
    runCase(of, {
      context: reference,
      double: true,
      change: (value, i, k) => (isFloat(of.inputs[i]) ? value + step * directions[i][k] : value),
    })
  const { gradients } = await runCase(of, { context: reference, double: true, gradient: true })
  const [right, left] = [weighted(await moved(h)), weighted(await moved(-h))]
  const floats = directions.filter((_, i) => isFloat(of.inputs[i]))
  let slope = 0
  let magnitude = 0
  gradients.forEach(({ values }, i) => {
    for (let k = 0; k < values.length; k++) {
      slope += values[k] * floats[i][k]
      magnitude += Math.abs(values[k] * floats[i][k])
    }
  })
  const difference = (right - left) / (2 * h)
  const bound = allowedDifference(magnitude)
  if (Math.abs(slope - difference) <= bound) return []
  return [`the gradient along a direction is ${slope}, the central difference ${difference} ± ${bound}`]
}

/** Σ of all outputs times their head gradients. */
function weighted({ outputs }: Results): number {
  let sum = 0
  outputs.forEach(({ values }, i) => {
    const weights = headValues(values.length, i)
    for (let k = 0; k < values.length; k++) sum += values[k] * weights[k]
  })
  return sum
}
