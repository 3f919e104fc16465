// The gradient of a movement: its moves transposed, zeros elsewhere, and sums where an element was moved several times.
import type { NDArray } from '../../core/ndarray.ts'
import { type Shape, sameShape, shapeOf } from '../../core/shape.ts'
import { isWhole, type Move, Moves, rangesOf } from './moves.ts'

/** What gradients of movements call. */
export interface MovementFunctions {
  add(a: NDArray, b: NDArray): NDArray
  sum(x: NDArray, options: { axis: readonly number[]; keepdims: boolean }): NDArray
  withShape(x: NDArray, shape: Shape): NDArray
}

/** The table of functions, and the call of a movement. */
interface Calls {
  readonly functions: MovementFunctions
  run(moves: Moves, inputs: readonly NDArray[]): NDArray[]
}

/** What one move gives back. */
interface Piece {
  /** The output whose gradient it reads. */
  readonly output: number
  /** Sums of what was repeated: of the output's gradient gathered, or only given the shape of the box. */
  readonly sum?: { readonly gather: Moves | undefined; readonly box: Shape; readonly axis: readonly number[] }
  /** From the gradient of the output, or from the sums, to that of the input. */
  readonly move: Move
}

/** Pieces that meet nowhere, and the movement that gathers them; without it the only piece has all elements in order. */
interface Layer {
  readonly pieces: readonly Piece[]
  readonly gather: Moves | undefined
}

const kept = new WeakMap<Moves, Map<number, readonly Layer[]>>()

/** The layers of an input's gradient, kept by its movement. */
function layersOf(moves: Moves, input: number, shape: Shape): readonly Layer[] {
  let held = kept.get(moves)
  if (!held) kept.set(moves, (held = new Map()))
  let layers = held.get(input)
  if (layers) return layers
  const name = `${moves.name}Gradient`
  const own = moves.moves.filter((move) => (move.input ?? 0) === input)
  const pieces = own.map((move) => pieceOf(name, move, moves.shapes[move.output ?? 0]))
  layers = apart(shape, pieces).map((pieces) => layerOf(name, shape, moves.shapes, pieces))
  held.set(input, layers)
  return layers
}

/** The move transposed; of what it repeated, the sums. */
function pieceOf(name: string, { box, output = 0, from = {}, to = {} }: Move, dy: Shape): Piece {
  const axis = [...box.keys()].filter((k) => box[k] !== 1 && from.steps?.[k] === 0)
  if (axis.length === 0) return { output, move: { box, from: to, to: from } }
  const gather = isWhole(dy, box, to) ? undefined : new Moves(name, [dy], { shapes: [box], moves: [{ box, from: to }] })
  const summed = shapeOf(box.map((size, k) => (axis.includes(k) ? 1 : size)))
  const steps = box.map((_, k) => from.steps?.[k] || 1)
  return { output, sum: { gather, box, axis }, move: { box: summed, to: { ...from, steps } } }
}

/** Lists of pieces that write no element twice: a piece joins the first list where it meets none. */
function apart(shape: Shape, pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const lists: { readonly piece: Piece; readonly ranges: Ranges }[][] = []
  for (const piece of pieces) {
    const { box, to = {} } = piece.move
    const ranges = rangesOf(shape, box, to)
    const list = lists.find((held) => held.every((other) => areApart(ranges, other.ranges)))
    if (list) list.push({ piece, ranges })
    else lists.push([{ piece, ranges }])
  }
  return lists.length > 0 ? lists.map((list) => list.map(({ piece }) => piece)) : [[]]
}

type Ranges = ReturnType<typeof rangesOf>

const areApart = (a: Ranges, b: Ranges) => a.some(([least, most], axis) => most < b[axis][0] || least > b[axis][1])

/** An array of the input's shape with the pieces in their places. */
function layerOf(name: string, shape: Shape, outputs: readonly Shape[], pieces: readonly Piece[]): Layer {
  const sources = pieces.map(({ output, sum, move }) => (sum ? move.box : outputs[output]))
  if (pieces.length === 1) {
    const [{ move }] = pieces
    if (isWhole(sources[0], move.box, move.from) && isWhole(shape, move.box, move.to))
      return { pieces, gather: undefined }
  }
  const moves = pieces.map(({ move }, input) => ({ ...move, input }))
  // nothing comes back to an input that nothing was taken of: zeros, of an output's type
  return { pieces, gather: new Moves(name, sources.length > 0 ? sources : [outputs[0]], { shapes: [shape], moves }) }
}

/** The gradient of an input, from those of the outputs. */
export function gradientOfInput(
  moves: Moves,
  input: number,
  shape: Shape,
  dys: readonly NDArray[],
  calls: Calls,
): NDArray {
  const layers = layersOf(moves, input, shape).map(({ pieces, gather }) => {
    const arrays = pieces.map((piece) => arrayOf(piece, dys[piece.output], calls))
    if (gather) return calls.run(gather, arrays.length > 0 ? arrays : [dys[0]])[0]
    return shaped(arrays[0], shape, calls)
  })
  return layers.reduce((a, b) => calls.functions.add(a, b))
}

function arrayOf({ sum }: Piece, dy: NDArray, calls: Calls): NDArray {
  if (!sum) return dy
  const boxed = sum.gather ? calls.run(sum.gather, [dy])[0] : shaped(dy, sum.box, calls)
  return calls.functions.sum(boxed, { axis: sum.axis, keepdims: true })
}

function shaped(x: NDArray, shape: Shape, { functions }: Calls): NDArray {
  return sameShape(x.shape, shape) ? x : functions.withShape(x, shape)
}
