// WGSL kernels in which each invocation computes one element of several outputs, or of arrays that it reads as well.
import { costOf } from './cost.ts'
import { arrayType, functionsFor, loadText, sharesWords, wgslType } from './elements.ts'
import { mapElements, mapSize, type Source } from './map.ts'
import type { Dispatch, Param } from './plan.ts'
import { paramsText, workgroupIndex, workgroupRows } from './workgroups.ts'

/** An array of a kernel, by the name under which its text loads it. */
export interface KernelArray extends Source {
  readonly name: string
  /** Set when elements are written over those that are read. */
  readonly written?: boolean
}

/** A kernel of one invocation an element. */
export interface ResultsKernel {
  /** What is read: `load_name(i)` gives element i. */
  readonly inputs: readonly KernelArray[]
  readonly outputs: readonly Source[]
  readonly count: number
  /** Numbers that an element reads one after the other; by default one of each input. */
  readonly reads?: number
  /** Numbers of the call: `p.name` in the text. */
  readonly params: Readonly<Record<string, Param>>
  /** Functions that the statements call. */
  readonly functions: string
  /** WGSL statements that compute element `i`. */
  readonly statements: string
  /** WGSL expressions of the elements, and where each goes: to an output by its index, or over an input by its name. */
  readonly values: readonly { readonly to: number | string; readonly value: string }[]
}

/** The dispatch; a single output may be of elements that share words. */
export function mapResults(kernel: ResultsKernel): Dispatch {
  const { inputs, outputs, values, statements } = kernel
  if (values.length > 1 || typeof values[0].to === 'string') return sideBySide(kernel)
  const [output] = outputs
  const [{ value }] = values
  return mapElements({
    ...kernel,
    sources: Object.fromEntries(inputs.map(({ name, binding, dtype }): [string, Source] => [name, { binding, dtype }])),
    output,
    value: `${statements} return ${wgslType(output.dtype) === 'u32' ? `u32(${value})` : value};`,
  })
}

function sideBySide(kernel: ResultsKernel): Dispatch {
  const { inputs, outputs, count, params, values, reads = inputs.length } = kernel
  const arrays: KernelArray[] = [
    ...inputs,
    ...outputs.map((output, n) => ({ ...output, name: `y${n}`, written: true })),
  ]
  if (arrays.some(({ written, dtype }) => written && sharesWords(dtype))) {
    throw new Error("elements that share words can't be one of several results")
  }
  const all: Record<string, Param> = { size: count }
  for (const { name, binding } of arrays) all[`at_${name}`] = { offset: binding }
  Object.assign(all, params)
  const stores = values.map(({ to, value }) => {
    const name = typeof to === 'number' ? `y${to}` : to
    return `${name}[p.at_${name} + i] = ${value};`
  })
  const shader = `
${paramsText(all)}
${functionsFor(arrays.map(({ dtype }) => dtype))}
${arrays.map(bindingText).join('')}
@group(0) @binding(${arrays.length}) var<uniform> p: Params;
${kernel.functions}
@compute @workgroup_size(${mapSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = ${workgroupIndex} * ${mapSize}u + local;
  if (i >= p.size) { return; }
  ${kernel.statements}
  ${stores.join(' ')}
}`
  return {
    shader,
    bindings: arrays.map(({ binding }) => binding),
    params: Object.values(all),
    workgroups: count === 0 ? [0, 1, 1] : workgroupRows(Math.ceil(count / mapSize)),
    cost: costOf({ bytes: 4 * count * (reads + values.length), waits: reads + 1 }),
  }
}

function bindingText({ name, dtype, written }: KernelArray, n: number): string {
  return `
@group(0) @binding(${n}) var<storage, ${written ? 'read_write' : 'read'}> ${name}: ${arrayType(dtype)};
${loadText(name, dtype)}`
}
