// How any number of workgroups is laid out, since along an axis of a dispatch there are 65,535 at most, and what all are told.
import type { Param } from './plan.ts'

const most = 65535

/** So many workgroups in rows, of which the last may hold some too many. */
export function workgroupRows(count: number): readonly [number, number, number] {
  return [Math.min(count, most), Math.ceil(count / most), 1]
}

/** WGSL expression of the workgroup's number, `id` being its builtin id; a dispatch may be sent in parts. */
export const workgroupIndex = `(p.skipped + id.x + id.y * ${most}u)`

/** Fields that the engine fills before a kernel's own: zero, which no compiler knows, and the workgroups before the first. */
export const commonFields = 2

/** A dispatch's numbers by name, in the order of the uniform struct: `p.name` in the text. */
export type Params = Readonly<Record<string, Param>>

/** The uniform struct with a kernel's own numbers; every kernel binds it as `p`. */
export function paramsText(params: Params): string {
  return `struct Params { ${['zero: u32', 'skipped: u32', ...Object.entries(params).map(fieldOf)].join(', ')} }`
}

function fieldOf([name, param]: readonly [string, Param]): string {
  const float = typeof param !== 'number' && ('float' in param || ('scalar' in param && !param.integer))
  return `${name}: ${float ? 'f32' : 'u32'}`
}
