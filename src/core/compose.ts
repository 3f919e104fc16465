// Composites: what other ops compute, recorded as one op with a gradient of its own.
import type { Attributes, Call } from './engine.ts'
import { notify, recordCount } from './listen.ts'
import type { NDArray } from './ndarray.ts'
import type { Op } from './op.ts'
import { currentPath, release, within } from './ownership.ts'
import { historyOf, mode, TapeNode } from './tape.ts'

/** The meaning of a composite: its name, and where it has a gradient of its own, that gradient and what it reads. */
export type Composite<A extends Attributes, Functions = unknown> = Pick<
  Op<A, Functions>,
  'name' | 'saves' | 'gradient'
> & {
  /** How many of the results its callers see; the others, made while recording, are for the gradient. Default all. */
  readonly visible?: number
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

/** Whether a call of these inputs is recorded, so that its gradient may be asked for. */
export function isRecorded(inputs: readonly NDArray[]): boolean {
  return mode.recording && inputs.some((input) => historyOf(input) !== null)
}

/**
 * Runs ops as a composite; whatever else they made is released. The tape gets the composite for them, or, where it has no
 * gradient of its own, the ops. Listeners get the composite's record behind those of its parts.
 */
export function compose<A extends Attributes>(
  composite: Composite<A, never>,
  inputs: readonly NDArray[],
  attrs: A,
  run: () => readonly NDArray[],
): readonly NDArray[] {
  const { recording } = mode
  const recorded = composite.gradient !== undefined && isRecorded(inputs)
  const first = recordCount()
  const outputs = within('', `made within ${composite.name}`, () => {
    if (composite.gradient) mode.recording = false
    try {
      return run()
    } finally {
      mode.recording = recording
    }
  })
  const { visible = outputs.length } = composite
  const [seen, hidden] = [outputs.slice(0, visible), outputs.slice(visible)]
  const call = { ...callOf(composite.name, inputs, outputs, attrs, currentPath()), parts: recordCount() - first }
  notify(call)
  if (recorded) {
    const op: Op<A, never> = { ...composite, infer: () => outputs }
    const node = new TapeNode(op as Op<never>, call, inputs[0].context, inputs, visible)
    node.save()
    seen.forEach((output, index) => output.setOrigin({ node, index }))
  }
  for (const output of hidden) release(output, `made within ${composite.name}`)
  return seen
}
