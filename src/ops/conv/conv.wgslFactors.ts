// How the matrix products of a convolution on the GPU find their factors: filters as matrices, images through windows.
import type { Pair } from '../../core/shape.ts'
import type { Factor } from '../../kernel/wgsl/gemm.ts'
import type { Geometry } from './geometry.ts'

/** Channels and size of images. */
export interface Images {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** The images that a convolution reads. */
export const imagesX = ({ C, H, W }: Geometry): Images => ({ channels: C, height: H, width: W })

/** The images that a convolution makes. */
export const imagesY = ({ O, OH, OW }: Geometry): Images => ({ channels: O, height: OH, width: OW })

const pixelsOf = ({ height, width }: Images) => height * width
const tapsOf = ({ kernel }: Geometry) => kernel[0] * kernel[1]
const vectors = (...lengths: readonly number[]) => (lengths.every((n) => n % 4 === 0) ? 4 : 1)

/** Whether each pixel meets one filter element only, so that images are matrices. */
function isPointwise({ kernel, strides, padding }: Geometry): boolean {
  return [...kernel, ...strides].every((n) => n === 1) && padding.every((n) => n === 0)
}

/** The line and step texts of a factor whose part is a place. */
function matrix(along: Factor['along'], width: 1 | 4, line: string, step: string): Factor {
  return { along, width, part: 'u32', line: `return ${line};`, step: `return ${step};` }
}

/** The filters (o) × (c,i,j) of a group. */
export function filterLines({ C, groups, ...g }: Geometry): Factor {
  const sum = (C / groups) * g.kernel[0] * g.kernel[1]
  return matrix('sum', vectors(sum), '(group * p.rows + i) * p.sum', 'k')
}

/** The filters (c) × (o,i,j) of a group. */
export function filterSteps(g: Geometry): Factor {
  const [taps, channels, filters] = [tapsOf(g), g.C / g.groups, g.O / g.groups]
  const row = channels * taps
  const line = `group * ${filters * row}u + i * ${taps}u`
  if (taps === 1) return matrix('line', vectors(row), line, `k * ${row}u`)
  return matrix('sum', 1, line, `k / ${taps}u * ${row}u + k % ${taps}u`)
}

/** Lines are channels of images, steps the pixels of all images. */
function channelLines(images: Images, groups: number): Factor {
  const pixels = pixelsOf(images)
  const line = `(group * ${images.channels / groups}u + i) * ${pixels}u`
  return matrix('sum', vectors(pixels), line, `k / ${pixels}u * ${images.channels * pixels}u + k % ${pixels}u`)
}

/** The gradient (o) × (n,h,w) of a group. */
export function gradientLines(g: Geometry): Factor {
  return channelLines(imagesY(g), g.groups)
}

/**
 * Columns are the pixels of `columns`' images, steps the channels and taps of the images that are read: those of x in the
 * forward pass; in the gradient of x those of dy, where taps go back and only every stride-th pixel was made.
 */
export function windowColumns(g: Geometry, pass: 'forward' | 'data'): Factor {
  const [read, made] = pass === 'forward' ? [imagesX(g), imagesY(g)] : [imagesY(g), imagesX(g)]
  const [pixels, columns, taps] = [pixelsOf(read), pixelsOf(made), tapsOf(g)]
  const image = `i / ${columns}u * ${read.channels * pixels}u + group * ${(read.channels / g.groups) * pixels}u`
  if (isPointwise(g)) return matrix('line', vectors(pixels), `${image} + i % ${pixels}u`, `k * ${pixels}u`)
  const [by, from] = pass === 'forward' ? [g.strides, negative(g.padding)] : [[1, 1] as const, g.padding]
  const pixel = pixelText(`i % ${columns}u`, made.width, by, from)
  const tap = pixelText(`k % ${taps}u`, g.kernel[1], pass === 'forward' ? g.dilation : negative(g.dilation))
  const spread: Pair = pass === 'forward' ? [1, 1] : g.strides
  return {
    ...{ along: 'line', width: 1, part: 'vec3i' },
    line: pixel + partText(image, read, spread),
    step: tap + partText(`k / ${taps}u * ${pixels}u`, read, spread),
    read: (element) => readPixel(element, read, spread),
  }
}

/** Columns are channels and taps of x, steps the pixels of all images of dy. */
export function windowSteps(g: Geometry): Factor {
  if (isPointwise(g)) return channelLines(imagesX(g), g.groups)
  const [x, y] = [imagesX(g), imagesY(g)]
  const [pixels, sums, taps] = [pixelsOf(x), pixelsOf(y), tapsOf(g)]
  const tap = pixelText(`i % ${taps}u`, g.kernel[1], g.dilation, negative(g.padding))
  const pixel = pixelText(`k % ${sums}u`, y.width, g.strides)
  return {
    ...{ along: 'sum', width: 1, part: 'vec3i' },
    line: tap + partText(`(group * ${x.channels / g.groups}u + i / ${taps}u) * ${pixels}u`, x),
    step: pixel + partText(`k / ${sums}u * ${x.channels * pixels}u`, x),
    read: (element) => readPixel(element, x),
  }
}

const negative = ([h, w]: Pair): Pair => [-h, -w]

/** Names the row `y` and the column `x` of the element with that number in rows of that width, moved by a linear map. */
function pixelText(number: string, width: number, by: Pair, from: Pair = [0, 0]): string {
  return `let at = ${number};
  let y = i32(at / ${width}u) * ${by[0]} + ${from[0]};
  let x = i32(at % ${width}u) * ${by[1]} + ${from[1]};
  `
}

const isSpread = ([down, across]: Pair) => down > 1 || across > 1

/** A part of a pixel: its place, to which row and column still add where pixels are spread; its row; its column. */
function partText(image: string, { width }: Images, spread: Pair = [1, 1]): string {
  return `return vec3i(i32(${image})${isSpread(spread) ? '' : ` + y * ${width} + x`}, y, x);`
}

/**
 * The pixel of the parts l and s; zero outside of the image, and between pixels where these are spread. A negative row or
 * column is a large one as u32. Conditions are joined by & so that no branch is made of them.
 */
function readPixel(element: (place: string) => string, { height, width }: Images, spread: Pair = [1, 1]): string {
  if (!isSpread(spread))
    return `let at = l + s;
  let inside = (u32(at.y) < ${height}u) & (u32(at.z) < ${width}u);
  return select(0f, ${element('u32(at.x)')}, inside);`
  return `let at = l + s;
  let y = u32(at.y) / ${spread[0]}u;
  let x = u32(at.z) / ${spread[1]}u;
  let inside = (y < ${height}u) & (x < ${width}u) & (y * ${spread[0]}u == u32(at.y)) & (x * ${spread[1]}u == u32(at.z));
  return select(0f, ${element(`u32(at.x) + y * ${width}u + x`)}, inside);`
}
