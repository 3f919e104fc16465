// The gradient of a movement: its moves transposed, zeros elsewhere, and sums where an element was moved several times.
import type { NDArray } from '../../core/ndarray.ts'
import { type Shape, sameShape } from '../../core/shape.ts'
import type { move } from './movement.ts'
import { isWhole, type Move, rangesOf } from './moves.ts'

/** What gradients of movements call. */
export interface MovementFunctions {
  add(a: NDArray, b: NDArray): NDArray
  sum(x: NDArray, options: { axis: number[]; keepdims: boolean }): NDArray
  withShape(x: NDArray, shape: Shape): NDArray
}

type Functions = MovementFunctions & { readonly move: typeof move }

/** What one move gives back: an array, and the move from it to the input's gradient. */
interface Piece {
  readonly array: NDArray
  readonly move: Move
}

/** The gradient of an input, from those of the outputs and the moves that read it. */
export function gradientOfInput(
  name: string,
  shape: Shape,
  moves: readonly Move[],
  dys: readonly NDArray[],
  functions: Functions,
): NDArray {
  const called = `${name}Gradient`
  const pieces = moves.map((made) => pieceOf(called, made, dys[made.output ?? 0], functions))
  const layers = layersOf(shape, pieces)
  if (layers.length === 0) return functions.move(called, [dys[0]], [shape], [])[0]
  return layers.map((layer) => gathered(called, shape, layer, functions)).reduce((a, b) => functions.add(a, b))
}

/** The move transposed; of what it repeated, the sums. */
function pieceOf(name: string, { box, from = {}, to = {} }: Move, dy: NDArray, functions: Functions): Piece {
  const repeated = [...box.keys()].filter((k) => box[k] !== 1 && from.steps?.[k] === 0)
  if (repeated.length === 0) return { array: dy, move: { box, from: to, to: from } }
  const boxed = isWhole(dy.shape, box, to)
    ? shaped(dy, box, functions)
    : functions.move(name, [dy], [box], [{ box, from: to }])[0]
  const array = functions.sum(boxed, { axis: repeated, keepdims: true })
  const steps = box.map((_, k) => from.steps?.[k] || 1)
  return { array, move: { box: array.shape, to: { ...from, steps } } }
}

/** Lists of pieces, each of which writes no element twice: a piece joins the first list where it meets none. */
function layersOf(shape: Shape, pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const layers: { readonly piece: Piece; readonly ranges: Ranges }[][] = []
  for (const piece of pieces) {
    const { box, to = {} } = piece.move
    const ranges = rangesOf(shape, box, to)
    const layer = layers.find((held) => held.every((other) => apart(ranges, other.ranges)))
    if (layer) layer.push({ piece, ranges })
    else layers.push([{ piece, ranges }])
  }
  return layers.map((layer) => layer.map(({ piece }) => piece))
}

type Ranges = ReturnType<typeof rangesOf>

const apart = (a: Ranges, b: Ranges) => a.some(([least, most], axis) => most < b[axis][0] || least > b[axis][1])

/** An array of the shape with the pieces in their places; a piece that fills it alone is only given the shape. */
function gathered(name: string, shape: Shape, pieces: readonly Piece[], functions: Functions): NDArray {
  const [{ array, move: only }] = pieces
  if (pieces.length === 1 && isWhole(array.shape, only.box, only.from) && isWhole(shape, only.box, only.to)) {
    return shaped(array, shape, functions)
  }
  const arrays = [...new Set(pieces.map((piece) => piece.array))]
  const moves = pieces.map((piece) => ({ ...piece.move, input: arrays.indexOf(piece.array) }))
  return functions.move(name, arrays, [shape], moves)[0]
}

function shaped(x: NDArray, shape: Shape, { withShape }: MovementFunctions): NDArray {
  return sameShape(x.shape, shape) ? x : withShape(x, shape)
}
