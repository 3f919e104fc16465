// WGSL kernels in which a workgroup shares the work on one row and joins what its invocations found, in a fixed tree.
import type { Binding, Dispatch, Param } from './gpuPlan.ts'
import { fieldOf, loadText, type Source, wgslType } from './wgslMap.ts'
import { workgroupIndex, workgroupRows } from './workgroups.ts'

/** A kernel of one workgroup a row. */
export interface RowKernel {
  /** Names what the text depends on besides types and names. */
  readonly key: string
  readonly sources: Readonly<Record<string, Source>>
  readonly output: { readonly binding: Binding; readonly dtype: 'float32' | 'int32' }
  readonly rows: number
  readonly params?: Readonly<Record<string, Param>>
  /** Functions, among them `fn row(r: u32, local: u32)`, which all invocations of a workgroup run together. */
  readonly functions: string
}

/** Invocations of a workgroup. */
export const rowSize = 64

/** A function `name(x, local)` that gives all invocations the join of their values: a and b stand for two of them. */
export function joinText(name: string, type: 'f32' | 'i32', join: string): string {
  return `
var<workgroup> ${name}_values: array<${type}, ${rowSize}>;
fn ${name}(x: ${type}, local: u32) -> ${type} {
  workgroupBarrier();
  ${name}_values[local] = x;
  for (var half = ${rowSize / 2}u; half > 0u; half >>= 1u) {
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
export function mapRows({ key, sources, output, rows, params = {}, functions }: RowKernel): Dispatch {
  const entries = Object.entries(sources)
  const fields = [
    ...['rows', ...entries.map(([name]) => `at_${name}`), 'at_y'].map((name) => `${name}: u32`),
    ...Object.entries(params).map(fieldOf),
  ]
  const types = [...entries.map(([name, { dtype }]) => `${name} ${dtype}`), output.dtype]
  const text = () => `
struct Params { ${fields.join(', ')} }
${entries.map(([name, source], n) => loadText(name, source, n)).join('')}
@group(0) @binding(${entries.length}) var<storage, read_write> y: array<${wgslType(output.dtype)}>;
@group(0) @binding(${entries.length + 1}) var<uniform> p: Params;
${functions}
@compute @workgroup_size(${rowSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let r = ${workgroupIndex};
  if (r >= p.rows) { return; }
  row(r, local);
}`
  return {
    shader: { key: `rows ${key} ${types.join()}`, text },
    bindings: [...entries.map(([, { binding }]) => binding), output.binding],
    params: [
      rows,
      ...entries.map(([, { binding }]): Param => ({ offset: binding })),
      { offset: output.binding },
      ...Object.values(params),
    ],
    workgroups: rows === 0 ? [0, 1, 1] : workgroupRows(rows),
  }
}
