// The store of one process: sums over devices alone.
import { pause } from '../../autograd/autograd.ts'
import { OpError } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { within } from '../../core/ownership.ts'
import { moved } from '../../nd/handles.ts'
import { assign } from '../../ops/copy/copy.ts'
import { add } from '../../ops/elementwise/elementwise.ts'
import type { Arrays, KVStore, Reduction } from './store.ts'

/** Arrays as a list; throws where something else was given. */
export function arraysOf(op: string, key: string | number, arrays: Arrays): readonly NDArray[] {
  const list = arrays instanceof NDArray ? [arrays] : arrays
  if (Array.isArray(list) && list.length > 0 && list.every((array) => array instanceof NDArray)) return list
  throw new OpError(op, `takes an array, or a list of one for each device, for the key ${JSON.stringify(key)}`)
}

/** One process. */
export class LocalStore implements KVStore {
  readonly type = 'local'
  readonly rank = 0
  readonly numWorkers = 1

  async barrier(): Promise<void> {}

  broadcast(key: string | number, value: NDArray, out: Arrays): void {
    const targets = arraysOf('broadcast', key, out)
    within('', 'broadcast has returned', () => pause(() => copyTo(targets, value)))
  }

  pushpull(key: string | number, value: Arrays, out: Arrays = value): void {
    const targets = arraysOf('pushpull', key, out)
    within('', 'pushpull has returned', () => pause(() => copyTo(targets, summed(arraysOf('pushpull', key, value)))))
  }

  async sum(numbers: readonly number[] | Promise<readonly number[]>): Promise<number[]> {
    return [...(await numbers)]
  }

  async gather(numbers: readonly number[]): Promise<number[][]> {
    return [[...numbers]]
  }

  async checkEqual(): Promise<void> {}

  abort(reason: string): void {
    throw new Error(reason)
  }

  attach(): Reduction {
    return { finish: () => {}, detach: () => {} }
  }
}

/** The sum of arrays of several devices, on the first one's. */
export function summed([first, ...others]: readonly NDArray[]): NDArray {
  return others.reduce((sum, array) => add(sum, here(array, first)), first)
}

/** Copies an array into others, on whatever devices. */
export function copyTo(targets: readonly NDArray[], value: NDArray): void {
  for (const target of targets) if (target !== value) assign(target, here(value, target))
}

function here(array: NDArray, { context }: NDArray): NDArray {
  return array.context === context ? array : moved(array, context)
}
