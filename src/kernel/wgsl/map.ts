// WGSL kernels in which each invocation computes one element of the output, from a function of its index.
import type { DType } from '../../core/dtype.ts'
import type { Descriptor } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import { costOf } from './cost.ts'
import type { Binding, Dispatch, GpuPlan, Param } from './plan.ts'
import { type Params, paramsText, workgroupIndex, workgroupRows } from './workgroups.ts'

/** An array that a kernel reads, by the name under which its text does. */
export interface Source {
  readonly binding: Binding
  /** Bytes lie four in a word; a `word` is taken as it is. */
  readonly dtype: DType | 'word'
}

/** A kernel of one invocation an element. */
export interface MapKernel {
  /** What is read: `load_name(i)` gives element i. */
  readonly sources?: Readonly<Record<string, Source>>
  readonly output: Source
  /** Elements that are computed. */
  readonly count: number
  /** Numbers of the call, by name: whole ones as u32, others as f32; `p.name` in the text. */
  readonly params?: Readonly<Record<string, Param>>
  /** Numbers that an element reads one after the other, if not one of each source. */
  readonly reads?: number
  /** Functions that `value` calls. */
  readonly functions?: string
  /** WGSL statements that return element `i`, as f32, i32 or, for uint8, u32. */
  readonly value: string
  /** WGSL expression of the output's element where number `i` goes, if it is another one; not for bytes. */
  readonly place?: string
}

/** WGSL expression of a byte of the output as it was, for those that are not to change. */
export const heldByte = '(y[(p.at_y + i) >> 2u] >> (((p.at_y + i) & 3u) * 8u)) & 255u'

/** Invocations of a workgroup: a few of the hardware's groups. */
export const mapSize = 64

/** The WGSL type of an element in a register. */
export const wgslType = (dtype: DType | 'word'): 'f32' | 'i32' | 'u32' =>
  dtype === 'float32' ? 'f32' : dtype === 'int32' ? 'i32' : 'u32'

/** What a kernel has to do with the world outside its text. */
export type Surroundings = Pick<MapKernel, 'sources' | 'output' | 'params'>

/** All its numbers: how much there is to do, where its arrays are in their buffers, and its own. */
export function paramsOf({ sources = {}, output, params }: Surroundings, first: Params): Params {
  const places: Record<string, Param> = {}
  for (const [name, { binding }] of Object.entries(sources)) places[`at_${name}`] = { offset: binding }
  return { ...first, ...places, at_y: { offset: output.binding }, ...params }
}

/** Its numbers and bindings in WGSL. */
export function surroundingsText({ sources = {}, output }: Surroundings, params: Params): string {
  const entries = Object.entries(sources)
  return `
${paramsText(params)}
${entries.map(([name, source], n) => loadText(name, source, n)).join('')}
@group(0) @binding(${entries.length}) var<storage, read_write> y: array<${wgslType(output.dtype)}>;
@group(0) @binding(${entries.length + 1}) var<uniform> p: Params;`
}

/** Its bindings. */
export const bindingsOf = ({ sources = {}, output }: Surroundings): readonly Binding[] =>
  [...Object.values(sources), output].map(({ binding }) => binding)

/** The dispatch of a kernel. */
export function mapElements(kernel: MapKernel): Dispatch {
  const { output, count, sources = {}, reads = Object.keys(sources).length } = kernel
  const bytes = output.dtype === 'uint8'
  // a word of bytes that is not aligned with the output's begin is shared by two
  const invocations = bytes ? Math.ceil(count / 4) + 1 : count
  const params = paramsOf(kernel, { size: count })
  return {
    shader: textOf(kernel, params),
    bindings: bindingsOf(kernel),
    params: Object.values(params),
    workgroups: count === 0 ? [0, 1, 1] : workgroupRows(Math.ceil(invocations / mapSize)),
    cost: costOf({ bytes: 4 * count * (reads + 1), waits: reads + 1 }),
  }
}

/** Input 0 copied to output 0, element by element. */
export function copyElements({ dtype, shape }: Descriptor): GpuPlan {
  const dispatch = mapElements({
    sources: { x: { binding: { input: 0 }, dtype } },
    output: { binding: { output: 0 }, dtype },
    count: sizeOf(shape),
    value: 'return load_x(i);',
  })
  return { workspace: [], dispatches: [dispatch] }
}

function textOf(kernel: MapKernel, params: Params): string {
  const { output, functions = '', value, place = 'i' } = kernel
  return `${surroundingsText(kernel, params)}
${functions}
fn value(i: u32) -> ${wgslType(output.dtype)} { ${value} }
@compute @workgroup_size(${mapSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = ${workgroupIndex} * ${mapSize}u + local;
  ${output.dtype === 'uint8' ? storeBytes : storeElement(place)}
}`
}

/** The binding of a source and the function that loads its elements. */
function loadText(name: string, { dtype }: Source, binding: number): string {
  const type = wgslType(dtype)
  const at = `p.at_${name} + i`
  const load =
    dtype === 'uint8'
      ? `let at = ${at}; return (${name}[at >> 2u] >> ((at & 3u) * 8u)) & 255u;`
      : `return ${name}[${at}];`
  return `
@group(0) @binding(${binding}) var<storage, read> ${name}: array<${type}>;
fn load_${name}(i: u32) -> ${type} { ${load} }`
}

const storeElement = (place: string) => `let i = n;
  if (i >= p.size) { return; }
  y[p.at_y + ${place}] = value(i);`

/** One invocation writes one word, and keeps what of it lies outside. */
const storeBytes = `let word = (p.at_y >> 2u) + n;
  if (word * 4u >= p.at_y + p.size) { return; }
  var bytes = y[word];
  for (var k = 0u; k < 4u; k++) {
    let at = word * 4u + k;
    if (at < p.at_y || at >= p.at_y + p.size) { continue; }
    let shift = k * 8u;
    bytes = (bytes & ~(255u << shift)) | ((value(at - p.at_y) & 255u) << shift);
  }
  y[word] = bytes;`
