// Which results see nothing but zeros (black pixels, padding): a sum of zeros is exactly zero, but transformed back it is
// what rounding has left of its tile's other results, and a ReLU that should be shut would be open at every other one.
import { type Body, i32, i32x4, type Local, select, v128 } from '../../../../kernel/wasm/asm.ts'
import { eachImage, pixelBytes, rowBytes } from './phases.ts'
import { type Place, tileWidth, type Winograd } from './sizes.ts'

/** Rows and columns of the padded image that a block's tiles read, which is the grid of the marks. */
const rowsOf = (w: Marked) => w.block.rows * w.m + w.r - 1
const columnsOf = (w: Marked) => w.across * w.m + w.r - 1

/** What the marks depend on. */
export interface Marked extends Winograd {
  readonly block: { readonly images: number; readonly rows: number }
}

/** Bytes from one row of marks to the next, and from one image's to the next. */
export const markRow = (w: Marked) => columnsOf(w) * 4
export const markImage = (w: Marked) => rowsOf(w) * markRow(w)

/** Bytes of a block's marks, in whole cache lines: what `spreadMarks` reads beyond the last one counts too. */
export const marksBytes = (w: Marked) => Math.ceil((w.block.images * markImage(w) + w.r * markRow(w)) / 64) * 64

type L = Local<'i32'>

/**
 * Writes a mark for each pixel of a block's padded images: 1 if one of `panels` panels of 16 channels, starting at `x`,
 * is not zero, else 0.
 */
export function markPixels(f: Body, w: Marked, x: L, to: L, place: Place, panels: number): void {
  const { H, W, m, before } = w
  f.fill(to, 0, marksBytes(w))
  const marks = f.let(to)
  const onePixel = (pixel: L, mark: L) => {
    const at = f.let(pixel)
    const any = f.local('v128', i32x4.const(0))
    const onePanel = () => {
      for (let i = 0; i < tileWidth / 4; i++) any.set(v128.or(any, v128.load(at, i * 16)))
    }
    f.times(panels, onePanel, [[at, tileWidth * 4]])
    // the sign of a zero is none
    const one = i32.const(0x3f800000)
    f.store(mark, select(v128.any_true(i32x4.shl(any, 1)), one, i32.const(0)))
  }
  const oneImage = (image: L) => {
    const line = f.let(i32.add(marks, before[1] * 4))
    const y = f.let(i32.sub(i32.mul(i32.const(m), place.row), before[0]))
    const oneRow = () =>
      f.if(i32.lt_u(y, H), () => {
        const [pixel, mark] = [f.let(i32.add(image, i32.mul(y, rowBytes(w)))), f.let(line)]
        f.times(W, () => onePixel(pixel, mark), [
          [pixel, pixelBytes(w)],
          [mark, 4],
        ])
      })
    f.times(rowsOf(w), oneRow, [
      [line, markRow(w)],
      [y, 1],
    ])
  }
  eachImage(f, w, { first: place.image, count: place.images }, x, oneImage, [[marks, markImage(w)]])
}

/** Joins the marks of `ranges` consecutive ranges of channels. */
export function joinMarks(f: Body, w: Marked, from: L, to: L, ranges: number): void {
  const [source, target] = [f.let(from), f.let(to)]
  const bytes = marksBytes(w)
  const oneVector = () => {
    const at = f.let(source)
    const any = f.local('v128', i32x4.const(0))
    f.times(ranges, () => any.set(v128.or(any, v128.load(at))), [[at, bytes]])
    f.store(target, any)
  }
  f.times(bytes / 16, oneVector, [
    [source, 16],
    [target, 16],
  ])
}

/** Makes a pixel's mark that of the results' whose corner it is: 1 where one of their r × r pixels is marked. */
export function spreadMarks(f: Body, w: Marked, marks: L): void {
  const vectors = Math.ceil((w.block.images * markImage(w)) / 16)
  for (const step of [4, markRow(w)]) {
    const at = f.let(marks)
    const oneVector = () => {
      const any = f.let(v128.load(at))
      for (let k = 1; k < w.r; k++) any.set(v128.or(any, v128.load(at, k * step)))
      f.store(at, any)
    }
    f.times(vectors, oneVector, [[at, 16]])
  }
}
