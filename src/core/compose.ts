// Composites: what other ops compute, recorded as one op with a gradient of its own.
import type { Attributes, Call } from './engine.ts'
import type { NDArray } from './ndarray.ts'
import type { Op } from './op.ts'
import { currentPath, release, within } from './ownership.ts'
import { historyOf, mode, TapeNode } from './tape.ts'

/** The meaning of a composite: what its gradient reads, and its gradient. */
export type Composite<A extends Attributes, Functions = unknown> = Required<
  Pick<Op<A, Functions>, 'name' | 'saves' | 'gradient'>
> & {
  /** How many of the outputs, the last ones, are for the gradient alone: nobody else gets them. Default 0. */
  readonly hidden?: number
}

/** What the tape holds of a call that no engine ran: of a composite, or of a user's function. */
export function callOf(
  name: string,
  inputs: readonly NDArray[],
  outputs: readonly NDArray[],
  attrs: Attributes = {},
  path = '',
): Call {
  const values = (arrays: readonly NDArray[]) => arrays.map(({ value }) => value)
  const rest = { attrs, scalars: [], mutates: [], view: false, path }
  return { op: name, name, inputs: values(inputs), outputs: values(outputs), ...rest }
}

/** Runs ops unrecorded, and records their results as those of the composite; what else they made is released. */
export function compose<A extends Attributes>(
  composite: Composite<A, never>,
  inputs: readonly NDArray[],
  attrs: A,
  run: () => readonly NDArray[],
): readonly NDArray[] {
  const { recording } = mode
  const outputs = within('', `made within ${composite.name}`, () => {
    mode.recording = false
    try {
      return run()
    } finally {
      mode.recording = recording
    }
  })
  const { hidden = 0, ...meaning } = composite
  const visible = outputs.slice(0, outputs.length - hidden)
  if (recording && inputs.some(historyOf)) {
    const op: Op<A, never> = { ...meaning, infer: () => outputs }
    const call = callOf(op.name, inputs, outputs, attrs, currentPath())
    const node = new TapeNode(op as Op<never>, call, inputs[0].context, inputs, visible.length)
    node.save()
    visible.forEach((output, index) => output.setOrigin({ node, index }))
  }
  for (const output of outputs.slice(visible.length))
    release(output, `made for the gradient of ${composite.name} alone`)
  return visible
}
