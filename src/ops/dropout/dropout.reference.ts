// dropout in plain loops.
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import { dropoutMask } from '../sampler.ts'
import { type DropoutAttributes, maskShape, type ScaleByMaskAttributes } from './dropout.ts'

/** y = x · mask · 1/(1 − rate), with a mask drawn now. */
export const dropoutReference: ReferenceKernel<DropoutAttributes> = ([x, state], { axes }, [y, hidden], [rate]) => {
  const shape = maskShape(x.shape, axes)
  const mask = hidden ?? { shape, data: new Uint8Array(shape.reduce((product, n) => product * n, 1)) }
  dropoutMask(state.data as Int32Array, mask.data as Uint8Array, rate)
  scale(x, mask, y, rate)
}

/** y = x · mask · 1/(1 − rate). */
export const scaleByMaskReference: ReferenceKernel<ScaleByMaskAttributes> = ([x, mask], _attrs, [y], [rate]) => {
  scale(x, mask, y, rate)
}

function scale(x: Tensor, mask: Tensor, y: Tensor, rate: number): void {
  const round = x.data instanceof Float32Array ? Math.fround : (value: number) => value
  const factor = round(1 / round(1 - round(rate)))
  for (let i = 0; i < x.data.length; i++)
    y.data[i] = x.data[i] * (mask.data[maskIndex(i, x.shape, mask.shape)] * factor)
}

/** Where the mask value of element i lies. */
function maskIndex(i: number, shape: readonly number[], maskSizes: readonly number[]): number {
  let index = 0
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const place = i % shape[axis]
    i = (i - place) / shape[axis]
    if (maskSizes[axis] > 1) index += place * step
    step *= maskSizes[axis]
  }
  return index
}
