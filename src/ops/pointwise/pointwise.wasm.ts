// pointwise on the command stream: one module for each formula, dtype and pattern of broadcasting; sizes at run time.
import { orderless } from '../../core/invoke.ts'
import { type Body, type Expr, i32, i32x4, item, type Local, select, v128 } from '../../kernel/asm.ts'
import { type BroadcastLoop, broadcastLoops, channelsMovedLast } from '../../kernel/broadcast.ts'
import { defineModule, type KernelModule } from '../../kernel/module.ts'
import type { PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import { chunkBytes } from '../../kernel/ranges.ts'
import type { Rung } from '../../kernel/rung.ts'
import { intLanes, lanes } from '../../kernel/simd.ts'
import { type Load, type Stream, sweep } from '../../kernel/sweep.ts'
import { formulaOf, operandsOf, type PointwiseAttributes } from './pointwise.ts'

type DType = PlannedArray['dtype']

/** An operand inside a kernel: a stream to load from, or a value that stays. */
type Source = Stream | Local<'v128'>

/** y = formula(operands); equal shapes keep the order of the first input, and so does broadcasting to it. */
export const pointwiseWasm: WasmKernel<PointwiseAttributes> = {
  orders(inputs, _attrs, [y]) {
    const order = keepsChannelsLast(inputs, y.shape) ? 'channelsLast' : 'plain'
    return { inputs: inputs.map(({ shape }) => (shape.length === 4 ? order : 'plain')), outputs: [order] }
  },
  plan(inputs, attrs, [y], rung) {
    const last = y.order === 'channelsLast'
    const shapeOf = ({ shape }: PlannedArray) => (last ? channelsMovedLast(shape) : shape)
    const loops = broadcastLoops(shapeOf(y), inputs.map(shapeOf))
    const sizes = loops.map(({ size }) => size)
    const inner = sizes.at(-1) as number
    const outer = sizes.slice(0, -1).reduce((product, n) => product * n, 1)
    const chunk = chunkBytes / (y.dtype === 'uint8' ? 1 : 4)
    const parts = Math.ceil(inner / chunk)
    const rows = Math.max(1, Math.floor(chunk / inner))
    const scalars = (attrs.numbers ?? []).map((_, scalar) => ({ scalar, integer: y.dtype !== 'float32' }))
    const args = [{ output: 0 }, ...inputs.map((_, input) => ({ input })), ...scalars, parts, rows, outer, ...sizes]
    const module = moduleOf(attrs, y.dtype, rung, loops)
    const items = Math.ceil(outer / rows) * parts
    return { phases: [{ module, entry: 'pointwise', items, args }], note: `loops ${sizes.join(' × ')}` }
  },
}

function keepsChannelsLast(inputs: readonly PlannedArray[], shape: readonly number[]): boolean {
  if (orderless(shape)) return false
  const images = inputs.filter((input) => input.shape.length === 4 && !orderless(input.shape))
  const others = inputs.filter((input) => input.shape.length < 4)
  const padded = others.map((input) => [...Array<number>(4 - input.shape.length).fill(1), ...input.shape])
  return images.some(({ order }) => order === 'channelsLast') && padded.every(orderless)
}

function moduleOf(attrs: PointwiseAttributes, dtype: DType, rung: Rung, loops: readonly BroadcastLoop[]): KernelModule {
  const pattern = loops.map(({ varies }) => varies.map(Number).join('')).join('|')
  const key = ['pointwise', attrs.formula, attrs.numbers ?? '', dtype, rung, pattern].join(' ')
  return defineModule(key, () => [kernel(attrs, dtype, rung, loops)])
}

/** y[row, i] = formula(operands[row, i]) for a part of the innermost loop in some rows, the outer loops taken as one. */
function kernel(attrs: PointwiseAttributes, dtype: DType, rung: Rung, loops: readonly BroadcastLoop[]) {
  const bytes = dtype === 'uint8' ? 1 : 4
  const operands = operandsOf(attrs)
  const inputs = operands.filter((input) => input !== null).length
  const inner = loops.length - 1
  // args: y, inputs, scalars, parts of a row, rows an item, rows in all, sizes of the loops
  return item('pointwise', (f, { index, arg }) => {
    let words = 0
    const next = () => f.let(arg.i32(words++))
    const y = next()
    const xs = Array.from({ length: inputs }, next)
    const numbers = (attrs.numbers ?? []).map(() => f.let(i32x4.splat(next())))
    const [parts, rows, outer] = [next(), next(), next()]
    const sizes = loops.map(next)
    const strides = xs.map((_, x) => stridesOf(f, loops, sizes, x, bytes))
    const group = f.let(i32.div_u(index, parts))
    const begin = f.let(i32.mul(i32.sub(index, i32.mul(group, parts)), chunkBytes / bytes))
    const count = f.let(least(i32.sub(sizes[inner], begin), i32.const(chunkBytes / bytes)))
    const first = f.let(i32.mul(group, rows))
    const row = (r: Expr<'i32'>) => {
      const at = coordinates(f, r, sizes)
      const to = i32.add(i32.mul(r, sizes[inner]), begin)
      const stream = { pointer: f.let(i32.add(y, i32.mul(to, i32.const(bytes)))), bytes } as const
      const sources = xs.map((x, i): Source => {
        const outside = at.map((coordinate, k) => i32.mul(coordinate, strides[i][k]))
        const inside = loops[inner].varies[i] ? [i32.mul(begin, i32.const(bytes))] : []
        const pointer = f.let([...outside, ...inside].reduce((sum, part) => i32.add(sum, part), x as Expr<'i32'>))
        return loops[inner].varies[i] ? { pointer, bytes } : f.let(splat(pointer, bytes))
      })
      const streams = [stream, ...sources.filter((source) => 'pointer' in source)]
      const ordered = operands.map((input, k) =>
        input === null ? numbers[attrs.numbers?.indexOf(k) ?? 0] : sources[input],
      )
      sweep(f, count, streams, (load) => [[stream, element(f, attrs, dtype, rung, ordered, load)]])
    }
    if (inner === 0) row(i32.const(0))
    else f.range(first, least(i32.add(first, rows), outer), row)
  })
}

/** Four elements of the result. */
function element(
  f: Body,
  { formula }: PointwiseAttributes,
  dtype: DType,
  rung: Rung,
  operands: readonly Source[],
  load: Load,
): Expr<'v128'> {
  const [a, b, c] = operands.map((operand) => ('pointer' in operand ? load(operand) : operand))
  const arith = dtype === 'float32' ? lanes(f, rung) : intLanes(f)
  const y = formulaOf(formula).compute(arith, a, b, c)
  return dtype === 'uint8' ? v128.and(y, i32x4.const(255)) : y
}

const least = (a: Expr<'i32'>, b: Expr<'i32'>) => select(i32.lt_u(a, b), a, b)

function splat(pointer: Local<'i32'>, bytes: 1 | 4): Expr<'v128'> {
  return bytes === 4 ? v128.load32_splat(pointer) : i32x4.splat(i32.load8_u(pointer))
}

/** Bytes from one index of each outer loop to the next for an input, 0 where it repeats itself. */
function stridesOf(
  f: Body,
  loops: readonly BroadcastLoop[],
  sizes: readonly Local<'i32'>[],
  input: number,
  bytes: number,
): Expr<'i32'>[] {
  const strides: Expr<'i32'>[] = []
  let step: Expr<'i32'> = i32.const(bytes)
  for (let k = loops.length - 1; k >= 0; k--) {
    const varies = loops[k].varies[input]
    strides[k] = varies ? step : i32.const(0)
    if (varies && k > 0) step = f.let(i32.mul(step, sizes[k]))
  }
  return strides.slice(0, -1)
}

/** Indices of the outer loops for a row. */
function coordinates(f: Body, row: Expr<'i32'>, sizes: readonly Local<'i32'>[]): Expr<'i32'>[] {
  const at: Expr<'i32'>[] = []
  let rest = row
  for (let k = sizes.length - 2; k > 0; k--) {
    const whole = f.let(i32.div_u(rest, sizes[k]))
    at[k] = f.let(i32.sub(rest, i32.mul(whole, sizes[k])))
    rest = whole
  }
  if (sizes.length > 1) at[0] = rest
  return at
}
