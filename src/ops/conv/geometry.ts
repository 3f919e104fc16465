// The sizes of a convolution: how its attributes and shapes fit together, checked for all of its passes.
import { OpError } from '../../core/errors.ts'
import { checkPair, formatShape, type Pair, type Shape } from '../../core/shape.ts'

/** How the filter moves over the image, in pixels. */
export interface ConvWindow {
  readonly kernel: Pair
  readonly strides: Pair
  readonly padding: Pair
  readonly dilation: Pair
  readonly groups: number
}

/** The window with the input's height and width, where the output's don't tell them. */
export interface SizedWindow extends ConvWindow {
  readonly size: Pair
}

/** Channels and size of the images, and of the results. */
export interface Sizes {
  readonly C: number
  readonly H: number
  readonly W: number
  readonly O: number
  readonly OH: number
  readonly OW: number
}

/** All sizes of a convolution: x is (N, C, H, W), weight (O, C ÷ groups, kernel), y (N, O, OH, OW). */
export interface Geometry extends ConvWindow, Sizes {
  readonly N: number
}

/** The sizes, given the shape of x and the number of filters. */
export function geometryOf(x: Shape, filters: number, window: ConvWindow): Geometry {
  const { kernel, strides, padding, dilation, groups } = window
  const [N, C, H, W] = [x[0], x[1], x[2], x[3]]
  const outputs = (size: number, i: 0 | 1) =>
    Math.floor((size + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / strides[i]) + 1
  return { kernel, strides, padding, dilation, groups, N, C, H, W, O: filters, OH: outputs(H, 0), OW: outputs(W, 1) }
}

/** Checks the attributes by themselves. */
export function checkWindow(op: string, window: ConvWindow): void {
  const { kernel, strides, padding, dilation, groups } = window
  checkPair(op, 'kernel', kernel, 1)
  checkPair(op, 'strides', strides, 1)
  checkPair(op, 'padding', padding, 0)
  checkPair(op, 'dilation', dilation, 1)
  if (Number.isInteger(groups) && groups >= 1) return
  throw new OpError(op, `wrong groups: got ${groups}, expected a positive integer`)
}

/** Checks that an array has four axes, none of them but the batch empty. */
export function checkImages(op: string, name: string, axes: string, shape: Shape): void {
  const full = shape[1] > 0 && shape[2] > 0 && shape[3] > 0
  if (shape.length === 4 && full && (shape[0] > 0 || name !== 'weight')) return
  const form = shape.length === 4 ? 'no axis empty but the batch' : `${axes}`
  throw new OpError(op, `wrong shape of ${name}: got ${formatShape(shape)}, expected ${form}`)
}

/** Checks that x and the filters (O, C ÷ groups, kernel) fit together; returns the sizes. */
export function checkGeometry(op: string, x: Shape, weight: Shape, window: ConvWindow): Geometry {
  checkWindow(op, window)
  checkImages(op, 'the input', '(N, C, H, W)', x)
  checkImages(op, 'weight', '(O, C / groups, height, width)', weight)
  const { kernel, groups, padding, dilation } = window
  const [O, perGroup] = [weight[0], weight[1]]
  const [C, H, W] = [x[1], x[2], x[3]]
  if (weight[2] !== kernel[0] || weight[3] !== kernel[1]) {
    throw new OpError(
      op,
      `wrong size of the filters: got ${formatShape(weight.slice(2))} in weight ${formatShape(weight)}, expected ${formatShape(kernel)}`,
    )
  }
  if (C % groups || O % groups) {
    throw new OpError(
      op,
      `groups must divide the channels and the filters: got ${C} channels and ${O} filters, expected multiples of ${groups}`,
    )
  }
  if (perGroup * groups !== C) {
    const got = `got ${C} in ${formatShape(x)}`
    throw new OpError(
      op,
      `wrong number of input channels: ${got}, expected ${perGroup * groups} for weight ${formatShape(weight)}`,
    )
  }
  const span = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1]
  const padded = [H + 2 * padding[0], W + 2 * padding[1]]
  if (span[0] > padded[0] || span[1] > padded[1]) {
    throw new OpError(
      op,
      `the filter is larger than the padded input: got ${formatShape(span)} on ${formatShape(padded)}, expected at most that size`,
    )
  }
  return geometryOf(x, O, window)
}

/** Checks that dy is what the convolution gives. */
export function checkOutput(op: string, dy: Shape, { N, O, OH, OW }: Geometry): void {
  if (dy.length === 4 && dy[0] === N && dy[1] === O && dy[2] === OH && dy[3] === OW) return
  throw new OpError(op, `wrong shape of dy: got ${formatShape(dy)}, expected ${formatShape([N, O, OH, OW])}`)
}
