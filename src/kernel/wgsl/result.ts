// Where a matrix product's sums go and what finishes them, also where they come in parts that are added up.
import type { Formula } from '../../arith/arith.ts'
import { costOf } from './cost.ts'
import { wgslFloats, wgslFormula } from './formula.ts'
import type { Binding, Dispatch } from './plan.ts'
import { type Params, paramsText, workgroupIndex, workgroupRows } from './workgroups.ts'

/** The places of C's elements, each the sum of what its row and its column say, and what is done to the sums. */
export interface Result {
  /** Body of a WGSL function of the row `i` in the group `group`. */
  readonly row: string
  /** Body of a WGSL function of the column `j`. */
  readonly column: string
  /** WGSL expression of `row`, `column` and `group`: where the bias is. */
  readonly bias?: string | undefined
  /** Applied last. */
  readonly activation?: { readonly name: string; readonly formula: Formula } | undefined
}

/** Parts of sums lie one after the other within their group, each row by row. */
export const partial: Result = { row: 'return (slice * p.rows + i) * p.columns;', column: 'return j;' }

/** The functions that know the place of a sum and finish it, of the bindings `c` and `bias` and the params `p`. */
export function resultText({ row, column, bias, activation }: Result): string {
  return `
${activation ? wgslFloats : ''}
fn rowC(i: u32, group: u32, slice: u32) -> u32 { ${row} }
fn columnC(j: u32) -> u32 { ${column} }
fn finish(sum: f32, row: u32, column: u32, group: u32) -> f32 {
  let x = sum${bias ? ` + bias[p.bias + ${bias}]` : ''};
  return ${activation ? wgslFormula(activation.formula, 'x') : 'x'};
}`
}

/** Sums in parts, laid out as `partial` says in workspace 0, and where they go. */
export interface Joined {
  readonly c: Result
  readonly groups: number
  readonly rows: number
  readonly columns: number
  readonly operands: { readonly c: Binding; readonly bias?: Binding | undefined }
}

/** Invocations of a workgroup that joins parts, each of one sum: two of the hardware's groups on most GPUs. */
const size = 64

/** Adds the parts of each sum in order and finishes it. */
export function joinParts(
  { c, rows, columns, groups, operands: { c: result, bias } }: Joined,
  parts: number,
): Dispatch {
  const sums = groups * rows * columns
  const places = { c: { offset: result }, bias: bias ? { offset: bias } : 0 }
  const params = { rows, columns, parts, size: sums, ...places }
  return {
    shader: joinText(c, params),
    bindings: [{ workspace: 0 }, result, ...(bias ? [bias] : [])],
    params: Object.values(params),
    workgroups: workgroupRows(Math.ceil(sums / size)),
    cost: costOf({ bytes: 4 * sums * (parts + 1), waits: parts }),
    work: {
      ...{ invocations: Math.ceil(sums / size) * size, workgroupMemory: 0 },
      ...{ operations: sums * parts, bytes: 4 * sums * (parts + 1) },
    },
  }
}

function joinText(c: Result, params: Params): string {
  return `
${paramsText(params)}
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
${c.bias ? '@group(0) @binding(2) var<storage, read> bias: array<f32>;' : ''}
@group(0) @binding(${c.bias ? 3 : 2}) var<uniform> p: Params;
${resultText(c)}
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = ${workgroupIndex} * ${size}u + local;
  if (index >= p.size) { return; }
  let each = p.rows * p.columns;
  let group = index / each;
  let row = index % each / p.columns;
  let column = index % p.columns;
  var sum = 0f;
  for (var part = 0u; part < p.parts; part++) { sum += sums[(group * p.parts + part) * each + index % each]; }
  c[p.c + rowC(row, group, 0u) + columnC(column)] = finish(sum, row, column, group);
}`
}
