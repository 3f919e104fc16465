// Other handles on the same values: without history, or on another context.
import type { Context, Engine } from '../core/engine.ts'
import { checkContext, checkDType, place, reordered } from '../core/invoke.ts'
import { readWithinLimits, withinLimits } from '../core/memory.ts'
import { NDArray } from '../core/ndarray.ts'
import { Storage } from '../core/storage.ts'

/** The same values without history; shares memory. */
export function detached(array: NDArray): NDArray {
  const { context, shape, dtype, offset, order } = array
  array.operand('detach')
  return place(new NDArray({ context, shape, dtype, storage: array.storage.retain(), offset, order, maker: 'detach' }))
}

const movedTo = new WeakMap<Engine, Set<Engine>>()

/** The engines to which values of this one were moved since this was last asked. */
export function takeTargets(engine: Engine): Engine[] {
  const targets = [...(movedTo.get(engine) ?? [])]
  movedTo.delete(engine)
  return targets
}

/** A copy on a context, which waits for the values while the program goes on. */
export function moved(array: NDArray, context: Context): NDArray {
  checkContext('asInContext', context)
  const { engine } = array.context
  const plain = reordered(array.operand('asInContext') as NDArray, 'plain')
  const values = readWithinLimits(engine, 'asInContext', plain)
  if (plain !== array) plain.storage.release()
  const { shape, dtype } = array
  checkDType('asInContext', context, dtype)
  movedTo.set(engine, (movedTo.get(engine) ?? new Set()).add(context.engine))
  const storage = withinLimits(context.engine, 'asInContext', shape[0], () => {
    const { allocation, written } = context.engine.receive(array.bytes, values)
    const storage = new Storage(context.engine, allocation)
    storage.written = written
    return storage
  })
  return place(new NDArray({ context, shape, dtype, storage, maker: 'asInContext' }))
}
