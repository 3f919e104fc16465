// Other handles on the same values: without history, or on another context.
import { typedView } from '../core/dtype.ts'
import type { Context } from '../core/engine.ts'
import { checkContext, place, reordered } from '../core/invoke.ts'
import { NDArray } from '../core/ndarray.ts'
import { upload } from './creation.ts'

/** The same values without history; shares memory. */
export function detached(array: NDArray): NDArray {
  const { context, shape, dtype, offset, order } = array
  array.operand('detach')
  return place(new NDArray({ context, shape, dtype, storage: array.storage.retain(), offset, order, maker: 'detach' }))
}

/** A copy on a context. The values are waited for, unless they are of the reference engine, which has them at once. */
export function moved(array: NDArray, context: Context): NDArray {
  checkContext('asInContext', context)
  const { engine } = array.context
  const plain = reordered(array.operand('asInContext') as NDArray, 'plain')
  const bytes = engine.readNow(plain)
  if (plain !== array) plain.storage.release()
  return upload(typedView(array.dtype, bytes.buffer, bytes.byteOffset, array.size), array.shape, array.dtype, context)
}
