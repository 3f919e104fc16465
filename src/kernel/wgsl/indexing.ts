// Positions in arrays of several axes and on one axis, as WGSL text.
import type { DType } from '../../core/dtype.ts'
import { stridesOf } from '../../core/shape.ts'
import { wgslType } from './elements.ts'
import type { Param } from './plan.ts'

/** A function of a flat index over some axes that gives a position. */
export interface Walk {
  /** WGSL function `fn name(i: u32) -> u32`. */
  readonly text: string
  readonly params: Readonly<Record<string, Param>>
}

/** Axes without those of size 1, and with those that are gone through as if they were one. */
function merged(
  sizes: readonly number[],
  steps: readonly number[],
): { readonly size: number; readonly step: number }[] {
  const axes: { size: number; step: number }[] = []
  sizes.forEach((size, k) => {
    if (size === 1) return
    const last = axes.at(-1)
    if (last?.step === size * steps[k]) axes[axes.length - 1] = { size: last.size * size, step: steps[k] }
    else axes.push({ size, step: steps[k] })
  })
  return axes
}

/** The position of flat index i over the axes: `first` + Σ index · step, modulo 2³², so that steps may be negative. */
export function walk(name: string, sizes: readonly number[], steps: readonly number[], first = 0): Walk {
  const axes = merged(sizes, steps)
  const params: Record<string, Param> = { [`${name}_first`]: first }
  const lines = axes.map(({ size, step }, k) => {
    params[`${name}_s${k}`] = step
    if (k === 0) return `at += left * p.${name}_s0;`
    // a size of 0 has no index, but would be divided by
    params[`${name}_n${k}`] = Math.max(1, size)
    return `at += left % p.${name}_n${k} * p.${name}_s${k}; left /= p.${name}_n${k};`
  })
  const text = `
fn ${name}(i: u32) -> u32 {
  var left = i;
  var at = p.${name}_first;
  ${lines.reverse().join('\n  ')}
  return at;
}
`
  return { text, params }
}

/** Steps of an array's axes when it is repeated to a shape: 0 along those that it does not have, or has once. */
export function repeatedSteps(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from)
  const pad = to.length - from.length
  return to.map((_, k) => (k < pad || from[k - pad] === 1 ? 0 : strides[k - pad]))
}

/** `clipped(index, count)`: an index as an integer from 0 to below the count; NaN counts as 0. Needs `wgslNumbers`. */
export function clippedText(dtype: DType): string {
  const register = wgslType(dtype)
  if (register === 'u32') return 'fn clipped(index: u32, count: u32) -> u32 { return min(index, count - 1u); }'
  if (register === 'i32')
    return 'fn clipped(index: i32, count: u32) -> u32 { return min(u32(max(index, 0)), count - 1u); }'
  return `
fn clipped(index: f32, count: u32) -> u32 {
  if (isNan(index) || index <= 0.0) { return 0u; }
  if (index >= 4294967040.0) { return count - 1u; }
  return min(u32(index), count - 1u);
}`
}
