// broadcastTo, slice, transpose, unslice and writeSlice on the GPU: each element of the result finds its own.
import type { DType } from '../../core/dtype.ts'
import type { Descriptor } from '../../core/engine.ts'
import { sizeOf, stridesOf } from '../../core/shape.ts'
import { repeatedSteps, walk } from '../../kernel/wgsl/indexing.ts'
import { heldByte, mapElements, wgslType } from '../../kernel/wgsl/map.ts'
import type { Binding, Dispatch, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { BroadcastAttributes } from './broadcastTo.ts'
import { offsetOf, type SliceAttributes, selectedShape, type UnsliceAttributes } from './slice.ts'
import type { TransposeAttributes } from './transpose.ts'

type Shape = readonly number[]

/** y[i] = x[first + Σ index · step]. */
function gathered(dtype: DType, shape: Shape, steps: Shape, first = 0) {
  const { text, params } = walk('origin', shape, steps, first)
  const dispatch = mapElements({
    key: 'gather',
    sources: { x: { binding: { input: 0 }, dtype } },
    output: { binding: { output: 0 }, dtype },
    count: sizeOf(shape),
    ...{ params, functions: text },
    value: 'return load_x(origin(i));',
  })
  return { workspace: [], dispatches: [dispatch] }
}

/** y[i…] = x[i…], where an axis of size 1 of x stands for any index. */
export const broadcastToWgsl: WgslKernel<BroadcastAttributes> = {
  plan: ([x], _attrs, [y]) => gathered(x.dtype, y.shape, repeatedSteps(x.shape, y.shape)),
}

/** y[i…] = x[j…] with j[axes[k]] = i[k]. */
export const transposeWgsl: WgslKernel<TransposeAttributes> = {
  plan([x], { axes }, [y]) {
    const strides = stridesOf(x.shape)
    return gathered(
      x.dtype,
      y.shape,
      axes.map((axis) => strides[axis]),
    )
  },
}

/** y[i…] = x[begin + i · step…]. */
export const sliceWgsl: WgslKernel<SliceAttributes> = {
  plan([x], attrs, [y]) {
    const strides = stridesOf(x.shape)
    return gathered(
      x.dtype,
      y.shape,
      strides.map((stride, k) => stride * attrs.step[k]),
      offsetOf(x.shape, attrs),
    )
  },
}

/** Words: y[first + Σ index · step] = x[i], the others as they are. */
function placed(x: Binding, y: Binding, { shape, dtype }: Descriptor, attrs: SliceAttributes): Dispatch {
  const selected = selectedShape(attrs)
  const steps = stridesOf(shape).map((stride, k) => stride * attrs.step[k])
  const { text, params } = walk('place', selected, steps, offsetOf(shape, attrs))
  return mapElements({
    key: 'place',
    sources: { x: { binding: x, dtype } },
    output: { binding: y, dtype },
    count: sizeOf(selected),
    ...{ params, functions: text },
    ...{ value: 'return load_x(i);', place: 'place(i)' },
  })
}

/** Bytes, four of which are written at once: each of y looks whether it is selected. */
function placedBytes(
  x: Binding,
  y: Binding,
  { shape }: Descriptor,
  attrs: SliceAttributes,
  otherwise: string,
): Dispatch {
  const selected = selectedShape(attrs)
  const strides = stridesOf(selected)
  const axes = [...shape.keys()].reverse()
  const params: Record<string, Param> = {}
  for (const k of axes) {
    Object.assign(params, { [`n${k}`]: Math.max(1, shape[k]), [`begin${k}`]: attrs.begin[k] })
    Object.assign(params, { [`step${k}`]: attrs.step[k], [`count${k}`]: selected[k], [`s${k}`]: strides[k] })
  }
  const axisText = (k: number) => `{
    let past = (i32(left % p.n${k}) - i32(p.begin${k}));
    left /= p.n${k};
    let place = past / i32(p.step${k});
    inside = inside && place * i32(p.step${k}) == past && place >= 0 && u32(place) < p.count${k};
    at += u32(place) * p.s${k};
  }`
  return mapElements({
    key: `place ${otherwise}`,
    sources: { x: { binding: x, dtype: 'uint8' } },
    output: { binding: y, dtype: 'uint8' },
    count: sizeOf(shape),
    params,
    value: `var left = i; var at = 0u; var inside = true;
  ${axes.map(axisText).join('\n  ')}
  if (inside) { return load_x(at); }
  return ${otherwise};`,
  })
}

/** y = 0, then y[begin + i · step…] = x[i…]. */
export const unsliceWgsl: WgslKernel<UnsliceAttributes> = {
  plan(_inputs, attrs, [y]) {
    const [from, to] = [{ input: 0 }, { output: 0 }]
    const { dtype } = y
    if (dtype === 'uint8') return { workspace: [], dispatches: [placedBytes(from, to, y, attrs, '0u')] }
    const zero = mapElements({
      ...{ key: 'zero', output: { binding: to, dtype }, count: sizeOf(y.shape) },
      value: `return ${wgslType(dtype)}(0);`,
    })
    return { workspace: [], dispatches: [zero, placed(from, to, y, attrs)] }
  },
}

/** x[begin + i · step…] = values[i…]. */
export const writeSliceWgsl: WgslKernel<SliceAttributes> = {
  plan([x], attrs) {
    const [from, to] = [{ input: 1 }, { input: 0 }]
    if (sizeOf(selectedShape(attrs)) === 0) return { workspace: [], dispatches: [] }
    const bytes = x.dtype === 'uint8'
    const dispatch = bytes ? placedBytes(from, to, x, attrs, heldByte) : placed(from, to, x, attrs)
    return { workspace: [], dispatches: [dispatch] }
  },
}
