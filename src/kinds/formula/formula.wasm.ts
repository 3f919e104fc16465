// formula on the command stream: broadcasting as a few nested loops, the innermost one in four lanes at a time.

import { evaluate, type Node, steadyNodes } from '../../arith/graph.ts'
import { kindOf } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import { broadcastLoops, channelsMovedLast } from '../../kernel/broadcast.ts'
import { type Body, type Expr, i32, i32x4, integers, item, type Local, list } from '../../kernel/wasm/asm.ts'
import { bytesOf, type Element, elementBytes, loadSplat, type Source } from '../../kernel/wasm/elements.ts'
import { smaller } from '../../kernel/wasm/loops.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import {
  type Address,
  orderless,
  type Plan,
  type PlannedArray,
  type TypedScalar,
  type WasmKernel,
} from '../../kernel/wasm/plan.ts'
import { chunkBytes } from '../../kernel/wasm/ranges.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { arithmetics } from '../../kernel/wasm/simd.ts'
import { type Load, type Stream, sweep } from '../../kernel/wasm/sweep.ts'
import { indicesAt, stepsOf } from '../../kernel/wasm/walk.ts'
import { usedLeaves, withIotas } from '../operands.ts'
import { type FormulaAttributes, sourcesOfFormula } from './attributes.ts'

/** An operand inside a kernel: a stream to load from, or a value that stays. */
type Operand = Stream | Local<'v128'>

/** Everything that the code of a kernel depends on. */
interface Spec {
  /** Which operands are numbers, and the source of each of the others. */
  readonly attrs: Omit<FormulaAttributes, 'shape' | 'iotas'>
  readonly operands: readonly (number | null)[]
  readonly sources: readonly Source[]
  readonly rung: Rung
  /** For each loop, outermost first, whether each source moves along. */
  readonly varies: readonly (readonly boolean[])[]
}

/**
 * Equal shapes keep the order of the first input, and so does broadcasting to it. What is made of numbers alone is the
 * same in any order.
 */
export const formulaWasm: WasmKernel<FormulaAttributes> = {
  orders(inputs, attrs, outputs) {
    if (inputs.length === 0 && !attrs.iotas) return { inputs: [], outputs: outputs.map(() => 'any') }
    const shape = shapeOf(inputs, attrs, outputs)
    const order = keepsChannelsLast(inputs, shape) ? 'channelsLast' : 'plain'
    return {
      inputs: inputs.map((input) => (input.shape.length === 4 ? order : 'plain')),
      outputs: outputs.map(() => order),
    }
  },
  plan(inputs, attrs, outputs, rung) {
    const last = [...outputs, ...inputs].some((array) => array.order === 'channelsLast')
    const { leaves } = attrs.formula.graph
    return formulaPlan(attrs, inputs, shapeOf(inputs, attrs, outputs), last, rung, {
      outputs: outputs.map((_, output) => ({ output })),
      inputs: inputs.map((_, input) => ({ input })),
      numbers: attrs.numbers.map((k, scalar) => ({ scalar, integer: leaves[k] === 'int' })),
    })
  },
}

/** The arguments of a formula's phase: where its results go, and where its inputs and numbers come from. */
export interface FormulaArguments {
  readonly outputs: readonly Address[]
  readonly inputs: readonly Address[]
  readonly numbers: readonly TypedScalar[]
}

/** The plan of a formula of arrays that lie channels last, or as their shapes say. */
export function formulaPlan(
  attrs: FormulaAttributes,
  inputs: readonly Pick<PlannedArray, 'shape' | 'dtype'>[],
  shape: readonly number[],
  channelsLast: boolean,
  rung: Rung,
  given: FormulaArguments,
): Plan {
  const moved = (sizes: readonly number[]) => (channelsLast ? channelsMovedLast(sizes) : sizes)
  const sources = withIotas(inputs, attrs)
  const loops = broadcastLoops(
    moved(shape),
    sources.map((source) => moved(source.shape)),
  )
  const sizes = loops.map(({ size }) => size)
  const inner = sizes.at(-1) as number
  const outer = sizeOf(sizes.slice(0, -1))
  const chunk = chunkOf(attrs)
  const parts = Math.ceil(inner / chunk)
  const rows = Math.max(1, Math.floor(chunk / inner))
  // the code does not depend on the shape
  const spec: Spec = {
    attrs: { formula: attrs.formula, numbers: attrs.numbers, dtypes: attrs.dtypes, places: attrs.places },
    operands: sourcesOfFormula(attrs),
    sources: sources.map(({ dtype, iota }): Source => (iota ? 'iota' : (dtype as Element))),
    rung,
    varies: loops.map(({ varies }) => varies),
  }
  const module = defineModule('formula', spec, computing)
  const phase = module.phase('formula', Math.ceil(outer / rows) * parts, { ...given, parts, rows, outer, sizes })
  return { phases: [phase], note: `loops ${sizes.join(' × ')}` }
}

/** Elements of the innermost loop that are one part. */
const chunkOf = ({ dtypes }: Pick<FormulaAttributes, 'dtypes'>) => chunkBytes / Math.max(...dtypes.map(elementBytes))

/** The shape of the results: of an output, or of the operand that one is written over. */
function shapeOf(
  inputs: readonly { readonly shape: readonly number[] }[],
  attrs: FormulaAttributes,
  outputs: readonly { readonly shape: readonly number[] }[],
): readonly number[] {
  const place = attrs.places.find((operand) => operand !== null)
  return outputs.length > 0 ? outputs[0].shape : inputs[sourcesOfFormula(attrs)[place as number] as number].shape
}

function keepsChannelsLast(inputs: readonly PlannedArray[], shape: readonly number[]): boolean {
  if (orderless(shape)) return false
  const images = inputs.filter((input) => input.shape.length === 4 && !orderless(input.shape))
  const others = inputs.filter((input) => input.shape.length < 4)
  const padded = others.map((input) => [...Array<number>(4 - input.shape.length).fill(1), ...input.shape])
  return images.some(({ order }) => order === 'channelsLast') && padded.every(orderless)
}

/** Results in places of their own, inputs, numbers; parts of a row, rows an item and in all, sizes of the loops. */
const wordsOf = ({ attrs, sources, varies }: Spec) => ({
  outputs: list('address', attrs.places.filter((place) => place === null).length),
  inputs: list('address', sources.filter((source) => source !== 'iota').length),
  numbers: list('bits', attrs.numbers.length),
  ...integers('parts', 'rows', 'outer'),
  sizes: list('i32', varies.length),
})

const computing = (spec: Spec) => ({ formula: formulaItem(spec) })

/** Results for a part of the innermost loop in some rows, the outer loops taken as one. */
function formulaItem(spec: Spec) {
  const { attrs, operands, sources: types, rung, varies } = spec
  const inner = varies.length - 1
  const chunk = chunkOf(attrs)
  return item(wordsOf(spec), (f, { index, args }) => {
    const made = attrs.dtypes.filter((_, i) => attrs.places[i] === null)
    const ys = made.map((dtype, i) => ({ address: f.let(args.outputs[i]), element: dtype as Element }))
    const inputs = args.inputs.values()
    const xs = types.map((element) => {
      const address = element === 'iota' ? i32.const(0) : (inputs.next().value as Expr<'i32'>)
      return { address: f.let(address), element }
    })
    const numbers = args.numbers.map((number) => f.let(i32x4.splat(f.let(number))))
    const { parts, rows, outer } = f.lets({ parts: args.parts, rows: args.rows, outer: args.outer })
    const sizes = args.sizes.map((size) => f.let(size))
    const moves = (x: number) => varies.map((loop) => loop[x])
    const steps = xs.map(({ element }, x) => stepsOf(f, moves(x), sizes, bytesOf(element)))
    const group = f.let(i32.div_u(index, parts))
    const begin = f.let(i32.mul(i32.sub(index, i32.mul(group, parts)), chunk))
    const count = smaller(f, i32.sub(sizes[inner], begin), chunk)
    const first = f.let(i32.mul(group, rows))
    const row = (r: Local<'i32'>) => {
      const at = indicesAt(f, r, sizes.slice(0, -1))
      const to = f.let(i32.add(i32.mul(r, sizes[inner]), begin))
      const made = ys.map(
        ({ address, element }): Stream => ({
          ...{ pointer: f.let(i32.add(address, i32.mul(to, bytesOf(element)))), element },
        }),
      )
      const sources = xs.map(({ address, element }, x): Operand => {
        const outside = at.map((index, k) => i32.mul(index, steps[x][k]))
        const inside = varies[inner][x] ? [i32.mul(begin, bytesOf(element))] : []
        const pointer = f.let([...outside, ...inside].reduce((sum, part) => i32.add(sum, part), address as Expr<'i32'>))
        return varies[inner][x] ? { pointer, element } : f.let(loadSplat(f, element, pointer))
      })
      const streams = sources.filter((source): source is Stream => 'pointer' in source)
      const values = operands.map((input, k) => (input === null ? numbers[attrs.numbers.indexOf(k)] : sources[input]))
      const steady = steadyValues(f, attrs, rung, values)
      let output = 0
      const targets = attrs.places.map((place) => {
        return place === null ? made[output++] : (sources[operands[place] as number] as Stream)
      })
      sweep(f, count, [...made, ...streams], (load) =>
        results(f, attrs, rung, values, steady, load).map((v, i) => [targets[i], v]),
      )
    }
    if (inner === 0) row(f.let(i32.const(0)))
    else f.range(first, smaller(f, i32.add(first, rows), outer), row)
  })
}

type Lanes = Expr<'v128'>

/** Values that are alike for a whole row, computed before its loop. */
function steadyValues(f: Body, { formula }: Spec['attrs'], rung: Rung, operands: readonly Operand[]): Map<Node, Lanes> {
  const nodes = steadyNodes(formula.graph, (leaf) => 'pointer' in operands[leaf])
  const held = operands.map((operand) => operand as Lanes)
  const values = evaluate<Lanes, Lanes>({ results: nodes }, arithmetics(f, rung), held)
  return new Map(nodes.map((node, i) => [node, f.let(values[i])]))
}

/** Four elements of each result. */
function results(
  f: Body,
  { formula, dtypes }: Spec['attrs'],
  rung: Rung,
  operands: readonly Operand[],
  steady: ReadonlyMap<Node, Lanes>,
  load: Load,
): Expr<'v128'>[] {
  const used = usedLeaves(formula.graph, new Set(steady.keys()))
  const values = operands.map((operand, k) =>
    'pointer' in operand && used.has(k) ? load(operand) : (operand as Lanes),
  )
  return evaluate<Lanes, Lanes>(formula.graph, arithmetics(f, rung), values, steady).map((value, i) => {
    if (formula.graph.results[i].kind !== kindOf(dtypes[i])) {
      throw new Error(`[${formula.formula.name}] result ${i} is no ${dtypes[i]}: the formula converts nothing there`)
    }
    return value
  })
}
