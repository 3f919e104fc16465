// The search for the first NaN or infinity: each result is counted on its engine while the program goes on.
import { walking } from '../core/backward.ts'
import { elementsIn, kindOf } from '../core/dtype.ts'
import { type Call, Context, type Engine, type Value } from '../core/engine.ts'
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { userLine } from '../core/invoke.ts'
import { listen } from '../core/listen.ts'
import { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import type { Storage } from '../core/storage.ts'
import { mode } from '../core/tape.ts'
import { countNotFinite } from '../ops/reduce/notFinite.ts'

/** Options of `detectAnomaly`. */
export interface DetectAnomalyOptions {
  /** Whether infinite values count, and not NaN alone. Default true. */
  readonly infinity?: boolean
}

const detectAnomalyOptions: OptionNames<DetectAnomalyOptions> = { infinity: 'boolean' }

/**
 * Runs a function, which may be asynchronous, and gives what it gives; rejects with the first op that makes a NaN or an
 * infinite value, forward, backward or in an update: its name, its block, and the user's line. Outside it costs nothing.
 */
export async function detectAnomaly<T>(
  run: () => T | PromiseLike<T>,
  options: DetectAnomalyOptions = {},
): Promise<Awaited<T>> {
  checkOptions('detectAnomaly', options, '{ infinity: false }', detectAnomalyOptions)
  if (typeof run !== 'function') {
    throw new GlueballError(`autograd.detectAnomaly takes a function, as () => …, got ${nameOfKind(run)}`)
  }
  const search = new Search(options.infinity ?? true)
  const end = listen((call) => search.see(call))
  try {
    const result = await Promise.race([run(), search.found])
    await Promise.race([search.done(), search.found])
    return result
  } finally {
    end()
  }
}

/** Whether the search itself calls ops, which are not searched. */
let counting = false

class Search {
  readonly #infinity: boolean
  /** Storages that were checked or written, with the user's line of the op that wrote them last. */
  readonly #seen = new WeakMap<Storage, string | undefined>()
  /** Rejects with the first finding. */
  readonly found: Promise<never>
  #reject!: (error: Error) => void
  /** Resolves when all counts so far were read, in the order of the program. */
  #read: Promise<void> = Promise.resolve()

  constructor(infinity: boolean) {
    this.#infinity = infinity
    this.found = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.found.catch(() => {}) // whoever awaits it gets the error
  }

  done(): Promise<void> {
    return this.#read
  }

  see(call: Call): void {
    if (counting || call.parts !== undefined) return
    const line = userLine(200)
    const results = [...call.outputs, ...call.mutates.map((i) => call.inputs[i])]
    for (const value of call.inputs) {
      // what the call has written over can't be seen any more
      if (this.#seen.has(value.storage) || results.some(({ storage }) => storage === value.storage)) continue
      this.#check(value, { ...placeOf(call), what: 'is given', after: `, which no op made here${at(line)}` })
      this.#seen.set(value.storage, undefined)
    }
    if (call.view) return
    const forward = walking.call
    const origin = forward && this.#seen.get(forward.outputs[0].storage)
    for (const value of results) {
      const verb = call.outputs.includes(value) ? 'gives' : 'writes'
      this.#check(
        value,
        forward ? inGradient(call, verb, forward, origin ?? line) : { ...placeOf(call), what: verb, after: at(line) },
      )
      this.#seen.set(value.storage, forward ? undefined : line)
    }
  }

  /** Has the elements counted at this point of the queue. */
  #check(value: Value, place: Place): void {
    const counts = countsOf(value)
    if (!counts) return
    this.#read = this.#read.then(async () => {
      // a read that fails has an error of its own, which the program gets
      const [all, infinite] = await counts.catch(() => [0, 0])
      const nan = all - infinite
      if (nan + (this.#infinity ? infinite : 0) === 0) return
      this.#reject(errorOf(place, `${amounts(nan, infinite)} among the elements of ${formatShape(value.shape)}`))
    })
  }
}

/** Where a value was made, for the sentence about it. */
interface Place {
  readonly op: string
  readonly path: string
  readonly what: string
  readonly after: string
}

const placeOf = ({ name, path }: Call) => ({ op: name, path })

const at = (line: string | undefined): string => (line ? `, at ${line}` : '')

function inGradient({ name }: Call, verb: string, forward: Call, line: string | undefined): Place {
  const after = line ? `; ${forward.name} was called at ${line}` : ''
  return { ...placeOf(forward), what: `in its gradient, ${name} ${verb}`, after }
}

function errorOf({ op, path, what, after }: Place, found: string): OpError {
  const error = new OpError(op, `${what} ${found}${after}`)
  if (path) error.message = `in ${path}: ${error.message}`
  return error
}

function amounts(nan: number, infinite: number): string {
  const parts = [nan > 0 ? `${nan} NaN` : '', infinite > 0 ? `${infinite} infinite` : '']
  return parts.filter((part) => part).join(' and ')
}

/** How many elements are not finite, and how many infinite; undefined where there can be none. */
function countsOf(value: Value): Promise<[number, number]> | undefined {
  const { dtype, shape, storage } = value
  if (kindOf(dtype) !== 'float' || sizeOf(shape) === 0 || !storage.alive) return undefined
  const { engine } = storage
  const { recording } = mode
  counting = true
  mode.recording = false
  try {
    return within('', 'it was counted', () => {
      storage.retain()
      const array = new NDArray({ context: contextOf(engine), value })
      try {
        const reads = countNotFinite(array).map((count) => numberOf(engine, count.value))
        return Promise.all(reads) as Promise<[number, number]>
      } finally {
        storage.release()
      }
    })
  } finally {
    counting = false
    mode.recording = recording
  }
}

async function numberOf(engine: Engine, value: Value): Promise<number> {
  const bytes = await engine.read(value)
  return elementsIn(value.dtype, bytes.buffer as ArrayBuffer, bytes.byteOffset, 1)[0]
}

const contexts = new WeakMap<Engine, Context>()

function contextOf(engine: Engine): Context {
  const known = contexts.get(engine) ?? new Context(engine.name, 0, () => engine)
  contexts.set(engine, known)
  return known
}
