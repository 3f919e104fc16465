// conv: cross-correlation of images with filters, its gradients, and sums over all but the channels. Routines: their speed
// comes from blocks of registers and caches, and the gradient of a bias is summed while that of the activation is made.

import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { GradientContext } from '../../core/op.ts'
import { formatShape, shapeOf } from '../../core/shape.ts'
import type { ActivationName } from '../activations.ts'
import { checkFloats } from '../floats.ts'
import type { OpFunctions } from '../index.ts'
import type { OpSpec } from '../spec.ts'
import { activationGradientSumWasm, channelSumWasm } from './channelSum.wasm.ts'
import { convDataWasm, convWasm, convWeightWasm } from './conv.wasm.ts'
import { type ConvWindow, checkGeometry, checkImages, checkOutput, checkWindow, type SizedWindow } from './geometry.ts'

/** Of two factors, the gradient of one reads the other. */
const factors = ([first, second]: readonly boolean[]) => ({ inputs: [...(second ? [0] : []), ...(first ? [1] : [])] })

/** Attributes of conv. */
export interface ConvAttributes extends ConvWindow {
  /** Applied to the sums. */
  readonly activation?: ActivationName
}

/** y[n,o,h,w] = activation(bias[o] + Σ x[n, c, h·s − p + i·d, w·s − p + j·d] · weight[o,c,i,j]); zeros around the image. */
export const convOp: OpSpec<ConvAttributes> = {
  name: 'conv',
  kernel: convWasm,
  infer([x, weight, bias], attrs) {
    checkFloats('conv', ['input', 'weight', 'bias'], bias ? [x, weight, bias] : [x, weight])
    const { N, O, OH, OW } = checkGeometry('conv', x.shape, weight.shape, attrs)
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== O)) {
      throw new OpError('conv', `wrong shape of bias: got ${formatShape(bias.shape)}, expected ${formatShape([O])}`)
    }
    return [{ shape: shapeOf([N, O, OH, OW]), dtype: x.dtype }]
  },
  saves: ({ activation }, needs) => ({ ...factors(needs), ...(activation && { outputs: [0] }) }),
  gradient(context, [dy], f) {
    const { activation: _, ...window } = context.attrs
    const { needs, inputs } = context
    const [dz, dbias] = beforeActivation(context, dy, f)
    const [, , H, W] = inputs[0].shape
    return [
      needs[0] ? convData(dz, context.x(1), { ...window, size: [H, W] }, context.into(0)) : null,
      needs[1] ? convWeight(context.x(0), dz, window, context.into(1)) : null,
      dbias,
    ]
  },
}

/** The gradients of the sums and, if it is wanted, of the bias: in one pass where dy may become the former. */
function beforeActivation(
  { attrs, needs, into, spare, y }: GradientContext<ConvAttributes>,
  dy: NDArray,
  f: OpFunctions,
): [dz: NDArray, dbias: NDArray | null] {
  const { activation } = attrs
  const place = needs[2] ? into(2) : undefined
  if (activation && needs[2] && spare(0)) return [dy, activationGradientSum(activation, dy, y(0), place)]
  const dz = activation ? f.activationGradient(activation, dy, y(0)) : dy
  return [dz, needs[2] ? channelSum(dz, place) : null]
}

/** dx[n,c,·,·] = Σ dy[n,o,h,w] · weight[o,c,i,j] over all outputs and taps that read the pixel. */
export const convDataOp: OpSpec<SizedWindow> = {
  name: 'convData',
  kernel: convDataWasm,
  infer([dy, weight], attrs) {
    checkFloats('convData', ['dy', 'weight'], [dy, weight])
    const { size, groups } = attrs
    checkImages('convData', 'weight', '(O, C / groups, height, width)', weight.shape)
    const shape = shapeOf([dy.shape[0], weight.shape[1] * groups, ...size])
    checkOutput('convData', dy.shape, checkGeometry('convData', shape, weight.shape, attrs))
    return [{ shape, dtype: dy.dtype }]
  },
  saves: (_attrs, needs) => factors(needs),
  gradient({ attrs, x, needs, into }, [g]) {
    const { size: _, ...window } = attrs
    return [needs[0] ? conv(g, x(1), null, window) : null, needs[1] ? convWeight(g, x(0), window, into(1)) : null]
  },
}

/** dweight[o,c,i,j] = Σ x[n, c, h·s − p + i·d, w·s − p + j·d] · dy[n,o,h,w] over images and outputs. */
export const convWeightOp: OpSpec<ConvWindow> = {
  name: 'convWeight',
  kernel: convWeightWasm,
  infer([x, dy], attrs) {
    checkFloats('convWeight', ['input', 'dy'], [x, dy])
    checkWindow('convWeight', attrs)
    checkImages('convWeight', 'the input', '(N, C, H, W)', x.shape)
    checkImages('convWeight', 'dy', '(N, O, H, W)', dy.shape)
    const shape = shapeOf([dy.shape[1], Math.floor(x.shape[1] / attrs.groups), ...attrs.kernel])
    checkOutput('convWeight', dy.shape, checkGeometry('convWeight', x.shape, shape, attrs))
    return [{ shape, dtype: x.dtype }]
  },
  saves: (_attrs, needs) => factors(needs),
  gradient({ attrs, x, inputs, needs }, [g]) {
    const [, , H, W] = inputs[0].shape
    return [
      needs[0] ? convData(x(1), g, { ...attrs, size: [H, W] }) : null,
      needs[1] ? conv(x(0), g, null, attrs) : null,
    ]
  },
}

/** channelSum has no attributes. */
export type ChannelSumAttributes = Record<never, never>

/** y[c] = Σ x[n,c,h,w] over images and pixels: the gradient of a bias. */
export const channelSumOp: OpSpec<ChannelSumAttributes> = {
  name: 'channelSum',
  kernel: channelSumWasm,
  infer([x]) {
    checkFloats('channelSum', ['input'], [x])
    checkImages('channelSum', 'the input', '(N, C, H, W)', x.shape)
    return [{ shape: shapeOf([x.shape[1]]), dtype: x.dtype }]
  },
  gradient({ inputs }, [g], { broadcastTo, withShape }) {
    return [broadcastTo(withShape(g, [1, g.size, 1, 1]), inputs[0].shape)]
  },
}

/** Attributes of activationGradientSum. */
export interface ActivationGradientSumAttributes {
  readonly activation: ActivationName
}

/**
 * dy becomes dz = dy · activation′, by the activation's result y; Σ dz[n,c,h,w] for each channel in the same pass. It has
 * no gradient and so is of use only where nothing records.
 */
export const activationGradientSumOp: OpSpec<ActivationGradientSumAttributes> = {
  name: 'activationGradientSum',
  kernel: activationGradientSumWasm,
  infer([dy, y]) {
    checkFloats('activationGradientSum', ['dy', 'y'], [dy, y])
    checkImages('activationGradientSum', 'dy', '(N, C, H, W)', dy.shape)
    return [{ shape: shapeOf([dy.shape[1]]), dtype: dy.dtype }]
  },
  mutates: [0],
}

/** What a convolution may be told; the filters' size where it is left out is the weight's. */
export interface ConvOptions extends Partial<ConvWindow> {
  readonly activation?: ActivationName
}

/**
 * Cross-correlates images (N, C, H, W) with filters (O, C ÷ groups, height, width), adds the bias (O,) if there is one
 * and applies the activation if one is named: (N, O, OH, OW) with OH = ⌊(H + 2 padding − dilation · (height − 1) − 1)
 * ÷ strides⌋ + 1.
 */
export function conv(x: NDArray, weight: NDArray, bias: NDArray | null = null, options: ConvOptions = {}): NDArray {
  checkImages('conv', 'weight', '(O, C / groups, height, width)', weight.shape)
  const { kernel = [weight.shape[2], weight.shape[3]], strides = [1, 1], padding = [0, 0] } = options
  const { dilation = [1, 1], groups = 1, activation } = options
  const attrs = { kernel, strides, padding, dilation, groups, ...(activation && { activation }) }
  return invoke(convOp, bias ? [x, weight, bias] : [x, weight], attrs)[0]
}

/** The gradient of a convolution's input, of the height and width given. */
export function convData(dy: NDArray, weight: NDArray, window: SizedWindow, out?: NDArray): NDArray {
  return invoke(convDataOp, [dy, weight], window, out && { out: [out] })[0]
}

/** The gradient of a convolution's filters. */
export function convWeight(x: NDArray, dy: NDArray, window: ConvWindow, out?: NDArray): NDArray {
  return invoke(convWeightOp, [x, dy], window, out && { out: [out] })[0]
}

/** The sum over images and pixels, for each channel of (N, C, H, W). */
export function channelSum(x: NDArray, out?: NDArray): NDArray {
  return invoke(channelSumOp, [x], {}, out && { out: [out] })[0]
}

/** Turns dy into an activation's gradient, by the activation's result y; returns its sum for each channel. */
export function activationGradientSum(activation: ActivationName, dy: NDArray, y: NDArray, out?: NDArray): NDArray {
  return invoke(activationGradientSumOp, [dy, y], { activation }, out && { out: [out] })[0]
}
