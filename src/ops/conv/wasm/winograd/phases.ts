// The dense images in an image: pixels that lie a dilation apart, which the taps of a dilated filter meet together.
import type { Pair } from '../../../../core/shape.ts'
import { type Body, i32, type Local, type Operand } from '../../../../kernel/wasm/asm.ts'

/** Dense images H × W × C, and how many pixels apart their rows and columns lie in the channels-last image. */
export interface Phased {
  readonly H: number
  readonly W: number
  readonly C: number
  readonly apart: Pair
}

/** Dense images in an image. */
export const phasesOf = ({ apart }: Pick<Phased, 'apart'>) => apart[0] * apart[1]

/** Bytes from one pixel of a dense image to the next, and from one row to the next. */
export const pixelBytes = ({ C, apart }: Pick<Phased, 'C' | 'apart'>) => apart[1] * C * 4
export const rowBytes = (p: Omit<Phased, 'H'>) => phasesOf(p) * p.W * p.C * 4

type L = Local<'i32'>

/** Visits the addresses of `count` dense images, starting at number `first` of those from `from` on; `steps` are bumps. */
export function eachImage(
  f: Body,
  p: Phased,
  { first, count }: { readonly first: L; readonly count: Operand<'i32'> },
  from: L,
  visit: (image: L) => void,
  steps: Parameters<Body['times']>[2] = [],
): void {
  const bytes = p.H * rowBytes(p)
  if (phasesOf(p) === 1) {
    const image = f.let(i32.add(from, i32.mul(first, bytes)))
    return f.times(count, () => visit(image), [[image, bytes], ...steps])
  }
  const number = f.let(first)
  const one = () => {
    const phase = f.let(i32.rem_u(number, phasesOf(p)))
    const row = i32.mul(i32.div_u(phase, p.apart[1]), p.W * pixelBytes(p))
    const column = i32.mul(i32.rem_u(phase, p.apart[1]), p.C * 4)
    const whole = i32.mul(i32.div_u(number, phasesOf(p)), bytes)
    visit(f.let(i32.add(i32.add(from, whole), i32.add(row, column))))
  }
  f.times(count, one, [[number, 1], ...steps])
}
