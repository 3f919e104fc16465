// argmax and argmin on the GPU: in passes, each of which holds where its best elements stand.
import { sizeOf } from '../../core/shape.ts'
import { wgslType } from '../../kernel/wgsl/map.ts'
import { wgslNumbers } from '../../kernel/wgsl/math.ts'
import { joinInPasses } from '../../kernel/wgsl/passes.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { ArgmaxAttributes } from './argmax.ts'

/** The better of two: NaN before numbers, then the more extreme, then the first. */
function betterText(type: 'f32' | 'i32' | 'u32', sign: '>' | '<'): string {
  const nan = `if (isNan(a.value) != isNan(b.value)) { if (isNan(a.value)) { return a; } return b; }
  let both = isNan(a.value);`
  return `${wgslNumbers}
struct Found { value: ${type}, index: u32 }
fn better(a: Found, b: Found) -> Found {
  if (a.index == none) { return b; }
  ${type === 'f32' ? nan : 'let both = false;'}
  if (!both && b.value ${sign} a.value) { return b; }
  if (!both && a.value ${sign} b.value) { return a; }
  if (b.index < a.index) { return b; }
  return a;
}
const none = 0xffffffffu;
fn found(r: u32, k: u32) -> Found {
  return Found(load_x((r / p.step * p.all + k) * p.step + r % p.step), k);
}`
}

/** y = index of the first extreme along the axis; the first NaN if there is one. */
export const argmaxWgsl: WgslKernel<ArgmaxAttributes> = {
  plan([{ shape, dtype }], { kind, axis }, [y]) {
    const count = axis === null ? sizeOf(shape) : shape[axis]
    const step = axis === null ? 1 : Math.max(1, sizeOf(shape.slice(axis + 1)))
    const type = wgslType(dtype)
    return joinInPasses({
      ...{ key: kind, results: sizeOf(y.shape), count },
      neighbours: step === 1 ? 'elements' : 'results',
      elements: (held) => ({
        sources: { x: { binding: { input: 0 }, dtype } },
        params: { step, all: count },
        functions: betterText(type, kind === 'argmax' ? '>' : '<'),
        value: `found(r, ${held ? `u32(${held})` : 'k'})`,
      }),
      begin: `Found(${type}(0), none)`,
      join: 'better(a, b)',
      held: { value: 'i32(a.index)', dtype: 'int32' },
      output: { binding: { output: 0 }, dtype: y.dtype },
      finished: `${wgslType(y.dtype)}(a.index)`,
    })
  },
}
