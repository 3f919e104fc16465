// The numbers that a dispatch is given, in the words of its uniform struct.
import { bytesPer } from '../../core/dtype.ts'
import type { Call } from '../../core/engine.ts'
import type { Binding, Param } from '../../kernel/wgsl/plan.ts'
import { type Places, placeIn } from './places.ts'

/** Words that hold integers or floats. */
export interface Words {
  readonly whole: Uint32Array
  readonly floats: Float32Array
}

/** Writes the params of a call from a word on. */
export function fillParams(params: readonly Param[], call: Call, places: Places, { whole, floats }: Words, at: number) {
  params.forEach((param, i) => {
    if (typeof param === 'number') whole[at + i] = param
    else if ('offset' in param) whole[at + i] = placeIn(places, param.offset).offset / elementBytes(param.offset, call)
    else if ('float' in param) floats[at + i] = param.float
    else if (param.integer) whole[at + i] = Math.trunc(call.scalars[param.scalar])
    else floats[at + i] = call.scalars[param.scalar]
  })
}

function elementBytes(binding: Binding, { inputs, outputs }: Call): number {
  if ('input' in binding) return bytesPer(inputs[binding.input].dtype)
  return 'output' in binding ? bytesPer(outputs[binding.output].dtype) : 1
}
