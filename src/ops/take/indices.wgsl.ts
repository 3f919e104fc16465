// Indices of any type as places on an axis, in WGSL.
import type { DType } from '../../core/dtype.ts'

/** `clipped(index, count)`: an index as a whole number from 0 to below the count; NaN counts as 0. Needs `wgslNumbers`. */
export function clippedText(dtype: DType): string {
  if (dtype === 'uint8') return 'fn clipped(index: u32, count: u32) -> u32 { return min(index, count - 1u); }'
  if (dtype === 'int32')
    return 'fn clipped(index: i32, count: u32) -> u32 { return min(u32(max(index, 0)), count - 1u); }'
  return `
fn clipped(index: f32, count: u32) -> u32 {
  if (isNan(index) || index <= 0.0) { return 0u; }
  if (index >= 4294967040.0) { return count - 1u; }
  return min(u32(index), count - 1u);
}`
}
