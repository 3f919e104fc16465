// cast on the GPU.
import type { DType } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import { mapElements } from '../../kernel/wgsl/map.ts'
import { wgslNumbers } from '../../kernel/wgsl/math.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { CastAttributes } from './cast.ts'

const cut = `${wgslNumbers}
fn whole(x: f32) -> i32 {
  if (isNan(x)) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  if (x <= -2147483648.0) { return -2147483647 - 1; }
  return i32(x);
}`

/** An element x of one type as one of another; bytes are u32 whose upper bits are cut when they are stored. */
function converted(from: DType, to: DType): string {
  if (from === 'float32') return { float32: 'x', int32: 'whole(x)', uint8: 'u32(whole(x))', float64: '' }[to]
  return { float32: 'f32(x)', int32: 'i32(x)', uint8: 'u32(x)', float64: '' }[to]
}

/** y = x in the type of y. */
export const castWgsl: WgslKernel<CastAttributes> = {
  plan([x], _attrs, [y]) {
    const dispatch = mapElements({
      key: 'cast',
      sources: { x: { binding: { input: 0 }, dtype: x.dtype } },
      output: { binding: { output: 0 }, dtype: y.dtype },
      count: sizeOf(y.shape),
      functions: x.dtype === 'float32' && y.dtype !== 'float32' ? cut : '',
      value: `let x = load_x(i); return ${converted(x.dtype, y.dtype)};`,
    })
    return { workspace: [], dispatches: [dispatch] }
  },
}
