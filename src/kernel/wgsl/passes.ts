// WGSL kernels that join many elements to one result, in passes: an invocation joins a few, the next pass what it held.
import { mapElements, type Source } from './map.ts'
import type { Binding, Dispatch, GpuPlan, Param } from './plan.ts'

/** What a pass reads. */
export interface Elements {
  readonly sources: Readonly<Record<string, Source>>
  readonly params?: Readonly<Record<string, Param>>
  readonly functions: string
  /** WGSL expression of element `k` of result `r`. */
  readonly value: string
}

/** A joining of `count` elements to each of `results`. */
export interface Joining {
  readonly results: number
  readonly count: number
  /** Which lie next to each other in memory: the elements of a result, or the results. */
  readonly neighbours: 'elements' | 'results'
  /** What a pass reads; `held` is the WGSL expression of what the pass before held, if there was one. */
  readonly elements: (held: string | undefined) => Elements
  /** WGSL expression of the joined elements, none yet. */
  readonly begin: string
  /** WGSL expression of `a`, the joined elements, with `b`, another one. */
  readonly join: string
  /** What is held of `a` until the next pass. */
  readonly held: { readonly value: string; readonly dtype: 'float32' | 'int32' }
  readonly output: Source
  /** WGSL expression of the result that `a` gives. */
  readonly finished: string
}

/** Elements that an invocation joins: enough that passes are few; few enough for exact sums and to fill a GPU with 10⁶. */
const share = 64

/** In how many parts a pass joins its elements: one where that is not much more work. */
export function partsOf(count: number): number {
  return count <= 2 * share ? 1 : Math.ceil(count / share)
}

/** The plan: part t of a result joins the elements t, t + parts, t + 2 parts…, so that neighbours read neighbours. */
export function joinInPasses(joining: Joining): GpuPlan {
  const workspace: number[] = []
  const dispatches: Dispatch[] = []
  let { count } = joining
  for (;;) {
    const parts = partsOf(count)
    const from = dispatches.length > 0 ? { workspace: workspace.length - 1 } : undefined
    if (parts > 1) workspace.push(Math.max(1, joining.results * parts) * 4)
    const to = parts > 1 ? { workspace: workspace.length - 1 } : undefined
    dispatches.push(pass(joining, count, parts, from, to))
    if (parts === 1)
      return { workspace, dispatches, ...(dispatches.length > 1 && { note: `${dispatches.length} passes` }) }
    count = parts
  }
}

function pass(of: Joining, count: number, parts: number, from: Binding | undefined, to: Binding | undefined): Dispatch {
  const { results, neighbours, held, output } = of
  const along = neighbours === 'elements'
  const { sources, params, functions, value } = of.elements(
    from && `load_held(${along ? 'r * p.count + k' : 'k * p.results + r'})`,
  )
  return mapElements({
    sources: { ...sources, ...(from && { held: { binding: from, dtype: held.dtype } }) },
    output: to ? { binding: to, dtype: held.dtype } : output,
    count: results * parts,
    reads: Math.ceil(count / parts),
    params: { count, parts, results: Math.max(1, results), ...params },
    functions,
    value: `let r = ${along ? 'i / p.parts' : 'i % p.results'};
  let part = ${along ? 'i % p.parts' : 'i / p.results'};
  var a = ${of.begin};
  for (var k = part; k < p.count; k += p.parts) {
    let b = ${value};
    a = ${of.join};
  }
  return ${to ? held.value : of.finished};`,
  })
}
