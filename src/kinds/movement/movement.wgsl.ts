// movement on the GPU: the fill where moves leave elements, then a dispatch for each move.
import { kindOf } from '../../core/dtype.ts'
import type { Descriptor } from '../../core/engine.ts'
import { sizeOf, stridesOf } from '../../core/shape.ts'
import { movedAs, sharesWords, wgslType } from '../../kernel/wgsl/elements.ts'
import { walk } from '../../kernel/wgsl/indexing.ts'
import { heldElement, mapElements } from '../../kernel/wgsl/map.ts'
import type { Binding, Dispatch, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { MovementAttributes } from './movement.ts'
import { isWhole, type Move, offsetOf, stepsOf } from './moves.ts'

/** The fill everywhere, then out[to(i)] = in[from(i)] for each index i of each box. */
export const movementWgsl: WgslKernel<MovementAttributes> = {
  plan(inputs, { movement: { moves, covered } }, outputs) {
    const targets = outputs.length > 0 ? outputs : [inputs[0]]
    const fills = outputs.flatMap((output, n) => (covered[n] ? [] : [filled(output, n)]))
    const dispatches = moves.map((move) => {
      const { input = 0, output = 0 } = move
      const y = outputs.length > 0 ? { output } : { input: 0 }
      return moved(move, inputs[input], targets[output], y)
    })
    return { workspace: [], dispatches: [...fills, ...dispatches] }
  },
}

function filled({ shape, dtype }: Descriptor, output: number): Dispatch {
  return mapElements({
    output: { binding: { output }, dtype },
    count: sizeOf(shape),
    params: { fill: { scalar: 0, integer: kindOf(dtype) === 'int' } },
    value: `return ${wgslType(dtype)}(p.fill);`,
  })
}

/** One move: each element of the box, or each element of the output that shares a word, finds its own. */
function moved(move: Move, x: Descriptor, y: Descriptor, binding: Binding): Dispatch {
  const { box, input = 0, from, to } = move
  const common = {
    sources: { x: { binding: { input }, dtype: movedAs(x.dtype) } },
    output: { binding, dtype: movedAs(y.dtype) },
  }
  const strides = [stridesOf(x.shape), stridesOf(y.shape)]
  const origins = { steps: stepsOf(strides[0], box, from), first: offsetOf(strides[0], from) }
  if (isWhole(y.shape, box, to)) {
    const { text, params } = walk('origin', box, origins.steps, origins.first)
    return mapElements({
      ...{ ...common, count: sizeOf(box) },
      ...{ params, functions: text, value: 'return load_x(origin(i));' },
    })
  }
  if (sharesWords(y.dtype)) return mapElements({ ...common, count: sizeOf(y.shape), ...placed(move, y, origins) })
  const origin = walk('origin', box, origins.steps, origins.first)
  const place = walk('place', box, stepsOf(strides[1], box, to), offsetOf(strides[1], to))
  return mapElements({
    ...{ ...common, count: sizeOf(box) },
    ...{ params: { ...origin.params, ...place.params }, functions: origin.text + place.text },
    ...{ value: 'return load_x(origin(i));', place: 'place(i)' },
  })
}

/** Elements that share a word are written at once, and several moves may bring them: each looks whether the box holds it. */
function placed(
  { box, to = {} }: Move,
  { shape, dtype }: Descriptor,
  origins: { readonly steps: readonly number[]; readonly first: number },
): { readonly params: Readonly<Record<string, Param>>; readonly value: string } {
  const params: Record<string, Param> = { first: origins.first }
  const step = (k: number) => to.steps?.[k] ?? 1
  const along = (axis: number) => [...box.keys()].filter((k) => box[k] > 1 && (to.axes?.[k] ?? k) === axis)
  const lines = [...shape.keys()].reverse().map((axis) => {
    Object.assign(params, { [`n${axis}`]: Math.max(1, shape[axis]), [`start${axis}`]: to.start?.[axis] ?? 0 })
    // of several axes of the box along one, the longest step comes first
    const found = along(axis).map((k) => {
      Object.assign(params, { [`step${k}`]: step(k), [`size${k}`]: box[k], [`origin${k}`]: origins.steps[k] })
      return `{ let at = past / i32(p.step${k}); past -= at * i32(p.step${k});
    inside = inside && u32(at) < p.size${k}; place += u32(at) * p.origin${k}; }`
    })
    return `{
    var past = i32(left % p.n${axis}) - i32(p.start${axis}); left /= p.n${axis}; inside = inside && past >= 0;
    ${found.join('\n    ')}
    inside = inside && past == 0;
  }`
  })
  return {
    params,
    value: `var left = i; var place = p.first; var inside = true;
  ${lines.join('\n  ')}
  if (inside) { return load_x(place); }
  return ${heldElement(movedAs(dtype))};`,
  }
}
