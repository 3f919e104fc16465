// maxPool: the largest element of each window, and the way back to where it stood. Routines: windows overlap.

import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'
import { maxPoolGradientWasm, maxPoolWasm } from './maxPool.wasm.ts'
import { type PoolOptions, type PoolWindow, pooledShape, type Sized, unpooledShape, windowOf } from './window.ts'

/** The element type of positions inside a window: a byte where they fit. */
function positionType({ kernel }: PoolWindow): 'uint8' | 'int32' {
  return kernel[0] * kernel[1] <= 256 ? 'uint8' : 'int32'
}

/**
 * y = the largest element of each window; NaN wins over numbers, padding never wins. While recording also the position of
 * the winner in its window, i · width + j: the first of equals.
 */
export const maxPoolOp: OpSpec<PoolWindow> = {
  name: 'maxPool',
  kernel: maxPoolWasm,
  infer: ([x], window) => [{ shape: pooledShape('maxPool', x, window), dtype: x.dtype }],
  hidden: ([x], window) => [{ shape: pooledShape('maxPool', x, window), dtype: positionType(window) }],
  saves: { outputs: [1] },
  gradient({ attrs, inputs: [{ shape }], y }, [dy]) {
    return [maxPoolGradient(dy, y(1), { ...attrs, size: [shape[2], shape[3]] })]
  },
}

/** dx = dy at the winner of each window, added up where windows overlap. Its own gradient is not defined. */
export const maxPoolGradientOp: OpSpec<PoolWindow & Sized> = {
  name: 'maxPoolGradient',
  kernel: maxPoolGradientWasm,
  infer([dy, argmax], window) {
    const shape = unpooledShape('maxPoolGradient', dy, window)
    if (!sameShape(argmax.shape, dy.shape) || argmax.dtype !== positionType(window)) {
      const got = `${argmax.dtype} ${formatShape(argmax.shape)}`
      const expected = `${positionType(window)} ${formatShape(dy.shape)}`
      throw new OpError('maxPoolGradient', `wrong positions: got ${got}, expected ${expected}`)
    }
    return [{ shape, dtype: dy.dtype }]
  },
  gradient() {
    throw new OpError(
      'maxPoolGradient',
      'max-pooling has no second derivative here: leave createGraph out, or pool by mean',
    )
  },
}

/** The largest element of each window of images (N, C, H, W). */
export function maxPool(x: NDArray, options: PoolOptions): NDArray {
  return invoke(maxPoolOp, [x], windowOf(options))[0]
}

/** The gradient of maxPool's input from that of its result and the positions of the winners. */
export function maxPoolGradient(dy: NDArray, argmax: NDArray, window: PoolWindow & Sized): NDArray {
  return invoke(maxPoolGradientOp, [dy, argmax], window)[0]
}
