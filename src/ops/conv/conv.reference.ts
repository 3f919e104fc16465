// conv and its gradients in plain loops, summed in float64: the definition of right.
import { numbers } from '../../arith/arith.ts'
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import { activationGradientOf, activationOf } from '../activations.ts'
import type { ActivationGradientSumAttributes, ChannelSumAttributes, ConvAttributes } from './conv.ts'
import { type ConvWindow, type Geometry, geometryOf, type SizedWindow } from './geometry.ts'

/**
 * Visits each filter element with each row of outputs it takes part in: x[xRow + w · strides[1]] meets weight[tap]
 * in y[yRow + w], for w from `first` to below `end`.
 */
function eachRow(
  g: Geometry,
  visit: (xRow: number, tap: number, yRow: number, first: number, end: number) => void,
): void {
  const { N, C, H, W, O, OH, OW, groups, kernel, strides, padding, dilation } = g
  const [perGroup, filters] = [C / groups, O / groups]
  for (let n = 0; n < N; n++)
    for (let o = 0; o < O; o++)
      for (let c = 0; c < perGroup; c++)
        for (let i = 0; i < kernel[0]; i++)
          for (let j = 0; j < kernel[1]; j++) {
            const tap = ((o * perGroup + c) * kernel[0] + i) * kernel[1] + j
            const image = n * C + Math.floor(o / filters) * perGroup + c
            const left = j * dilation[1] - padding[1]
            const first = Math.max(0, Math.ceil(-left / strides[1]))
            const end = Math.min(OW, Math.floor((W - 1 - left) / strides[1]) + 1)
            for (let h = 0; h < OH; h++) {
              const row = h * strides[0] + i * dilation[0] - padding[0]
              if (row < 0 || row >= H) continue
              visit((image * H + row) * W + left, tap, ((n * O + o) * OH + h) * OW, first, end)
            }
          }
}

/** Sums of float64, all zero. */
const sumsFor = (y: Tensor) => new Float64Array(y.data.length)

/** y = activation(bias + Σ x · weight). */
export const convReference: ReferenceKernel<ConvAttributes> = ([x, weight, bias], attrs, [y]) => {
  const g = geometryOf(x.shape, weight.shape[0], attrs)
  const sums = sumsFor(y)
  const plane = g.OH * g.OW
  if (bias) for (let i = 0; i < sums.length; i++) sums[i] = bias.data[Math.floor(i / plane) % g.O]
  const step = g.strides[1]
  eachRow(g, (xRow, tap, yRow, first, end) => {
    const factor = weight.data[tap]
    for (let w = first; w < end; w++) sums[yRow + w] += factor * x.data[xRow + w * step]
  })
  const formula = attrs.activation && activationOf(attrs.activation).formula
  for (let i = 0; i < sums.length; i++) y.data[i] = formula ? formula(numbers, sums[i]) : sums[i]
}

/** dx = Σ dy · weight. */
export const convDataReference: ReferenceKernel<SizedWindow> = ([dy, weight], attrs, [dx]) => {
  const g = geometryOf(dx.shape, weight.shape[0], attrs)
  const sums = sumsFor(dx)
  const step = g.strides[1]
  eachRow(g, (xRow, tap, yRow, first, end) => {
    const factor = weight.data[tap]
    for (let w = first; w < end; w++) sums[xRow + w * step] += factor * dy.data[yRow + w]
  })
  dx.data.set(sums)
}

/** dweight = Σ x · dy. */
export const convWeightReference: ReferenceKernel<ConvWindow> = ([x, dy], attrs, [dw]) => {
  const g = geometryOf(x.shape, dw.shape[0], attrs)
  const sums = sumsFor(dw)
  const step = g.strides[1]
  eachRow(g, (xRow, tap, yRow, first, end) => {
    let sum = 0
    for (let w = first; w < end; w++) sum += x.data[xRow + w * step] * dy.data[yRow + w]
    sums[tap] += sum
  })
  dw.data.set(sums)
}

/** y[c] = Σ x over images and pixels. */
export const channelSumReference: ReferenceKernel<ChannelSumAttributes> = ([x], _attrs, [y]) => {
  const [, C, H, W] = x.shape
  const sums = sumsFor(y)
  for (let i = 0; i < x.data.length; i++) sums[Math.floor(i / (H * W)) % C] += x.data[i]
  y.data.set(sums)
}

/** dy becomes dy · activation′ by y; its sums. */
export const activationGradientSumReference: ReferenceKernel<ActivationGradientSumAttributes> = (
  [dy, y],
  { activation },
  [db],
) => {
  for (let i = 0; i < dy.data.length; i++) {
    dy.data[i] = activationGradientOf<number, boolean>(numbers, activation, dy.data[i], y.data[i])
  }
  channelSumReference([dy], {}, [db], [])
}
