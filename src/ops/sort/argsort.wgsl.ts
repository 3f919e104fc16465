// argsort on the GPU: runs of 1, 2, 4, … elements are merged, each element finding its place by a search in the other run.
import type { DType } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import { movedAs, type Stored, wgslType } from '../../kernel/wgsl/elements.ts'
import { mapElements, type Source } from '../../kernel/wgsl/map.ts'
import type { Binding, Dispatch, WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { ArgsortAttributes } from './argsort.ts'

/** How elements are loaded: floats as their bits, since compilers may take no number for NaN. */
const loadedAs = (dtype: DType): Stored => (dtype === 'float32' ? movedAs(dtype) : dtype)

/** A u32 for each element that grows with it. The keys of NaN are the largest, those of −0 and 0 equal. */
const keyText = (dtype: DType, descending: boolean) => `
fn keyOf(x: ${wgslType(loadedAs(dtype))}) -> u32 { return ${descending ? '~' : ''}ascending(x); }
fn ascending(x: ${wgslType(loadedAs(dtype))}) -> u32 {
  ${dtype === 'float32' ? floatKey : dtype === 'uint8' ? 'return x;' : 'return bitcast<u32>(x) ^ 0x80000000u;'}
}`

const floatKey = `let size = x & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0xffffffffu; }
  if (size == 0u) { return 0x80000000u; }
  return select(x | 0x80000000u, ~x, size != x);`

/** Where element i goes: behind those of its own run before it, and those of the other that come earlier. */
const mergeText = `
fn keyAt(i: u32) -> u32 { return keyOf(load_x(i / p.count * p.count + u32(load_order(i)))); }
fn spot(i: u32) -> u32 {
  let row = i / p.count * p.count;
  let begin = row + i % p.count / (2u * p.run) * 2u * p.run;
  let middle = min(begin + p.run, row + p.count);
  let left = i < middle;
  let other = select(begin, middle, left);
  var low = other;
  var high = select(middle, min(middle + p.run, row + p.count), left);
  let key = keyAt(i);
  while (low < high) {
    let mid = (low + high) / 2u;
    let held = keyAt(mid);
    if (held < key || (held == key && !left)) { low = mid + 1u; } else { high = mid; }
  }
  return i - select(middle - begin, 0u, left) + low - other;
}`

/** Places and ranks of each row; one dispatch for each doubling of the runs. */
export const argsortWgsl: WgslKernel<ArgsortAttributes> = {
  plan([x], { descending }) {
    const size = sizeOf(x.shape)
    const count = x.shape[x.shape.length - 1]
    const levels = Math.ceil(Math.log2(Math.max(1, count)))
    const indices = (binding: Binding): Source => ({ binding, dtype: 'int32' })
    // the last level writes the output
    const order = (level: number) => indices((levels - level) % 2 === 0 ? { output: 0 } : { workspace: 0 })
    const params = { count }
    const first = mapElements({ output: order(0), count: size, params, value: 'return i32(i % p.count);' })
    const merges = Array.from({ length: levels }, (_, level): Dispatch => {
      return mapElements({
        sources: { x: { binding: { input: 0 }, dtype: loadedAs(x.dtype) }, order: order(level) },
        ...{ output: order(level + 1), count: size, params: { count, run: 2 ** level }, reads: 2 * level + 4 },
        functions: keyText(x.dtype, descending) + mergeText,
        ...{ value: 'return load_order(i);', place: 'spot(i)' },
      })
    })
    const ranks = mapElements({
      ...{ sources: { order: order(levels) }, output: indices({ output: 1 }), count: size, params },
      ...{ value: 'return i32(i % p.count);', place: 'i / p.count * p.count + u32(load_order(i))' },
    })
    return { workspace: [Math.max(1, size) * 4], dispatches: [first, ...merges, ranks] }
  },
}
