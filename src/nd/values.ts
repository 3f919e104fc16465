// Values from lists: the shape of nested lists and rows, and their numbers in one typed array.
import { type DType, isNumeric, type TypedArray, typedZeros } from '../core/dtype.ts'
import { nameOfKind, OpError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { formatShape, type Shape, shapeOf, sizeOf } from '../core/shape.ts'

/** A number, a list of numbers or a typed array, a list of such lists, … */
export type NestedNumbers = number | TypedArray | readonly NestedNumbers[]

/** Numbers of one shape, row-major. */
export interface Values {
  readonly shape: Shape
  readonly typed: TypedArray
}

/** More axes than any array has; a list that holds itself has no end. */
const mostAxes = 32

/** The numbers of nested lists, whose innermost ones may be typed arrays. Throws, with `hint`, where lists differ. */
export function valuesOf(op: string, source: NestedNumbers, dtype: DType, hint = ''): Values {
  const shape = shapeFrom(op, source)
  const typed = typedZeros(dtype, sizeOf(shape))
  new Filler(op, hint, shape, typed).fill(source, 0)
  return { shape, typed }
}

function shapeFrom(op: string, source: unknown): Shape {
  const sizes: number[] = []
  let level = source
  for (; Array.isArray(level); level = level[0]) {
    sizes.push(level.length)
    if (sizes.length > mostAxes) throw new OpError(op, `takes lists in at most ${mostAxes} levels`)
    if (level.length === 0) break
  }
  if (isNumeric(level)) sizes.push(level.length)
  return shapeOf(sizes)
}

/** Writes lists of a shape into a typed array, and throws at the first thing that does not fit. */
class Filler {
  readonly #op: string
  readonly #hint: string
  readonly #shape: Shape
  readonly #typed: TypedArray
  #at = 0

  constructor(op: string, hint: string, shape: Shape, typed: TypedArray) {
    this.#op = op
    this.#hint = hint
    this.#shape = shape
    this.#typed = typed
  }

  fill(source: unknown, depth: number): void {
    const size = this.#shape[depth]
    if (Array.isArray(source)) {
      if (source.length !== size) this.#ragged()
      const innermost = depth === this.#shape.length - 1
      // not by forEach, which passes over holes
      for (let i = 0; i < size; i++) {
        const item: unknown = source[i]
        if (innermost && typeof item === 'number') this.#typed[this.#at++] = item
        else this.fill(item, depth + 1)
      }
    } else if (isNumeric(source)) {
      if (source.length !== size || depth !== this.#shape.length - 1) this.#ragged()
      this.#typed.set(source, this.#at)
      this.#at += size
    } else {
      if (typeof source !== 'number') throw new OpError(this.#op, refusal(source) + this.#hint)
      if (size !== undefined) this.#ragged()
      this.#typed[this.#at++] = source
    }
  }

  #ragged(): never {
    throw new OpError(this.#op, `the inner lists must all be as the first, ${formatShape(this.#shape)}${this.#hint}`)
  }
}

/** What to say of something that is neither a number nor a list. */
function refusal(value: unknown): string {
  const got = `values must be numbers, got ${nameOfKind(value)}`
  if (value instanceof NDArray) return `${got}: join arrays by nd.stack(...list)`
  return typeof value === 'bigint' ? `${got}, a bigint: convert it by Number` : got
}
