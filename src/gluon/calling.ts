// Which blocks are being called, and where in the network, for errors.

/** What is known of a block here. */
interface Named {
  readonly name: string
  readonly className: string
  /** The name of a child. */
  keyOf(child: Named): string | undefined
}

/** Where a block is called. */
export interface Place {
  readonly outer: Place | undefined
  /** The outermost block's name, then the keys of the children. */
  readonly path: string
  readonly label: string
  /** Why what a call made is gone after it. */
  readonly reason: string
}

/** The blocks being called, the outermost first. */
const running: { readonly block: Named; readonly place: Place }[] = []

/** Where a block is called now: the place of its last call, where that was the same. */
export function placeOf(block: Named, last: Place | undefined): Place {
  const outer = running.at(-1)
  if (last && last.outer === outer?.place) return last
  const path = outer ? `${outer.place.path}.${outer.block.keyOf(block) ?? block.name}` : block.name
  const label = `${path} (${block.className})`
  const reason = `made in ${label}.forward, which returned: return it, or keep it with x.keep()`
  return { outer: outer?.place, path, label, reason }
}

/** Runs what the call of a block does; what it calls lies below its place. */
export function calling<T>(block: Named, place: Place, run: () => T): T {
  running.push({ block, place })
  try {
    return run()
  } finally {
    running.pop()
  }
}

/** The innermost block being called that is no child of the one that calls it, as a sentence; '' where all are. */
export function strayBlock(): string {
  for (let i = running.length - 1; i > 0; i--) {
    const [{ block: outer }, { block }] = [running[i - 1], running[i]]
    if (outer.keyOf(block) !== undefined) continue
    return (
      `${block.name} (${block.className}) is no child of ${outer.name} (${outer.className}), which calls it: ` +
      'blocks in a list, a Map or a #private field are not found. Hold it in a property or in a Sequential, or register ' +
      'it by this.registerChild(block)'
    )
  }
  return ''
}
