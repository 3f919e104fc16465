// The worker: one function without imports, shipped as text, that runs the command ring and knows no op.

/** Where the ring begins, its slots, a power of two, and the words of each. */
const [ring, slots, slotWords] = [2048, 4096, 32]

/** Where things lie in the control words at the memory's start, in words; shared by both ends of the ring. */
export const layout = {
  /** Commands published by the main thread. */
  head: 64,
  /** Not 0 while commands are skipped after a failure. */
  failed: 65,
  /** Workers asleep on `head`. */
  sleepers: 66,
  /** Failures so far, counted before the failed command ends. */
  failures: 67,
  /** Signals to another thread that have been given, and those that it has answered. */
  signalled: 68,
  answered: 69,
  /** Commands passed by each worker, 16 words apart. */
  positions: 128,
  positionStep: 16,
  ring,
  slots,
  /** Words a slot: type, module, entry, items, woken, done, scratch address, scratch bytes, then the arguments. */
  slotWords,
  arguments: 8,
  /** For each slot, how many items have been taken of each worker's share, after the ring. */
  taken: ring + slots * slotWords,
  mostThreads: 64,
  /** Rounds of spinning before a thread sleeps. */
  spins: 2000,
}

/** Kinds of commands, in word 0 of a slot. */
export const command = { phase: 0, define: 1, notify: 2, resume: 3, wake: 4, signal: 5, wait: 6 }

/** What a worker is started with. */
export interface WorkerData {
  readonly memory: WebAssembly.Memory
  readonly id: number
  readonly threads: number
  readonly layout: typeof layout
  readonly command: typeof command
}

/** What a worker says. */
export type WorkerMessage =
  | { readonly notify: number; readonly time: number }
  | { readonly failed: number; readonly reason: string }
  | { readonly wake: true }

type Item = (index: number, args: number, scratch: number) => void

/**
 * Runs the ring for ever. A command's items are shared out evenly and in order, so that a worker meets again in its caches
 * what it wrote in the command before; one that has done its share takes of the others'. The next command starts when
 * all are done.
 */
export function runWorker(data: WorkerData, post: (message: WorkerMessage) => void): void {
  const { memory, id, threads, layout: at, command: kind } = data
  const words = new Int32Array(memory.buffer, 0, at.taken + at.slots * threads)
  const modules: Item[][] = []
  let position = 0

  function sleepUntilPublished(): void {
    for (let spins = 0; Atomics.load(words, at.head) === position; spins++) {
      if (spins < at.spins) continue
      Atomics.add(words, at.sleepers, 1)
      Atomics.wait(words, at.head, position)
      Atomics.sub(words, at.sleepers, 1)
    }
  }

  function define(slot: number): void {
    const bytes = new Uint8Array(words[slot + 3])
    memory.grow(0) // where another thread has grown it, this one's view may still end before the module
    bytes.set(new Uint8Array(memory.buffer, words[slot + 2] >>> 0, bytes.length))
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } })
    modules[words[slot + 1]] = Object.values(instance.exports) as Item[]
  }

  function fail(error: unknown): void {
    if (Atomics.compareExchange(words, at.failed, 0, 1) !== 0) return
    Atomics.add(words, at.failures, 1)
    post({ failed: position, reason: String(error) })
  }

  function signal(count: number): void {
    Atomics.store(words, at.signalled, count)
    Atomics.notify(words, at.signalled)
  }

  function waitFor(count: number): void {
    for (;;) {
      const answered = Atomics.load(words, at.answered)
      if (((answered - count) | 0) >= 0) return
      Atomics.wait(words, at.answered, answered)
    }
  }

  function itemOf(slot: number): Item {
    if (words[slot] === kind.notify)
      return () => post({ notify: words[slot + 1], time: performance.timeOrigin + performance.now() })
    if (words[slot] === kind.signal) return () => signal(words[slot + 1])
    if (words[slot] === kind.wait) return () => waitFor(words[slot + 1])
    if (words[slot] === kind.resume) return () => void Atomics.store(words, at.failed, 0)
    return modules[words[slot + 1]][words[slot + 2]]
  }

  function work(slot: number, taken: number): void {
    const items = words[slot + 3]
    const args = (slot + at.arguments) * 4
    const scratch = (words[slot + 6] >>> 0) + id * words[slot + 7]
    const always = words[slot] !== kind.phase
    const item = always || Atomics.load(words, at.failed) === 0 ? itemOf(slot) : undefined
    let done = 0
    for (let n = 0; n < threads; n++) {
      const worker = (id + n) % threads
      const first = Math.floor((worker * items) / threads)
      const share = Math.floor(((worker + 1) * items) / threads) - first
      if (Atomics.load(words, taken + worker) >= share) continue
      for (let i = Atomics.add(words, taken + worker, 1); i < share; i = Atomics.add(words, taken + worker, 1)) {
        try {
          if (always || Atomics.load(words, at.failed) === 0) item?.(first + i, args, scratch)
        } catch (error) {
          fail(error)
        }
        done++
      }
    }
    if (done > 0 && Atomics.add(words, slot + 5, done) + done === items) Atomics.notify(words, slot + 5)
    for (let spins = 0; ; spins++) {
      const finished = Atomics.load(words, slot + 5)
      if (finished === items) return
      if (spins >= at.spins) Atomics.wait(words, slot + 5, finished)
    }
  }

  for (;;) {
    sleepUntilPublished()
    const index = position & (at.slots - 1)
    const slot = at.ring + index * at.slotWords
    if (words[slot] === kind.define) {
      try {
        define(slot)
      } catch (error) {
        fail(error)
      }
    } else if (words[slot] === kind.wake) {
      if (Atomics.add(words, slot + 4, 1) + 1 === words[slot + 3]) post({ wake: true })
    } else work(slot, at.taken + index * threads)
    position = (position + 1) | 0
    Atomics.store(words, at.positions + id * at.positionStep, position)
  }
}
