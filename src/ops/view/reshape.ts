// reshape: the same elements in row-major order under another shape.

import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, listOf, type Shape, shapeOf, sizeOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { copyWasm } from '../copy/copy.wasm.ts'
import { type OutOption, outOf, written } from '../out.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of reshape: the new shape, without codes. */
export interface ReshapeAttributes {
  readonly shape: Shape
}

/** y has the elements of x in row-major order; it shares their memory. */
export const reshapeOp: OpSpec<ReshapeAttributes> = {
  name: 'reshape',
  kernel: copyWasm,
  infer([x], { shape }) {
    if (sizeOf(shape) === sizeOf(x.shape)) return [{ shape, dtype: x.dtype }]
    throw new OpError(
      'reshape',
      `cannot reshape ${formatShape(x.shape)} of ${sizeOf(x.shape)} elements to ${formatShape(shape)}`,
    )
  },
  view: () => 0,
  gradient: ({ inputs }, [dy], { withShape }) => [withShape(dy, inputs[0].shape)],
}

/**
 * The elements under another shape. Codes as in MXNet: 0 keeps a size, -1 infers it, -2 keeps all that remain,
 * -3 merges two, -4 a b splits one into a and b.
 */
export function reshape(x: NDArray, shape: readonly number[], options?: OutOption, ...more: []): NDArray {
  const out = outOf('reshape', options, more)
  checkArray('reshape', x)
  const sizes = resolveCodes(x.shape, listOf('reshape', shape))
  return written('reshape', out, () => withShape(x, sizes))
}

/** The array with an axis of size 1 before the given one, or at the end for axis = ndim. */
export function expandDims(x: NDArray, axis: number, options?: OutOption, ...more: []): NDArray {
  const out = outOf('expandDims', options, more)
  checkArray('expandDims', x)
  const at = checkAxis('expandDims', axis, x.ndim + 1)
  return written('expandDims', out, () => withShape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]))
}

/** The array without the given axes of size 1, or without all of them; of shape (1,) when none is left. */
export function squeeze(x: NDArray, axis?: number | readonly number[], options?: OutOption, ...more: []): NDArray {
  const out = outOf('squeeze', options, more)
  checkArray('squeeze', x)
  const ones = Array.from(x.shape.keys()).filter((k) => x.shape[k] === 1)
  const dropped = axis === undefined ? ones : [axis].flat().map((k) => checkAxis('squeeze', k, x.ndim))
  const wrong = dropped.find((k) => x.shape[k] !== 1)
  const kept = x.shape.filter((_, k) => !dropped.includes(k))
  if (wrong === undefined) return written('squeeze', out, () => withShape(x, kept.length > 0 ? kept : [1]))
  throw new OpError('squeeze', `axis ${wrong} of ${formatShape(x.shape)} has size ${x.shape[wrong]}, expected 1`)
}

/** The array as a matrix: axis 0 stays, the others become one. */
export function flatten(x: NDArray, options?: OutOption, ...more: []): NDArray {
  const out = outOf('flatten', options, more)
  checkArray('flatten', x)
  const [rows = 1, ...rest] = x.shape
  return written('flatten', out, () => withShape(x, [rows, sizeOf(rest)]))
}

/** The elements under a literal shape: 0 is a size, not a code. */
export function withShape(x: NDArray, shape: readonly number[]): NDArray {
  return invoke(reshapeOp, [x], { shape: shapeOf(shape) })[0]
}

function resolveCodes(from: Shape, codes: readonly number[]): Shape {
  const out: number[] = []
  /** Sizes of 0 that a code kept: they say nothing of a size that is inferred. */
  const empty = { from: new Set<number>(), out: new Set<number>() }
  let at = 0
  let inferred = -1
  const next = (code: number): number => {
    if (at < from.length) return from[at++]
    throw new OpError('reshape', `code ${code} in ${formatShape(codes)} has no size left in ${formatShape(from)}`)
  }
  const keep = (code: number): void => {
    if (from[at] === 0) {
      empty.from.add(at)
      empty.out.add(out.length)
    }
    out.push(next(code))
  }
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]
    if (code === 0) keep(code)
    else if (code === -2) while (at < from.length) keep(code)
    else if (code === -3) out.push(next(code) * next(code))
    else if (code === -4) out.push(...split(next(code), codes[++i], codes[++i]))
    else {
      if (code === -1) {
        if (inferred >= 0) throw new OpError('reshape', `only one size can be inferred, got ${formatShape(codes)}`)
        inferred = out.length
      } else if (!(code > 0)) throw new OpError('reshape', `unknown code ${code} in ${formatShape(codes)}`)
      out.push(code)
      at++
    }
  }
  if (inferred >= 0) {
    out[inferred] = 1
    const rest = (sizes: readonly number[], without: Set<number>) => sizeOf(sizes.filter((_, k) => !without.has(k)))
    out[inferred] = rest(from, empty.from) / rest(out, empty.out)
    if (!Number.isInteger(out[inferred])) {
      throw new OpError(
        'reshape',
        `cannot reshape ${formatShape(from)} to ${formatShape(codes)}: the sizes don't divide`,
      )
    }
  }
  return shapeOf(out)
}

function split(size: number, a: number, b: number): [number, number] {
  const first = a === -1 ? size / b : a
  const second = b === -1 ? size / a : b
  if (first * second === size) return [first, second]
  throw new OpError('reshape', `-4 cannot split ${size} into ${a} and ${b}`)
}
