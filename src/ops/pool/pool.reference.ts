// Pooling and its gradients in plain loops, summed in float64: the definition of right.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { AveragePoolAttributes } from './averagePool.ts'
import type { PoolWindow, Sized } from './window.ts'

/** A window: where it stands, and the pixels of it that exist, from `top` to below `bottom`, `left` to below `right`. */
interface Placed {
  /** Index of the output. */
  readonly o: number
  /** Index of the first element of the image's channel. */
  readonly plane: number
  readonly y: number
  readonly x: number
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Visits each window in row-major order of the outputs. */
function eachWindow(
  pooled: readonly number[],
  [H, W]: readonly number[],
  { kernel, strides, padding }: PoolWindow,
  visit: (window: Placed) => void,
): void {
  const [N, C, OH, OW] = pooled
  for (let plane = 0; plane < N * C; plane++)
    for (let i = 0; i < OH; i++)
      for (let j = 0; j < OW; j++) {
        const y = i * strides[0] - padding[0]
        const x = j * strides[1] - padding[1]
        const [top, left] = [Math.max(y, 0), Math.max(x, 0)]
        const [bottom, right] = [Math.min(y + kernel[0], H), Math.min(x + kernel[1], W)]
        visit({ o: (plane * OH + i) * OW + j, plane: plane * H * W, y, x, top, bottom, left, right })
      }
}

/** y = max of each window, with the winner's position where it is wanted. */
export const maxPoolReference: ReferenceKernel<PoolWindow> = ([x], attrs, [y, argmax]) => {
  const [H, W] = x.shape.slice(2)
  eachWindow(y.shape, [H, W], attrs, (window) => {
    let best = Number.NaN
    let position = -1
    for (let h = window.top; h < window.bottom; h++)
      for (let w = window.left; w < window.right; w++) {
        const value = x.data[window.plane + h * W + w]
        const wins = position < 0 || value > best || (Number.isNaN(value) && !Number.isNaN(best))
        if (!wins) continue
        best = value
        position = (h - window.y) * attrs.kernel[1] + w - window.x
      }
    y.data[window.o] = best
    if (argmax) argmax.data[window.o] = position
  })
}

/** dx = Σ dy over the windows whose winner the pixel is. */
export const maxPoolGradientReference: ReferenceKernel<PoolWindow & Sized> = ([dy, argmax], attrs, [dx]) => {
  const sums = new Float64Array(dx.data.length)
  eachWindow(dy.shape, attrs.size, attrs, ({ o, plane, y, x }) => {
    const position = argmax.data[o]
    const h = y + Math.floor(position / attrs.kernel[1])
    const w = x + (position % attrs.kernel[1])
    sums[plane + h * attrs.size[1] + w] += dy.data[o]
  })
  dx.data.set(sums)
}

/** The number of a window's pixels: with padding, but not beyond it, or without. */
function divisorOf({ y, x, top, bottom, left, right }: Placed, size: readonly number[], attrs: AveragePoolAttributes) {
  const { kernel, padding, countIncludePad } = attrs
  if (!countIncludePad) return (bottom - top) * (right - left)
  const height = Math.min(y + kernel[0], size[0] + padding[0]) - y
  const width = Math.min(x + kernel[1], size[1] + padding[1]) - x
  return height * width
}

/** y = Σ of each window ÷ its divisor. */
export const averagePoolReference: ReferenceKernel<AveragePoolAttributes> = ([x], attrs, [y]) => {
  const [H, W] = x.shape.slice(2)
  eachWindow(y.shape, [H, W], attrs, (window) => {
    let sum = 0
    for (let h = window.top; h < window.bottom; h++)
      for (let w = window.left; w < window.right; w++) sum += x.data[window.plane + h * W + w]
    y.data[window.o] = sum / divisorOf(window, [H, W], attrs)
  })
}

/** dx = Σ dy ÷ divisor over the windows that hold the pixel. */
export const averagePoolGradientReference: ReferenceKernel<AveragePoolAttributes & Sized> = ([dy], attrs, [dx]) => {
  const sums = new Float64Array(dx.data.length)
  eachWindow(dy.shape, attrs.size, attrs, (window) => {
    const part = dy.data[window.o] / divisorOf(window, attrs.size, attrs)
    for (let h = window.top; h < window.bottom; h++)
      for (let w = window.left; w < window.right; w++) sums[window.plane + h * attrs.size[1] + w] += part
  })
  dx.data.set(sums)
}
