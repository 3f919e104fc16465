// Other handles on the same values: without history, or on another context.
import type { Context, Engine } from '../core/engine.ts'
import { checkContext, checkDType, deliver } from '../core/invoke.ts'
import { readWithinLimits, withinLimits } from '../core/memory.ts'
import { NDArray } from '../core/ndarray.ts'
import { Storage } from '../core/storage.ts'

/** The same values without history; shares memory. */
export function detached(array: NDArray): NDArray {
  const value = array.valueFor('detach')
  value.storage.retain()
  return deliver(new NDArray({ context: array.context, value, maker: 'detach' }))
}

interface Move {
  /** Held weakly: an engine that is no longer used may go. */
  readonly target: WeakRef<Engine>
  /** Number of the latest move there. */
  number: number
}

const moves = new WeakMap<Engine, Move[]>()
let moveCount = 0

function noteMove(from: Engine, to: Engine): void {
  const known = (moves.get(from) ?? []).filter(({ target }) => target.deref() !== undefined)
  const move = known.find(({ target }) => target.deref() === to)
  moveCount++
  if (move) move.number = moveCount
  else known.push({ target: new WeakRef(to), number: moveCount })
  moves.set(from, known)
}

/** The engines to which values of one are moved, for one loop among others. */
export class Targets {
  readonly #from: Engine
  #seen = moveCount

  constructor(from: Engine) {
    this.#from = from
  }

  /** Those to which values were moved since this was last asked. */
  take(): Engine[] {
    const since = this.#seen
    this.#seen = moveCount
    const fresh = (moves.get(this.#from) ?? []).filter(({ number }) => number > since)
    return fresh.map(({ target }) => target.deref()).filter((engine) => engine !== undefined)
  }
}

/** A copy on a context, which waits for the values while the program goes on. */
export function moved(array: NDArray, context: Context): NDArray {
  checkContext('asInContext', context)
  const { engine } = array.context
  const values = readWithinLimits(engine, 'asInContext', array.valueFor('asInContext'))
  const { shape, dtype } = array
  checkDType('asInContext', context, dtype)
  noteMove(engine, context.engine)
  const storage = withinLimits(context.engine, 'asInContext', shape[0], () => {
    const { allocation, written } = context.engine.receive(array.bytes, values)
    const storage = new Storage(context.engine, allocation)
    storage.written = written
    return storage
  })
  return deliver(new NDArray({ context, value: { shape, dtype, storage, offset: 0 }, maker: 'asInContext' }))
}
