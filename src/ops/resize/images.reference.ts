// resize, toTensor and normalize in plain loops.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { NormalizeAttributes } from './normalize.ts'
import { resizeBilinear } from './resize.reference.ts'
import type { ResizeAttributes } from './resize.ts'
import type { ToTensorAttributes } from './toTensor.ts'

/** Every image brought to the size of the output. */
export const resizeReference: ReferenceKernel<ResizeAttributes> = ([x], { height, width }, [y]) => {
  const [rows, columns, channels] = x.shape.slice(-3)
  const images = { count: x.shape.length === 4 ? x.shape[0] : 1, height: rows, width: columns, channels }
  resizeBilinear(x.data as Uint8Array, images, y.data as Uint8Array, height, width)
}

/** y[n, c, p] = x[n, p, c] / 255. */
export const toTensorReference: ReferenceKernel<ToTensorAttributes> = ([x], _attrs, [y]) => {
  const [height, width, channels] = x.shape.slice(-3)
  const pixels = height * width
  const images = x.shape.length === 4 ? x.shape[0] : 1
  for (let n = 0; n < images; n++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < pixels; p++)
        y.data[(n * channels + c) * pixels + p] = Math.fround(x.data[(n * pixels + p) * channels + c]) / 255
}

/** y = (x − mean_c) / deviation_c, each step rounded to float32 where x is. */
export const normalizeReference: ReferenceKernel<NormalizeAttributes> = ([x], _attrs, [y], scalars) => {
  const round = x.data instanceof Float32Array ? Math.fround : (value: number) => value
  const [channels, height, width] = x.shape.slice(-3)
  const pixels = height * width
  for (let i = 0; i < x.data.length; i++) {
    const c = Math.floor(i / pixels) % channels
    y.data[i] = round(x.data[i] - round(scalars[2 * c])) / round(scalars[2 * c + 1])
  }
}
