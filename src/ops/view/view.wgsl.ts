// broadcastTo, slice, transpose, unslice and writeSlice on the GPU: each element of the result finds its own.
import type { DType } from '../../core/dtype.ts'
import { sizeOf, stridesOf } from '../../core/shape.ts'
import type { Binding, Param, WgslKernel } from '../../kernel/gpuPlan.ts'
import { repeatedSteps, walk } from '../../kernel/wgslIndex.ts'
import { mapElements } from '../../kernel/wgslMap.ts'
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

/** y[begin + i · step…] = x[i…], and what `otherwise` says where nothing is selected. */
function scattered(
  x: Binding,
  y: Binding,
  dtype: DType,
  shape: Shape,
  attrs: SliceAttributes,
  otherwise: 'zero' | 'kept',
) {
  const selected = selectedShape(attrs)
  const strides = stridesOf(selected)
  const axes = shape.map((_, k) => k).reverse()
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
  const old = dtype === 'uint8' ? '(y[(p.at_y + i) >> 2u] >> (((p.at_y + i) & 3u) * 8u)) & 255u' : 'y[p.at_y + i]'
  const zero = { float32: '0f', int32: '0i', uint8: '0u', float64: '' }[dtype]
  return mapElements({
    key: `scatter ${shape.length} ${otherwise}`,
    sources: { x: { binding: x, dtype } },
    output: { binding: y, dtype },
    count: sizeOf(shape),
    params,
    value: `var left = i; var at = 0u; var inside = true;
  ${axes.map(axisText).join('\n  ')}
  if (inside) { return load_x(at); }
  return ${otherwise === 'zero' ? zero : old};`,
  })
}

/** y = 0, then y[begin + i · step…] = x[i…]. */
export const unsliceWgsl: WgslKernel<UnsliceAttributes> = {
  plan: ([x], attrs, [y]) => ({
    workspace: [],
    dispatches: [scattered({ input: 0 }, { output: 0 }, x.dtype, y.shape, attrs, 'zero')],
  }),
}

/** x[begin + i · step…] = values[i…]. */
export const writeSliceWgsl: WgslKernel<SliceAttributes> = {
  plan: ([x], attrs) => ({
    workspace: [],
    dispatches:
      sizeOf(selectedShape(attrs)) === 0
        ? []
        : [scattered({ input: 1 }, { input: 0 }, x.dtype, x.shape, attrs, 'kept')],
  }),
}
