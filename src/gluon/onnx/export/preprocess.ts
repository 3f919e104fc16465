// Preprocessing within the graph: bytes of images, channels last, become the network's input.
import { nameOfKind, OpError } from '../../../core/errors.ts'
import type { NDArray } from '../../../core/ndarray.ts'
import { formatShape } from '../../../core/shape.ts'
import type { GraphValue } from '../../graph/graph.ts'
import { elementTypes } from '../schema.ts'
import type { Builder, Name } from './builder.ts'

/** How bytes become the input: (byte · scale − mean) ÷ std, with one number for all channels or one for each. */
export interface Preprocessing {
  /** Default 1 / 255. */
  readonly scale?: number
  /** Default 0. */
  readonly mean?: number | readonly number[]
  /** Default 1. */
  readonly std?: number | readonly number[]
}

/** Throws for numbers that do not fit the input. */
export function checkPreprocess(given: Preprocessing, x: NDArray): void {
  if (nameOfKind(given) !== 'an object') {
    throw new OpError('onnx', `preprocess must be an object, as { scale: 1 / 255 }, got ${nameOfKind(given)}`)
  }
  if (x.ndim !== 4 || x.dtype !== 'float32') {
    const got = `${x.dtype} of ${formatShape(x.shape)}`
    throw new OpError('onnx', `preprocess makes float32 images (N, C, H, W), the first input is ${got}`)
  }
  for (const [name, value] of Object.entries(given)) {
    if (!['scale', 'mean', 'std'].includes(name)) {
      throw new OpError('onnx', `preprocess has scale, mean and std, got ${name}`)
    }
    const list: readonly unknown[] = name === 'scale' || !Array.isArray(value) ? [value] : value
    const one = list.length === 1 || list.length === x.shape[1]
    if (one && list.every((n) => Number.isFinite(n) && (name !== 'std' || n !== 0))) continue
    const right = name === 'scale' ? 'a number' : `a number or ${x.shape[1]} numbers, one for each channel`
    throw new OpError('onnx', `preprocess.${name} must be ${right}, got ${list.map(nameOfKind).join(', ')}`)
  }
}

/** The input (N, C, H, W) made of bytes (N, H, W, C). */
export function prepared(b: Builder, bytes: Name, { shape }: GraphValue, given: Preprocessing): Name {
  const { scale = 1 / 255, mean = 0, std = 1 } = given
  b.scope = 'preprocess'
  const ofChannels = (of: number | readonly number[]) => {
    const list = [of].flat()
    return b.constant('float32', [1, list.length, 1, 1], list)
  }
  const float = b.node('Cast', [bytes], { to: elementTypes.float32 })
  let x = b.node('Transpose', [float], { perm: [0, 3, 1, 2].slice(0, shape.length) })
  if (scale !== 1) x = b.node('Mul', [x, ofChannels(scale)])
  if ([mean].flat().some((n) => n !== 0)) x = b.node('Sub', [x, ofChannels(mean)])
  if ([std].flat().some((n) => n !== 1)) x = b.node('Div', [x, ofChannels(std)])
  return x
}
