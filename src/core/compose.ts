// Composites: what other ops compute, recorded as one op with a gradient of its own.
import type { Attributes, Call } from './engine.ts'
import type { NDArray } from './ndarray.ts'
import type { Op } from './op.ts'
import { currentPath, within } from './ownership.ts'
import { historyOf, mode, TapeNode } from './tape.ts'

/** The meaning of a composite: what its gradient reads, and its gradient. */
export type Composite<A extends Attributes, Functions = unknown> = Required<
  Pick<Op<A, Functions>, 'name' | 'saves' | 'gradient'>
>

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

/** Runs ops unrecorded, and records their results as those of the composite; whatever else they made is released. */
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
  if (!recording || !inputs.some(historyOf)) return outputs
  const op: Op<A, never> = { ...composite, infer: () => outputs }
  const call = callOf(op.name, inputs, outputs, attrs, currentPath())
  const node = new TapeNode(op as Op<never>, call, inputs[0].context, inputs)
  node.save()
  outputs.forEach((output, index) => output.setOrigin({ node, index }))
  return outputs
}
