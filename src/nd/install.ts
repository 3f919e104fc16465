// How methods come onto NDArray, whose signatures methods.ts declares.
import { named, refuseMore } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'

/** What becomes a method of NDArray. */
// biome-ignore lint/suspicious/noExplicitAny: methods of many signatures are installed one after the other
export type Method = (this: NDArray, ...args: any[]) => unknown
// biome-ignore lint/suspicious/noExplicitAny: as above
type OpFunction = (x: NDArray, ...args: any[]) => unknown

/** Puts methods on NDArray, which refuse more arguments than they name. */
export function install(methods: Readonly<Record<string | symbol, Method>>): void {
  for (const name of Reflect.ownKeys(methods)) {
    const method = methods[name as string]
    const exact: Method = function (...args) {
      if (args.length > method.length) refuseMore(String(name), args.slice(method.length))
      return method.apply(this, args)
    }
    Object.defineProperty(NDArray.prototype, name, { value: exact, writable: true, configurable: true })
  }
}

/** Installs functions as methods: the array is the first argument, and at most `others` arguments follow. */
export function installOps(others: number, functions: Readonly<Record<string, OpFunction>>): void {
  for (const [name, run] of Object.entries(functions)) {
    const method: Method = function (...args) {
      if (args.length > others) refuseMore(name, args.slice(others))
      return named(name, () => run(this, ...args))
    }
    Object.defineProperty(NDArray.prototype, name, { value: method, writable: true, configurable: true })
  }
}
