// WGSL kernels over rows: a workgroup shares a long one and joins what it found in a fixed tree; short ones have an invocation each.
import { costOf } from './cost.ts'
import { bindingsOf, paramsOf, type Source, surroundingsText } from './map.ts'
import type { Binding, Dispatch, Param } from './plan.ts'
import { workgroupIndex, workgroupRows } from './workgroups.ts'

/** A kernel over rows. */
export interface RowKernel {
  readonly sources: Readonly<Record<string, Source>>
  readonly output: { readonly binding: Binding; readonly dtype: 'float32' | 'int32' }
  readonly rows: number
  /** Numbers that a row reads. */
  readonly reads: number
  /** How many invocations share a row. */
  readonly together: Together
  readonly params?: Readonly<Record<string, Param>>
  /** Functions, among them `fn row(r: u32, local: u32)`, which the invocations of a row run together, `local` being each one's number. */
  readonly functions: string
}

/** Invocations of a workgroup. */
const size = 64

/** One invocation a row, or a workgroup. */
export type Together = 1 | typeof size

/**
 * How many invocations share a row of `count` elements, `step` apart. A workgroup would idle on a short one; where rows lie
 * side by side, its invocations had better read neighbours; but a long sum wants the tree's exactness.
 */
export function togetherOn(count: number, step: number): Together {
  return count <= 32 || (step >= 32 && count <= 1024) ? 1 : size
}

/** A function `name(x, local)` that gives a row's invocations the join of their values: a and b stand for two of them. */
export function joinText(name: string, type: 'f32' | 'i32', join: string, together: Together): string {
  if (together === 1) return `fn ${name}(x: ${type}, local: u32) -> ${type} { return x; }\n`
  return `
var<workgroup> ${name}_values: array<${type}, ${size}>;
fn ${name}(x: ${type}, local: u32) -> ${type} {
  workgroupBarrier();
  ${name}_values[local] = x;
  for (var half = ${size / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (local < half) {
      let a = ${name}_values[local];
      let b = ${name}_values[local + half];
      ${name}_values[local] = ${join};
    }
  }
  workgroupBarrier();
  return ${name}_values[0];
}
`
}

/** The dispatch of a kernel. */
export function mapRows(kernel: RowKernel): Dispatch {
  const { rows, reads, together, functions } = kernel
  const params = paramsOf(kernel, { rows })
  const shader = `${surroundingsText(kernel, params)}
${functions}
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let r = ${together === 1 ? `${workgroupIndex} * ${size}u + local` : workgroupIndex};
  if (r >= p.rows) { return; }
  row(r, ${together === 1 ? '0u' : 'local'});
}`
  return {
    shader,
    bindings: bindingsOf(kernel),
    params: Object.values(params),
    workgroups: rows === 0 ? [0, 1, 1] : workgroupRows(Math.ceil((rows * together) / size)),
    cost: costOf({ bytes: 8 * rows * reads, waits: reads / together }),
  }
}
