// depthToSpace and spaceToDepth: blocks of pixels from channels, and channels from blocks of pixels.
import { nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, shapeOf } from '../../core/shape.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import type { End } from '../../kinds/movement/moves.ts'
import { type OutOption, outOf, written } from '../out.ts'

function checkBlock(op: string, x: NDArray, block: number): void {
  checkArray(op, x)
  if (x.ndim !== 4) throw new OpError(op, `takes images (N, C, H, W), got ${formatShape(x.shape)}`)
  if (Number.isInteger(block) && block > 0) return
  throw new OpError(op, `blockSize must be a positive integer, got ${nameOfKind(block)}`)
}

/**
 * The two ends of the box (n, i, j, c, h, w), which stands for channel (i, j, c) of pixel (h, w), and for channel c of pixel
 * (i, j) in block (h, w).
 */
function ends(block: number, channels: number): { readonly deep: End; readonly wide: End } {
  return {
    deep: { axes: [0, 1, 1, 1, 2, 3], steps: [1, block * channels, channels, 1, 1, 1] },
    wide: { axes: [0, 2, 3, 1, 2, 3], steps: [1, 1, 1, 1, block, block] },
  }
}

const spreading: Movement<number> = {
  name: 'depthToSpace',
  arrange(block, [[n, depth, h, w]]) {
    const channels = depth / (block * block)
    const { deep, wide } = ends(block, channels)
    const box = shapeOf([n, block, block, channels, h, w])
    return { shapes: [[n, channels, h * block, w * block]], moves: [{ box, from: deep, to: wide }] }
  },
}

const gathering: Movement<number> = {
  name: 'spaceToDepth',
  arrange(block, [[n, channels, height, width]]) {
    const { deep, wide } = ends(block, channels)
    const [h, w] = [height / block, width / block]
    const box = shapeOf([n, block, block, channels, h, w])
    return { shapes: [[n, channels * block * block, h, w]], moves: [{ box, from: wide, to: deep }] }
  },
}

/** Images (N, b² C, H, W) as (N, C, b H, b W): channel (i b + j) C + c becomes pixel (i, j) of each block of channel c. */
export function depthToSpace(x: NDArray, blockSize: number, options?: OutOption, ...more: []): NDArray {
  const out = outOf('depthToSpace', options, more)
  checkBlock('depthToSpace', x, blockSize)
  if (x.shape[1] % blockSize ** 2 !== 0) {
    const got = `${x.shape[1]} channels of ${formatShape(x.shape)}`
    throw new OpError('depthToSpace', `${got} must be a multiple of ${blockSize ** 2}, the pixels of a block`)
  }
  return written('depthToSpace', out, () => move(spreading, [x], blockSize)[0])
}

/** Images (N, C, b H, b W) as (N, b² C, H, W): the inverse of depthToSpace. */
export function spaceToDepth(x: NDArray, blockSize: number, options?: OutOption, ...more: []): NDArray {
  const out = outOf('spaceToDepth', options, more)
  checkBlock('spaceToDepth', x, blockSize)
  if (x.shape[2] % blockSize !== 0 || x.shape[3] % blockSize !== 0) {
    throw new OpError('spaceToDepth', `height and width of ${formatShape(x.shape)} must be multiples of ${blockSize}`)
  }
  return written('spaceToDepth', out, () => move(gathering, [x], blockSize)[0])
}
