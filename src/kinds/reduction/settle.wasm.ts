// What a pass leaves of joined values: the state of a part, or results.
import { kindOf } from '../../core/dtype.ts'
import type { Body, Local } from '../../kernel/wasm/asm.ts'
import { type Lanes, store, type Width } from '../../kernel/wasm/elements.ts'
import { evaluated } from './gather.wasm.ts'
import type { PassSpec, Unit } from './units.wasm.ts'

type I32 = Local<'i32'>

/** Makes the state of a part of its joined values; the first pass has no state yet. */
export function stateOf(f: Body, spec: PassSpec, unit: Unit, joined: readonly Lanes[]): Lanes[] {
  if (!spec.first) return [...joined]
  const { state } = spec.reduction
  return evaluated(f, spec, state, [...joined, unit.part])
}

/** Stores states, or results where the pass is the last; returns them. */
export function settle(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  states: readonly Lanes[],
  to: readonly (I32 | null)[],
  lanes: Width,
  vector = 0,
): Lanes[] {
  const { reduction, last, outputs } = spec
  const { finish, state } = reduction
  const results = last ? evaluated(f, spec, finish, [...states, unit.count]) : [...states]
  const kinds = (last ? finish : state).results.map(({ kind }) => kind)
  return results.map((result, i) => {
    const [output, at] = [outputs[i], to[i]]
    if (output === null || at === null) return result
    if (kinds[i] !== kindOf(output)) {
      throw new Error(`[${reduction.reduction.name}] result ${i} is no ${output}: nothing converts it`)
    }
    const held = f.let(result)
    store(f, output, at, held, lanes, vector)
    return held
  })
}
