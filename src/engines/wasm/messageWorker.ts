// The worker of pages that can't share memory: one function without imports, shipped as text, that runs commands from messages.
import type { layout } from './worker.ts'

/** What a batch of commands consists of. */
export type Entry =
  | { readonly phase: readonly number[]; readonly args: readonly number[] }
  | { readonly define: number; readonly address: number; readonly bytes: number }
  | { readonly write: number; readonly bytes: Uint8Array }
  | { readonly read: number; readonly address: number; readonly bytes: number }
  | { readonly notify: number }
  | { readonly resume: true }
  | { readonly grow: number }

/** What the worker is started with. */
export interface MessageWorkerData {
  readonly layout: typeof layout
  readonly initial: number
  readonly maximum: number
}

/** What the worker says. */
export type MessageWorkerMessage =
  | { readonly notify: number; readonly time: number }
  | { readonly read: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly failed: number; readonly reason: string }
  | { readonly passed: number }

type Item = (index: number, args: number, scratch: number) => void

/** Runs the commands of each message, on a memory of its own. */
export function runMessageWorker(
  data: MessageWorkerData,
  post: (message: MessageWorkerMessage, transfer?: ArrayBuffer[]) => void,
  receive: (listener: (batch: unknown) => void) => void,
): void {
  // kernels import a shared memory, which need not be shared
  const memory = new WebAssembly.Memory({ initial: data.initial, maximum: data.maximum, shared: true })
  const argsAt = data.layout.ring * 4
  const modules: Item[][] = []
  let [position, failed] = [0, false]

  function phase([module, entry, items, scratch]: readonly number[], args: readonly number[]): void {
    new Int32Array(memory.buffer, argsAt, args.length).set(args)
    const item = modules[module][entry]
    for (let i = 0; i < items; i++) item(i, argsAt, scratch)
  }

  function define(module: number, address: number, bytes: number): void {
    const code = new Uint8Array(bytes)
    code.set(new Uint8Array(memory.buffer, address, bytes))
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { m: { m: memory } })
    modules[module] = Object.values(instance.exports) as Item[]
  }

  function run(entry: Entry): void {
    if ('phase' in entry) return failed ? undefined : phase(entry.phase, entry.args)
    if ('define' in entry) return define(entry.define, entry.address, entry.bytes)
    if ('write' in entry) return new Uint8Array(memory.buffer, entry.write, entry.bytes.length).set(entry.bytes)
    if ('grow' in entry) {
      const missing = entry.grow - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / 65536))
    } else if ('notify' in entry) {
      post({ notify: entry.notify, time: performance.timeOrigin + performance.now() })
    } else if ('read' in entry) {
      const bytes = new Uint8Array(entry.bytes)
      bytes.set(new Uint8Array(memory.buffer, entry.address, entry.bytes))
      post({ read: entry.read, bytes }, [bytes.buffer])
    } else failed = false
  }

  receive((batch) => {
    for (const entry of batch as readonly Entry[]) {
      if (!('read' in entry)) position++
      try {
        run(entry)
      } catch (error) {
        if (!failed) post({ failed: position, reason: String(error) })
        failed = true
      }
    }
    post({ passed: position })
  })
}
