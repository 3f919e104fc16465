// reduce and argmax on the GPU: a workgroup a result, whose invocations take every 64th element.
import { sizeOf, stridesOf } from '../../core/shape.ts'
import type { Dispatch, WgslKernel } from '../../kernel/gpuPlan.ts'
import { wgslFloats } from '../../kernel/wgslFormula.ts'
import { walk } from '../../kernel/wgslIndex.ts'
import { mapElements } from '../../kernel/wgslMap.ts'
import { wgslFloat } from '../../kernel/wgslMath.ts'
import { joinText, mapRows, rowSize } from '../../kernel/wgslRows.ts'
import type { ArgmaxAttributes } from './argmax.ts'
import type { ReduceAttributes, ReduceKind } from './reduce.ts'

/** What a kind begins with and how it joins two values, on f32 and on i32. */
const kinds: Readonly<
  Record<ReduceKind, { readonly f32: readonly [string, string]; readonly i32: readonly [string, string] }>
> = {
  max: { f32: [wgslFloat(-Infinity), 'max1(a, b)'], i32: ['-2147483647 - 1', 'max(a, b)'] },
  mean: { f32: ['0f', 'a + b'], i32: ['0i', 'a + b'] },
  min: { f32: [wgslFloat(Infinity), 'min1(a, b)'], i32: ['2147483647', 'min(a, b)'] },
  norm: { f32: ['0f', 'a + b'], i32: ['0i', 'a + b'] },
  prod: { f32: ['1f', 'a * b'], i32: ['1i', 'a * b'] },
  sum: { f32: ['0f', 'a + b'], i32: ['0i', 'a + b'] },
}

/** y = kind over the axes; integers modulo 2³². Bytes are summed as whole numbers, then cut. */
export const reduceWgsl: WgslKernel<ReduceAttributes> = {
  plan([x], { kind, axes }, [y]) {
    const floats = x.dtype === 'float32'
    const type = floats ? 'f32' : 'i32'
    const [begin, join] = kinds[kind][type]
    const strides = stridesOf(x.shape)
    const kept = x.shape.map((_, k) => k).filter((k) => !axes.includes(k))
    const pick = (list: readonly number[], of: readonly number[]) => of.map((k) => list[k])
    const [outer, inner] = [kept, axes].map((of, n) =>
      walk(['outer', 'inner'][n], pick(x.shape, of), pick(strides, of)),
    )
    const count = sizeOf(pick(x.shape, axes))
    const bytes = y.dtype === 'uint8'
    const sums: Dispatch = mapRows({
      key: `reduce ${kind} ${kept.length} ${axes.length}`,
      sources: { x: { binding: { input: 0 }, dtype: x.dtype } },
      output: { binding: bytes ? { workspace: 0 } : { output: 0 }, dtype: floats ? 'float32' : 'int32' },
      rows: sizeOf(y.shape),
      params: { count, ...outer.params, ...inner.params },
      functions: `${floats ? wgslFloats : ''}${outer.text}${inner.text}${joinText('joined', type, join)}
fn row(r: u32, local: u32) {
  let first = outer(r);
  var a = ${type}(${begin});
  for (var k = local; k < p.count; k += ${rowSize}u) {
    let x = ${type}(load_x(first + inner(k)));
    let b = ${kind === 'norm' ? 'x * x' : 'x'};
    a = ${join};
  }
  let all = joined(a, local);
  if (local == 0u) { y[p.at_y + r] = ${finished(kind, floats)}; }
}`,
    })
    if (!bytes) return { workspace: [], dispatches: [sums] }
    const cut = mapElements({
      key: 'reduced bytes',
      sources: { x: { binding: { workspace: 0 }, dtype: 'int32' } },
      output: { binding: { output: 0 }, dtype: 'uint8' },
      count: sizeOf(y.shape),
      value: 'return u32(load_x(i));',
    })
    return { workspace: [sizeOf(y.shape) * 4], dispatches: [sums, cut] }
  },
}

function finished(kind: ReduceKind, floats: boolean): string {
  if (kind === 'norm') return floats ? 'sqrt(all)' : 'i32(sqrt(f32(all)))'
  if (kind !== 'mean') return 'all'
  return floats ? 'all / f32(p.count)' : 'all / i32(max(p.count, 1u))'
}

/** y = index of the first extreme along the axis; the first NaN if there is one. */
export const argmaxWgsl: WgslKernel<ArgmaxAttributes> = {
  plan([x], { kind, axis }, [y]) {
    const floats = x.dtype === 'float32'
    const count = axis === null ? sizeOf(x.shape) : x.shape[axis]
    const step = axis === null ? 1 : sizeOf(x.shape.slice(axis + 1))
    const better = kind === 'argmax' ? 'value > held' : 'value < held'
    const nan = floats ? ' || (isNan(value) && !isNan(held))' : ''
    const dispatch = mapElements({
      key: kind,
      sources: { x: { binding: { input: 0 }, dtype: x.dtype } },
      output: { binding: { output: 0 }, dtype: y.dtype },
      count: sizeOf(y.shape),
      params: { count, step: Math.max(1, step) },
      functions: floats ? wgslFloats : '',
      value: `let first = i / p.step * p.count * p.step + i % p.step;
  var best = 0u;
  var held = load_x(first);
  for (var k = 1u; k < p.count; k++) {
    let value = load_x(first + k * p.step);
    if (${better}${nan}) { best = k; held = value; }
  }
  return ${{ float32: 'f32(best)', int32: 'i32(best)', uint8: 'best', float64: '' }[y.dtype]};`,
    })
    return { workspace: [], dispatches: [dispatch] }
  },
}
