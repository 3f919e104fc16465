// Other handles on the same values: without history, or on another context.
import type { Context } from '../core/engine.ts'
import { checkContext, checkDType, place, reordered } from '../core/invoke.ts'
import { withinLimits } from '../core/memory.ts'
import { NDArray } from '../core/ndarray.ts'
import { Storage } from '../core/storage.ts'

/** The same values without history; shares memory. */
export function detached(array: NDArray): NDArray {
  const { context, shape, dtype, offset, order } = array
  array.operand('detach')
  return place(new NDArray({ context, shape, dtype, storage: array.storage.retain(), offset, order, maker: 'detach' }))
}

/** A copy on a context, which waits for the values while the program goes on. */
export function moved(array: NDArray, context: Context): NDArray {
  checkContext('asInContext', context)
  const { engine } = array.context
  const plain = reordered(array.operand('asInContext') as NDArray, 'plain')
  const values = engine.read(plain)
  if (plain !== array) plain.storage.release()
  const { shape, dtype } = array
  checkDType('asInContext', context, dtype)
  const storage = withinLimits(context.engine, 'asInContext', shape[0], () => {
    const { allocation, written } = context.engine.receive(array.bytes, values)
    const storage = new Storage(context.engine, allocation)
    storage.written = written
    return storage
  })
  return place(new NDArray({ context, shape, dtype, storage, maker: 'asInContext' }))
}
