// How any number of workgroups is laid out, since along an axis of a dispatch there are 65,535 at most.

const most = 65535

/** So many workgroups in rows, of which the last may hold some too many. */
export function workgroupRows(count: number): readonly [number, number, number] {
  return [Math.min(count, most), Math.ceil(count / most), 1]
}

/** WGSL expression of the workgroup's number, `id` being its builtin id. */
export const workgroupIndex = `(id.x + id.y * ${most}u)`
