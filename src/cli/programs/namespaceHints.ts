// Hints for names that a namespace of the library does not have, such as nd.ones_like, when they end a program.
import { nearest } from '../../core/nearest.ts'

const missing = /(?:^|[\s.])(?<space>\w+)\.(?<name>\w+) is not a (?:function|constructor)$/

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** Namespaces by their names: those of the library, and those within them. */
function spacesIn(library: object): Map<string, object> {
  const spaces = new Map<string, object>()
  const collect = (space: object): void => {
    for (const [name, value] of Object.entries(space)) {
      if (Object.prototype.toString.call(value) !== '[object Module]' || spaces.has(name)) continue
      spaces.set(name, value)
      collect(value)
    }
  }
  collect(library)
  return spaces
}

/** What to write in place of a missing name, where an error says that one was called: `nd.ones_like is nd.onesLike here`. */
export function namespaceHint(error: unknown, library: () => object): string | undefined {
  const called = error instanceof TypeError ? missing.exec(error.message)?.groups : undefined
  if (!called) return undefined
  const { space, name } = called
  const found = spacesIn(library()).get(space)
  if (!found || name in found) return undefined
  const known = Object.keys(found)
  const meant = known.find((other) => other === camel(name)) ?? nearest(name, known)
  return meant === undefined ? undefined : `${space}.${name} is ${space}.${meant} here`
}
