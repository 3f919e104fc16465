// Hints: a name that Python's Gluon has, and this object has not, is answered by what to write here.
import { GlueballError } from './errors.ts'

/** What to write here, by the name in Python. */
export type Hints = Readonly<Record<string, string>>

const python = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The sentence for a name, or undefined where nothing is known of it. */
function adviceFor(called: string, name: string, object: object, hints: Hints): string | undefined {
  if (Object.hasOwn(hints, name)) return `${called}.${name} is ${hints[name]} here`
  if (/^\d+$/.test(name)) return 'at' in object ? `${called}[${name}] is ${called}.at(${name}) here` : undefined
  if (!python.test(name)) return undefined
  return camel(name) in object ? `${called}.${name} is ${called}.${camel(name)} here` : undefined
}

/**
 * Has objects with this prototype throw a hint when a name of Python's is read that they don't have. A Proxy at the end
 * of the chain does it, so that names which are there cost nothing; `in`, keys and unknown names are as without it.
 */
export function hintOn(prototype: object, called: string, hints: Hints = {}): void {
  const advise = (name: string | symbol, object: object): void => {
    const advice = typeof name === 'string' ? adviceFor(called, name, object, hints) : undefined
    if (advice !== undefined) throw new GlueballError(advice)
  }
  const end = new Proxy(Object.create(Object.getPrototypeOf(prototype)) as object, {
    get(target, name, receiver) {
      if (!(name in target)) advise(name, receiver)
      return Reflect.get(target, name, receiver)
    },
    set(target, name, value, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name) && 'at' in receiver && 'set' in receiver) {
        throw new GlueballError(`${called}[${name}] = value is ${called}.at(${name}).set(value) here`)
      }
      return Reflect.set(target, name, value, receiver)
    },
  })
  Object.setPrototypeOf(prototype, end)
}
