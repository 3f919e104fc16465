// How the matrix products of a convolution on the GPU find their factors: filters as matrices, images through windows.
import type { Factor } from '../../kernel/wgslGemm.ts'
import type { Geometry, Pair } from './geometry.ts'

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
  const [step, from, by] =
    pass === 'forward'
      ? [g.strides, negative(g.padding), g.dilation]
      : [[1, 1] as const, g.padding, negative(g.dilation)]
  return {
    ...{ along: 'line', width: 1, part: 'vec3i' },
    line: `let at = i % ${columns}u; return vec3i(vec3u(${image}, at / ${made.width}u, at % ${made.width}u)) * ${vector(1, step)} + ${vector(0, from)};`,
    step: `let tap = k % ${taps}u; return vec3i(vec3u(k / ${taps}u * ${pixels}u, tap / ${g.kernel[1]}u, tap % ${g.kernel[1]}u)) * ${vector(1, by)};`,
    read: (element) => readPixel(element, read, pass === 'forward' ? [1, 1] : g.strides),
  }
}

/** Columns are channels and taps of x, steps the pixels of all images of dy. */
export function windowSteps(g: Geometry): Factor {
  if (isPointwise(g)) return channelLines(imagesX(g), g.groups)
  const [x, y] = [imagesX(g), imagesY(g)]
  const [pixels, sums, taps] = [pixelsOf(x), pixelsOf(y), tapsOf(g)]
  const channel = `(group * ${x.channels / g.groups}u + i / ${taps}u) * ${pixels}u`
  return {
    ...{ along: 'sum', width: 1, part: 'vec3i' },
    line: `let tap = i % ${taps}u; return vec3i(vec3u(${channel}, tap / ${g.kernel[1]}u, tap % ${g.kernel[1]}u)) * ${vector(1, g.dilation)} + ${vector(0, negative(g.padding))};`,
    step: `let at = k % ${sums}u; return vec3i(vec3u(k / ${sums}u * ${x.channels * pixels}u, at / ${y.width}u, at % ${y.width}u)) * ${vector(1, g.strides)};`,
    read: (element) => readPixel(element, x, [1, 1]),
  }
}

const negative = ([h, w]: Pair): Pair => [-h, -w]
const vector = (first: number, [h, w]: Pair) => `vec3i(${first}, ${h}, ${w})`

/**
 * The pixel at l + s, which are an image and channel, a row and a column; zero outside, and between `spread` pixels. A negative
 * row or column is a large one as u32. Conditions are joined by & so that no branch is made of them.
 */
function readPixel(element: (place: string) => string, { height, width }: Images, [down, across]: Pair): string {
  const spread = down > 1 || across > 1
  return `let at = l + s;
  let y = u32(at.y)${down > 1 ? ` / ${down}u` : ''};
  let x = u32(at.z)${across > 1 ? ` / ${across}u` : ''};
  let inside = (y < ${height}u) & (x < ${width}u)${spread ? ` & (y * ${down}u == u32(at.y)) & (x * ${across}u == u32(at.z))` : ''};
  return select(0f, ${element(`u32(at.x) + y * ${width}u + x`)}, inside);`
}
