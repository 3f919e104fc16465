// How methods come onto NDArray, whose signatures methods.ts declares.
import { NDArray } from '../core/ndarray.ts'

/** What becomes a method of NDArray. */
// biome-ignore lint/suspicious/noExplicitAny: methods of many signatures are installed one after the other
export type Method = (this: NDArray, ...args: any[]) => unknown
// biome-ignore lint/suspicious/noExplicitAny: as above
type OpFunction = (x: NDArray, ...args: any[]) => unknown

/** Puts methods on NDArray. */
export function install(methods: Readonly<Record<string | symbol, Method>>): void {
  for (const name of Reflect.ownKeys(methods)) {
    const value = methods[name as string]
    Object.defineProperty(NDArray.prototype, name, { value, writable: true, configurable: true })
  }
}

/** Installs functions as methods: the array is the first argument, and at most `others` arguments follow. */
export function installOps(others: number, functions: Readonly<Record<string, OpFunction>>): void {
  for (const [name, run] of Object.entries(functions)) {
    const method: Method = function (...args) {
      return run(this, ...args.slice(0, others))
    }
    install({ [name]: method })
  }
}
