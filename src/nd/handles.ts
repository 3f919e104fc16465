// Other handles on the same values: without history, or on another context.
import { bytesOf } from '../core/dtype.ts'
import type { Context, Spec } from '../core/engine.ts'
import { checkContext, checkDType, deliver } from '../core/invoke.ts'
import { readWithinLimits, withinLimits } from '../core/memory.ts'
import { NDArray } from '../core/ndarray.ts'
import { noteMove } from '../core/pace.ts'
import { Storage } from '../core/storage.ts'

/** An array of the same values without history; shares memory. */
export function detached(array: NDArray): NDArray {
  const value = array.valueFor('detach')
  value.storage.retain()
  return deliver(new NDArray({ context: array.context, value, maker: 'detach' }))
}

/** A copy on a context, which waits for the values while the program goes on. */
export function moved(array: NDArray, context: Context): NDArray {
  checkContext('asInContext', context)
  const { engine } = array.context
  const values = readWithinLimits(engine, 'asInContext', array.valueFor('asInContext'))
  checkDType('asInContext', context, array.dtype)
  noteMove(engine, context.engine)
  return arriving('asInContext', context, array, values)
}

/** An array of values that are on their way, for which what is computed from it waits. `op` is what errors name. */
export function arriving(op: string, context: Context, spec: Spec, values: Promise<Uint8Array>): NDArray {
  const { shape, dtype } = spec
  const storage = withinLimits(context.engine, op, shape[0], () => {
    const { allocation, written } = context.engine.receive(bytesOf(spec), values)
    const storage = new Storage(context.engine, allocation)
    storage.written = written
    return storage
  })
  return deliver(new NDArray({ context, value: { shape, dtype, storage, offset: 0 }, maker: op }))
}
