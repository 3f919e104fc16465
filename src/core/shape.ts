// Shapes: frozen lists of sizes that print as Python tuples, and the rules that combine them.
import { nameOfKind, OpError } from './errors.ts'

/** The sizes of an array, outermost axis first; frozen, prints as `(1, 96, 26, 26)`. */
export type Shape = readonly number[]

const inspect = Symbol.for('nodejs.util.inspect.custom')

class FrozenShape extends Array<number> {
  #text: string | undefined

  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  /** The sizes with a cross between them, made once. */
  get text(): string {
    this.#text ??= Array.prototype.join.call(this, 'x')
    return this.#text
  }

  override toString(): string {
    return formatShape(this)
  }

  [inspect](): string {
    return formatShape(this)
  }
}

/** A shape, and the shapes that start with its sizes, by their next size. */
interface Branch {
  shape: Shape | undefined
  readonly longer: Map<number, Branch>
}

const branch = (): Branch => ({ shape: undefined, longer: new Map() })

/** Shapes by their sizes: a program has few, and each call of an op asks for several. */
let shapes = branch()
let heldShapes = 0
const mostShapes = 10_000
/** Axes of the longest shape that is held. */
const mostAxes = 32

/** The frozen shape of the given sizes. */
export function shapeOf(sizes: readonly number[]): Shape {
  if (sizes instanceof FrozenShape) return sizes
  // a damaged file may name millions of axes, each of which would be a branch
  if (sizes.length > mostAxes) return frozen(sizes)
  let at = shapes
  for (let axis = 0; axis < sizes.length; axis++) {
    let next = at.longer.get(sizes[axis])
    if (!next) at.longer.set(sizes[axis], (next = branch()))
    at = next
  }
  at.shape ??= newShape(sizes)
  return at.shape
}

function newShape(sizes: readonly number[]): Shape {
  if (++heldShapes > mostShapes) {
    shapes = branch()
    heldShapes = 0
  }
  return frozen(sizes)
}

function frozen(sizes: readonly number[]): Shape {
  const shape = new FrozenShape()
  for (const size of sizes) shape.push(size)
  return Object.freeze(shape)
}

/** The sizes of a shape with a cross between them: `2x3`. */
export function textOfShape(shape: readonly number[]): string {
  return shape instanceof FrozenShape ? shape.text : shape.join('x')
}

/** Text of a shape as Python prints a tuple: `()`, `(3,)`, `(2, 3)`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${Array.from(shape).join(', ')})`
}

/** Text of what was given for sizes: a list of numbers as it is, or what stands in place of one. */
export function formatGiven(given: unknown): string {
  const wrong = [given].flat().find((size) => typeof size !== 'number')
  return Array.isArray(given) && wrong === undefined ? `[${given}]` : nameOfKind(wrong ?? given)
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis] // each call of an op asks: no iterator
  return size
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i])
}

/** Checks that every size is a non-negative integer, and freezes the shape. */
export function checkShape(op: string, sizes: number | readonly number[]): Shape {
  const list = typeof sizes === 'number' ? [sizes] : listOf(op, sizes)
  for (const size of list) {
    if (!Number.isInteger(size) || size < 0) {
      throw new OpError(
        op,
        `a shape holds non-negative integers, got ${list.every((n) => typeof n === 'number') ? formatShape(list) : formatGiven(list)}`,
      )
    }
  }
  return shapeOf(list)
}

/** A number for the height and one for the width. */
export type Pair = readonly [number, number]

/** Checks the numbers of an attribute for height and width: whole, from `least` on. */
export function checkPair(op: string, name: string, pair: readonly number[], least: number): void {
  if (pair.length === 2 && isCount(pair[0], least) && isCount(pair[1], least)) return
  const kind = least > 0 ? 'positive' : 'non-negative'
  throw new OpError(op, `wrong ${name}: got ${JSON.stringify(pair)}, expected two ${kind} integers`)
}

const isCount = (n: number, least: number) => Number.isInteger(n) && n >= least

/** The list itself; throws where its numbers were given one by one, as Python's variadic methods take them. */
export function listOf<T>(op: string, list: readonly T[]): readonly T[] {
  if (Array.isArray(list)) return list
  throw new OpError(op, `takes a list, as [2, 3], got ${nameOfKind(list)}`)
}

/** The axis counted from 0; a negative one counts from the end. Throws when there is no such axis. */
export function checkAxis(op: string, axis: number, dimensions: number): number {
  if (!Number.isInteger(axis)) throw new OpError(op, `an axis is an integer, as 1, got ${nameOfKind(axis)}`)
  if (axis < -dimensions || axis >= dimensions) {
    throw new OpError(op, `axis ${axis} is out of range: the array has ${dimensions} dimensions`)
  }
  return axis < 0 ? axis + dimensions : axis
}

/** The common shape of several under NumPy's broadcasting; throws when they don't fit. */
export function broadcastShapes(op: string, shapes: readonly Shape[]): Shape {
  const [first] = shapes
  if (shapes.every((shape) => shape === first)) return shapeOf(first)
  const dimensions = Math.max(...shapes.map((shape) => shape.length))
  const result: number[] = Array(dimensions).fill(1)
  for (const shape of shapes) {
    const pad = dimensions - shape.length
    shape.forEach((size, i) => {
      const held = result[pad + i]
      if (size !== held && size !== 1 && held !== 1) {
        const got = shapes.map(formatShape).join(' and ')
        throw new OpError(op, `cannot broadcast ${got}: axis ${pad + i} has sizes ${held} and ${size}`)
      }
      if (size !== 1) result[pad + i] = size
    })
  }
  return shapeOf(result)
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = Array(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i]
  }
  return strides
}

/** The shape with size 1 at the axes, or without them: then (1,) when nothing would be left. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shapeOf(shape.map((n, i) => (axes.includes(i) ? 1 : n)))
  const kept = shape.filter((_, i) => !axes.includes(i))
  return shapeOf(kept.length > 0 ? kept : [1])
}

/** The sizes of an array before, along and behind an axis. */
export function around(shape: readonly number[], axis: number) {
  let [outer, inner] = [1, 1]
  // each call of a layer asks: a slice of a shape would be dear
  for (let k = 0; k < axis; k++) outer *= shape[k]
  for (let k = axis + 1; k < shape.length; k++) inner *= shape[k]
  return { outer, count: shape[axis], inner }
}
