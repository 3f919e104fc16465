// The workers as a module of their own, for pages whose content policy refuses blob: URLs; exported as `glueball/worker`.
import { type MessageWorkerData, runMessageWorker } from './messageWorker.ts'
import { runWorker, type WorkerData } from './worker.ts'

/** What a page's worker has of its global scope. */
interface Scope {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void, options?: object): void
}

const scope = globalThis as unknown as Scope
const post = (message: unknown, transfer: ArrayBuffer[] = []) => scope.postMessage(message, transfer)
const receive = (listener: (message: unknown) => void) =>
  scope.addEventListener('message', (event) => listener(event.data))

scope.addEventListener(
  'message',
  (event) => {
    const { program, data } = event.data as { readonly program: string; readonly data: unknown }
    if (program === 'ring') runWorker(data as WorkerData, post)
    else runMessageWorker(data as MessageWorkerData, post, receive)
  },
  { once: true },
)
