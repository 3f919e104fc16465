// reduction on the command stream: passes over memory, states of parts in a workspace.
import { evaluationOrder } from '../../arith/graph.ts'
import type { Element } from '../../kernel/wasm/elements.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { type Address, floatBits, type Phase, type WasmKernel } from '../../kernel/wasm/plan.ts'
import { formulaPlan } from '../formula/formula.wasm.ts'
import { withIotas } from '../operands.ts'
import { countOf, elementsShape, outputsOf, type ReductionAttributes, sourcesOfReduction } from './attributes.ts'
import { heldAs } from './join.ts'
import { mapAttributes } from './map.ts'
import { passing } from './passes.wasm.ts'
import { type Cut, cutOf, gathered, keepsOrder, outerOf, type Step, stepsOf, widestChunk } from './steps.ts'
import { costly, type TracedReduction } from './traced.ts'
import type { Entry, PassSpec } from './units.wasm.ts'

/** One pass over memory, with where it reads and writes. */
interface Planned {
  readonly step: Step
  readonly cut: Cut
  readonly entry: Entry
}

/** Every pass of the reduction, in order: each step, and after a cut one the joining of its parts. */
function passesOf(steps: readonly Step[], reduction: TracedReduction): Planned[] {
  const passes: Planned[] = []
  const fused = mapsAtOnce(steps, reduction)
  for (const step of steps) {
    for (let next: Step | undefined = step; next; ) {
      const cut: Cut = cutOf(next, finishCost(reduction))
      passes.push({ step: next, cut, entry: entryOf(next, reduction, passes.length === 0, fused) })
      next = cut.parts > 1 ? gathered(next, cut) : undefined
    }
  }
  return passes
}

/** What it costs to finish a result, in elements that are summed: 2 ns against 0.3 ns for each costly step. */
function finishCost({ finish }: TracedReduction): number {
  return 7 * evaluationOrder(finish.results).filter(({ op }) => costly.has(op)).length
}

/** Whether results of elements are made in the pass that reduces: where it meets all elements of a result at once. */
function mapsAtOnce(steps: readonly Step[], { map }: TracedReduction): boolean {
  return map !== undefined && steps.length === 1 && cutOf(steps[0]).parts === 1
}

/** How a step runs: long rows are read from start to end, short ones in strips whose values stay in registers. */
function entryOf({ r, inner }: Step, { stages, merge }: TracedReduction, first: boolean, fused: boolean): Entry {
  if (!first && merge) return 'merge'
  if (inner.size === 1) return 'rows'
  return inner.size >= 64 && r.size >= 8 && stages.length === 1 && !fused ? 'wide' : 'columns'
}

/** Where the values of a pass lie, and their element types; null for what is not stored. */
interface Places {
  readonly types: readonly (Element | null)[]
  readonly at: readonly (Address | null)[]
}

/** States lie one after the other in the workspace, those of each value together. */
export const reductionWasm: WasmKernel<ReductionAttributes> = {
  orders(inputs, { axes, keepDims, reduction }, outputs) {
    const [image] = inputs.filter(({ order }) => order === 'channelsLast')
    const wanted = image && (keepDims || keepsOrder(image, axes)) ? 'channelsLast' : 'plain'
    const finished = outputs.length - (reduction.map?.graph.results.length ?? 0)
    return {
      inputs: inputs.map(({ shape }) => (shape.length === 4 ? wanted : 'plain')),
      outputs: outputs.map((_, i) => (keepDims || i >= finished ? wanted : 'plain')),
    }
  },
  plan(inputs, attrs, _outputs, rung) {
    const { reduction, axes, numbers } = attrs
    const shape = elementsShape(inputs, attrs)
    const channelsLast = inputs.some(({ order }) => order === 'channelsLast')
    const sources = withIotas(inputs, attrs)
    const shapes = sources.map((source) => source.shape)
    const steps = stepsOf(shape, shapes, axes, channelsLast)
    const [passes, fused] = [passesOf(steps, reduction), mapsAtOnce(steps, reduction)]
    const workspace = allocator()
    const count = countOf(shape, axes)
    const scalars = numbers.map((k, scalar) => ({ scalar, integer: reduction.leaves[k] === 'int' }))
    const ends = finishedPlaces(attrs, fused, passes[passes.length - 1].step, workspace.take)
    const elements = fused ? elementPlaces(attrs) : { types: [], at: [] }
    let from: Places = {
      types: sources.map(({ dtype, iota }) => (iota ? null : (dtype as Element))),
      at: sources.map((_, input) => (input < inputs.length ? { input } : null)),
    }
    const phases = passes.map(({ step, cut, entry }, i): Phase => {
      const [first, last] = [i === 0, i === passes.length - 1]
      const values = outerOf(step) * cut.parts * step.inner.size
      const to = last ? ends : statePlaces(reduction, () => workspace.take(values))
      const all = from.types.map(() => true)
      const spec: PassSpec = {
        ...{ entry, reduction, numbers, operands: sourcesOfReduction(attrs), first, last, rung },
        wholeRows: entry === 'rows' && cut.parts === 1 && step.outer.length === 1,
        varies: [...step.outer, step.r, step.inner].map((run) => (first ? run.varies : all)),
        sources: from.types.map((type) => type ?? 'iota'),
        outputs: to.types,
        elements: elements.types as Element[],
      }
      const args = {
        ...{ outputs: placesOf(to), elements: placesOf(elements), sources: placesOf(from) },
        numbers: first ? scalars : [],
        sizes: sizesOf(step, cut, reduction.joined[0] === 'float' ? floatBits(count) : count),
        outer: step.outer.map(({ size }) => size),
      }
      from = to
      return defineModule('reduction', spec, passing).phase(entry, cut.items, args)
    })
    const note = passes.map(({ step, cut }) => `${outerOf(step)}×${step.r.size}×${step.inner.size}/${cut.parts}`)
    const scratch = passes.some(({ entry }) => entry === 'wide') ? reduction.joined.length * widestChunk * 4 : 0
    if (reduction.map && !fused) {
      const { formula, arrays } = mapAttributes(attrs, inputs, shape)
      phases.push(
        ...formulaPlan(formula, arrays, shape, channelsLast, rung, {
          outputs: placesOf(elementPlaces(attrs)),
          inputs: [...inputs.map((_, input) => ({ input })), ...placesOf(ends)],
          numbers: scalars,
        }).phases,
      )
      note.push('then each element')
    }
    return { workspace: workspace.bytes(), scratch, phases, note: note.join(', ') }
  },
}

const placesOf = ({ at }: Places) => at.filter((place) => place !== null)

function sizesOf(step: Step, { part, parts, chunk, chunks, unitsPerItem }: Cut, count: number) {
  const [r, inner, units] = [step.r.size, step.inner.size, outerOf(step) * parts * chunks]
  return { r, inner, part, parts, chunk, chunks, unitsPerItem, units, count }
}

/** Hands out places of 4-byte values in a workspace. */
function allocator() {
  let bytes = 0
  const take = (values: number): Address => {
    const place = { workspace: bytes }
    bytes += Math.ceil((values * 4) / 64) * 64
    return place
  }
  return { take, bytes: () => bytes }
}

function statePlaces({ state }: TracedReduction, take: () => Address): Places {
  return {
    types: state.results.map(({ kind }) => heldAs(kind)),
    at: state.results.map(take),
  }
}

/** Results are outputs, or wait in the workspace for those of elements; where these are made at once, they need not. */
function finishedPlaces(
  { reduction, dtypes }: ReductionAttributes,
  fused: boolean,
  step: Step,
  take: (values: number) => Address,
): Places {
  const outputs = outputsOf(reduction).slice(0, reduction.finish.results.length)
  const dropped = (output: number | null) => output === null && (fused || !reduction.map)
  return {
    types: outputs.map((output, i) => (dropped(output) ? null : (dtypes[i] as Element))),
    at: outputs.map((output) => {
      if (output !== null) return { output }
      return dropped(output) ? null : take(outerOf(step) * step.inner.size)
    }),
  }
}

function elementPlaces({ reduction, dtypes }: ReductionAttributes): Places {
  const finished = reduction.finish.results.length
  const outputs = outputsOf(reduction).slice(finished) as number[]
  return {
    types: dtypes.slice(finished) as Element[],
    at: outputs.map((output) => ({ output })),
  }
}
