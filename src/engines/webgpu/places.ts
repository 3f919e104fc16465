// Where arrays lie in the GPU's buffers.
import { bytesOf } from '../../core/dtype.ts'
import type { Call, Value } from '../../core/engine.ts'
import type { Binding } from '../../kernel/wgsl/plan.ts'
import type { Block } from './pool.ts'

/** A range of a buffer. */
export interface Place {
  readonly block: Block
  readonly offset: number
}

/** Where an array begins. */
export const placeOf = ({ storage, offset }: Value): Place => ({ block: storage.allocation as Block, offset })

/** The words in which an array lies, since buffers are copied by words: it begins `skip` bytes after the first's begin. */
export interface Words {
  readonly from: Place
  readonly skip: number
  readonly bytes: number
}

/** The words of an array. */
export function wordsOf(operand: Value): Words {
  const { block, offset } = placeOf(operand)
  const skip = offset % 4
  return { from: { block, offset: offset - skip }, skip, bytes: Math.ceil((skip + bytesOf(operand)) / 4) * 4 }
}

/** A buffer from its begin. */
export const whole = (block: Block): Place => ({ block, offset: 0 })

/** Where everything is that a call's dispatches bind. */
export type Places = { readonly [kind in 'input' | 'output' | 'workspace' | 'constant']: readonly Place[] }

/** The place that a binding names. */
export function placeIn(places: Places, binding: Binding): Place {
  if ('input' in binding) return places.input[binding.input]
  if ('output' in binding) return places.output[binding.output]
  return 'workspace' in binding ? places.workspace[binding.workspace] : places.constant[binding.constant]
}

/** An input's words, and where they are copied first. */
export interface Copy {
  readonly from: Place
  readonly bytes: number
  readonly to: Block
}

/**
 * The places of a call's inputs. One that lies in a buffer which the call writes is copied first, since a dispatch
 * can't both read and write a buffer; what an op changes in place it may read. `take` gives a buffer of `bytes` bytes.
 */
export function apart(
  { inputs, outputs, mutates }: Call,
  take: (bytes: number) => Block,
): [readonly Place[], readonly Copy[]] {
  const changed = mutates.map((i) => inputs[i])
  const written = new Set([...outputs, ...changed].map((operand) => placeOf(operand).block.id))
  const copies: Copy[] = []
  const places = inputs.map((operand, i) => {
    const place = placeOf(operand)
    if (mutates.includes(i) || !written.has(place.block.id)) return place
    const { from, skip, bytes } = wordsOf(operand)
    const to = take(bytes)
    copies.push({ from, bytes, to })
    return { block: to, offset: skip }
  })
  return [places, copies]
}
