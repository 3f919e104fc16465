// reduction on the command stream: passes over memory, joined values of parts in a workspace.
import { floatBits, type Phase, type PlanArgument, type PlannedArray, type WasmKernel } from '../../kernel/plan.ts'
import type { Element } from './lanes.ts'
import { type Entry, moduleOf } from './passes.wasm.ts'
import { countOf, elementsShape, type ReductionAttributes } from './reduction.ts'
import { type Cut, cutOf, gathered, keepsOrder, outerOf, type Step, stepsOf, widestChunk } from './steps.ts'
import type { PassSpec } from './units.wasm.ts'

/** How a step runs: long rows are read from begin to end, short ones in strips whose values stay in registers. */
function entryOf({ r, inner }: Step): Entry {
  if (inner.size === 1) return 'rows'
  return inner.size >= 64 && r.size >= 8 ? 'wide' : 'columns'
}

/** One pass over memory, with where it reads and writes. */
interface Planned {
  readonly step: Step
  readonly cut: Cut
}

/** Every pass of the reduction, in order: each step, and after a cut one the joining of its parts. */
function passesOf(steps: readonly Step[]): Planned[] {
  return steps.flatMap((step) => {
    const passes: Planned[] = []
    for (let next: Step | undefined = step; next; ) {
      const cut: Cut = cutOf(next)
      passes.push({ step: next, cut })
      next = cut.parts > 1 ? gathered(next, cut) : undefined
    }
    return passes
  })
}

/** Joined values lie one after the other in the workspace, those of each accumulator together. */
export const reductionWasm: WasmKernel<ReductionAttributes> = {
  orders(inputs, { axes, keepDims }, outputs) {
    const [image] = inputs.filter(({ order }) => order === 'channelsLast')
    const wanted = image && (keepDims || keepsOrder(image, axes)) ? 'channelsLast' : 'plain'
    return {
      inputs: inputs.map(({ shape }) => (shape.length === 4 ? wanted : 'plain')),
      outputs: outputs.map(() => (keepDims ? wanted : 'plain')),
    }
  },
  plan(inputs, attrs, outputs, rung) {
    const { reduction, axes, numbers } = attrs
    const shape = elementsShape(reduction.reduction.name, inputs)
    const last = inputs.some(({ order }) => order === 'channelsLast')
    const passes = passesOf(
      stepsOf(
        shape,
        inputs.map((input) => input.shape),
        axes,
        last,
      ),
    )
    const kinds = reduction.element.results.map(({ kind }) => kind)
    const held = kinds.map((kind): Element => (kind === 'float' ? 'float32' : 'int32'))
    const count = countOf(shape, axes)
    const dtypes = (arrays: readonly PlannedArray[]) => arrays.map(({ dtype }) => dtype as Element)
    const { leaves } = reduction.element
    const scalars = numbers.map((k, scalar): PlanArgument => ({ scalar, integer: leaves[k] === 'int' }))
    let workspace = 0
    let from: PlanArgument[] = inputs.map((_, input) => ({ input }))
    const phases = passes.map(({ step, cut }, i): Phase => {
      const [first, final] = [i === 0, i === passes.length - 1]
      const values = outerOf(step) * cut.parts * step.inner.size * 4
      const to = final
        ? outputs.map((_, output): PlanArgument => ({ output }))
        : held.map((): PlanArgument => {
            const place = { workspace }
            workspace += Math.ceil(values / 64) * 64
            return place
          })
      const varies = [...step.outer, step.r, step.inner].map((run) => (first ? run.varies : held.map(() => true)))
      const spec: PassSpec = {
        ...{ attrs: { reduction, numbers }, first, last: final, varies, rung },
        inputs: first ? dtypes(inputs) : held,
        outputs: final ? dtypes(outputs) : held,
      }
      const { part, parts, chunk, chunks, unitsPerItem, items } = cut
      const units = outerOf(step) * parts * chunks
      const divisor = kinds[0] === 'float' ? floatBits(count) : count
      const sizes = [step.r.size, step.inner.size, part, parts, chunk, chunks, unitsPerItem, units, divisor]
      const args = [...to, ...from, ...(first ? scalars : []), ...sizes, ...step.outer.map(({ size }) => size)]
      from = to
      const entry = entryOf(step)
      return { module: moduleOf(spec, entry), entry, items, args }
    })
    return {
      workspace,
      scratch: passes.some(({ step }) => entryOf(step) === 'wide') ? held.length * widestChunk * 4 : 0,
      phases,
      note: passes.map(({ step, cut }) => `${outerOf(step)}×${step.r.size}×${step.inner.size}/${cut.parts}`).join(', '),
    }
  },
}
