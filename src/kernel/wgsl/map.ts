// WGSL kernels in which each invocation computes one element of the output, from a function of its index.
import type { Descriptor } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import { costOf } from './cost.ts'
import {
  arrayType,
  elementText,
  functionsFor,
  loadText,
  movedAs,
  perWord,
  type Stored,
  sharesWords,
  storeWord,
  wgslType,
} from './elements.ts'
import type { Binding, Dispatch, GpuPlan, Param } from './plan.ts'
import { type Params, paramsText, workgroupIndex, workgroupRows } from './workgroups.ts'

/** An array that a kernel reads, by the name under which its text does. */
export interface Source {
  readonly binding: Binding
  readonly dtype: Stored
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
  /** WGSL statements that return element `i`, in a register of its type. */
  readonly value: string
  /** WGSL expression of the output's element where number `i` goes, if it is another one; not where elements share words. */
  readonly place?: string
}

/** WGSL expression of element `i` of the output as it was, for those that are not to change. */
export const heldElement = (dtype: Stored): string => elementText('y', dtype, 'p.at_y + i')

/** Invocations of a workgroup: a few of the hardware's groups. */
export const mapSize = 64

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
${functionsFor([output, ...Object.values(sources)].map(({ dtype }) => dtype))}
${entries.map(([name, { dtype }], n) => sourceText(name, dtype, n)).join('')}
@group(0) @binding(${entries.length}) var<storage, read_write> y: ${arrayType(output.dtype)};
@group(0) @binding(${entries.length + 1}) var<uniform> p: Params;`
}

/** Its bindings. */
export const bindingsOf = ({ sources = {}, output }: Surroundings): readonly Binding[] =>
  [...Object.values(sources), output].map(({ binding }) => binding)

/** The dispatch of a kernel. */
export function mapElements(kernel: MapKernel): Dispatch {
  const { output, count, sources = {}, reads = Object.keys(sources).length } = kernel
  // a word that is not aligned with the output's begin is shared by two
  const invocations = sharesWords(output.dtype) ? Math.ceil(count / perWord(output.dtype)) + 1 : count
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
    sources: { x: { binding: { input: 0 }, dtype: movedAs(dtype) } },
    output: { binding: { output: 0 }, dtype: movedAs(dtype) },
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
  ${sharesWords(output.dtype) ? storeWord(output.dtype) : storeElement(place)}
}`
}

/** The binding of a source and the function that loads its elements. */
function sourceText(name: string, dtype: Stored, binding: number): string {
  return `
@group(0) @binding(${binding}) var<storage, read> ${name}: ${arrayType(dtype)};
${loadText(name, dtype)}`
}

const storeElement = (place: string) => `let i = n;
  if (i >= p.size) { return; }
  y[p.at_y + ${place}] = value(i);`
