// What a pass leaves of joined values: the state of a part, or results.
import { evaluate } from '../../arith/graph.ts'
import { kindOf } from '../../core/dtype.ts'
import type { Body, Local } from '../../kernel/wasm/asm.ts'
import { type Lanes, store, type Width } from '../../kernel/wasm/elements.ts'
import { arithmetics } from './lanes.ts'
import type { PassSpec, Unit } from './units.wasm.ts'

type I32 = Local<'i32'>

/** Makes the state of a part of its joined values; the first pass has no state yet. */
export function stateOf(f: Body, spec: PassSpec, unit: Unit, joined: readonly Lanes[]): Lanes[] {
  if (!spec.first) return [...joined]
  const { state } = spec.reduction
  return evaluate<Lanes, Lanes>(state, arithmetics(f, spec.rung), [...joined, unit.part])
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
  const { reduction, last, outputs, rung } = spec
  const { finish, state } = reduction
  const results = last ? evaluate<Lanes, Lanes>(finish, arithmetics(f, rung), [...states, unit.count]) : [...states]
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
