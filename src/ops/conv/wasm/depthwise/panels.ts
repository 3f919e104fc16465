// Panels of 16 channels, a cache line of each pixel, which are made of images in plain order.
import { type Body, i32, type Local } from '../../../../kernel/wasm/asm.ts'
import { transposed } from '../../../../kernel/wasm/transpose.ts'

/** Channels of a panel. */
export const panelWidth = 16
/** Bytes of a pixel of a panel. */
export const panelBytes = panelWidth * 4

/** Runs the code for a full panel, or for the channels that the last one of `channels` has; `first` is its first channel. */
export function eachPanel(f: Body, channels: number, first: Local<'i32'>, build: (channels: number) => void): void {
  const last = channels % panelWidth
  if (last === 0) return build(panelWidth)
  if (channels < panelWidth) return build(last)
  f.if(
    i32.lt_u(first, channels - last),
    () => build(panelWidth),
    () => build(last),
  )
}

/** Copies `pixels` pixels, which follow each other in planes of `plane` bytes, channels last; the pointers stay. */
export function turnPanel(
  f: Body,
  channels: number,
  plane: number,
  from: Local<'i32'>,
  to: Local<'i32'>,
  pixels: Local<'i32'>,
): void {
  const [source, target] = [f.let(from), f.let(to)]
  const groups = Math.floor(channels / 4)
  const step = f.local('i32', plane)
  const four = () => {
    const at = f.let(source)
    for (let group = 0; group < groups; group++) {
      const rows = transposed(f, 4, at, step)
      rows.forEach((row, pixel) => f.store(target, row, pixel * panelBytes + group * 16))
    }
    for (let channel = groups * 4; channel < channels; channel++) {
      for (let pixel = 0; pixel < 4; pixel++)
        f.store(target, i32.load(source, channel * plane + pixel * 4), pixel * panelBytes + channel * 4)
    }
  }
  const one = () => {
    for (let channel = 0; channel < channels; channel++) f.store(target, i32.load(source, channel * plane), channel * 4)
  }
  f.times(f.let(i32.shr_u(pixels, 2)), four, [
    [source, 16],
    [target, panelBytes * 4],
  ])
  f.times(f.let(i32.and(pixels, 3)), one, [
    [source, 4],
    [target, panelBytes],
  ])
}
