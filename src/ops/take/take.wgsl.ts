// take and pick on the GPU, with their gradients.
import type { DType } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import { wgslType } from '../../kernel/wgsl/elements.ts'
import { clippedText } from '../../kernel/wgsl/indexing.ts'
import { type MapKernel, mapElements, type Source } from '../../kernel/wgsl/map.ts'
import { wgslNumbers } from '../../kernel/wgsl/math.ts'
import type { GpuPlan, WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { PickAttributes, PickGradientAttributes } from './pick.ts'
import type { TakeAttributes, TakeGradientAttributes } from './take.ts'

/** Sizes of an axis and inside it. */
const around = (shape: readonly number[], axis: number) => ({
  count: shape[axis],
  inner: Math.max(1, sizeOf(shape.slice(axis + 1))),
})

/** A kernel of input 0, named x, and of indices, input 1. */
function indexed(types: readonly [x: DType, indices: DType], of: Omit<MapKernel, 'sources' | 'output'>): GpuPlan {
  const sources: Record<string, Source> = {
    x: { binding: { input: 0 }, dtype: types[0] },
    indices: { binding: { input: 1 }, dtype: types[1] },
  }
  const output = { binding: { output: 0 }, dtype: types[0] }
  return {
    workspace: [],
    dispatches: [mapElements({ ...of, sources, output, functions: wgslNumbers + clippedText(types[1]) })],
  }
}

/** y[o, i, ·] = a[o, indices[i], ·]. */
export const takeWgsl: WgslKernel<TakeAttributes> = {
  plan: ([a, indices], { axis }, [y]) =>
    indexed([a.dtype, indices.dtype], {
      count: sizeOf(y.shape),
      params: { ...around(a.shape, axis), rows: Math.max(1, sizeOf(indices.shape)) },
      value: `let row = i / p.inner % p.rows;
  return load_x((i / p.inner / p.rows * p.count + clipped(load_indices(row), p.count)) * p.inner + i % p.inner);`,
    }),
}

/** Element i: for a row of da the first index that names it; then for each index the next one with the same name; or −1. */
const linksText = `var row = i;
  var k = 0u;
  if (i >= p.count) {
    k = i - p.count + 1u;
    row = clipped(load_indices(k - 1u), p.count);
  }
  for (; k < p.rows; k++) {
    if (clipped(load_indices(k), p.count) == row) { return i32(k); }
  }
  return -1;`

/** da[o, indices[i], ·] += dy[o, i, ·]: each row of da has its indices linked, which its elements then follow in order. */
export const takeGradientWgsl: WgslKernel<TakeGradientAttributes> = {
  plan([dy, indices], { axis, shape }, [da]) {
    const params = { ...around(shape, axis), rows: sizeOf(indices.shape) }
    const count = params.count + params.rows
    const links: Source = { binding: { workspace: 0 }, dtype: 'int32' }
    const link = mapElements({
      ...{ count, params, output: links, value: linksText, reads: params.rows },
      sources: { indices: { binding: { input: 1 }, dtype: indices.dtype } },
      functions: wgslNumbers + clippedText(indices.dtype),
    })
    const sum = mapElements({
      ...{
        count: sizeOf(da.shape),
        params,
        reads: 2 * Math.ceil(1 + params.rows / Math.max(1, params.count)),
      },
      sources: { x: { binding: { input: 0 }, dtype: dy.dtype }, links },
      output: { binding: { output: 0 }, dtype: da.dtype },
      value: `let outer = i / p.inner / p.count;
  var sum = 0f;
  for (var k = load_links(i / p.inner % p.count); k >= 0; k = load_links(p.count + u32(k))) {
    sum += load_x((outer * p.rows + u32(k)) * p.inner + i % p.inner);
  }
  return sum;`,
    })
    return { workspace: [Math.max(1, count) * 4], dispatches: [link, sum] }
  },
}

/** y[o, k] = data[o, index[o, k], k]. */
export const pickWgsl: WgslKernel<PickAttributes> = {
  plan: ([data, index], { axis }, [y]) =>
    indexed([data.dtype, index.dtype], {
      count: sizeOf(y.shape),
      params: around(data.shape, axis),
      value: 'return load_x((i / p.inner * p.count + clipped(load_indices(i), p.count)) * p.inner + i % p.inner);',
    }),
}

/** ddata[o, index[o, k], k] = dy[o, k], else 0. */
export const pickGradientWgsl: WgslKernel<PickGradientAttributes> = {
  plan: ([dy, index], { axis, shape }, [ddata]) =>
    indexed([dy.dtype, index.dtype], {
      count: sizeOf(ddata.shape),
      params: around(shape, axis),
      value: `let at = i / p.inner / p.count * p.inner + i % p.inner;
  if (clipped(load_indices(at), p.count) != i / p.inner % p.count) { return ${wgslType(dy.dtype)}(0); }
  return load_x(at);`,
    }),
}
