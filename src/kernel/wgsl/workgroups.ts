// How any number of workgroups is laid out, since along an axis of a dispatch there are 65,535 at most, and what all are told.

const most = 65535

/** So many workgroups in rows, of which the last may hold some too many. */
export function workgroupRows(count: number): readonly [number, number, number] {
  return [Math.min(count, most), Math.ceil(count / most), 1]
}

/** WGSL expression of the workgroup's number, `id` being its builtin id; a dispatch may be sent in parts. */
export const workgroupIndex = `(p.skipped + id.x + id.y * ${most}u)`

/** Fields that the engine fills before a kernel's own: zero, which no compiler knows, and the workgroups before the first. */
export const commonFields = 2

/** The uniform struct with a kernel's own fields; every kernel binds it as `p`. */
export function paramsText(fields: readonly string[]): string {
  return `struct Params { ${['zero: u32', 'skipped: u32', ...fields].join(', ')} }`
}
