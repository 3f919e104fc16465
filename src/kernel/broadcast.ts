// Broadcasting as kernels see it: few loops, each saying which inputs move along.

/** One loop of a broadcast: its length, and for each input whether it has that axis or repeats itself along it. */
export interface BroadcastLoop {
  readonly size: number
  readonly varies: readonly boolean[]
}

/** The loops over an output, outermost first and at least one; axes next to each other that act alike are one loop. */
export function broadcastLoops(
  output: readonly number[],
  inputs: readonly (readonly number[])[],
): readonly [BroadcastLoop, ...BroadcastLoop[]] {
  const loops: BroadcastLoop[] = []
  output.forEach((size, axis) => {
    if (size === 1) return
    const varies = inputs.map((shape) => (shape[axis - output.length + shape.length] ?? 1) !== 1)
    const last = loops.at(-1)
    if (last && varies.every((v, i) => v === last.varies[i])) {
      loops[loops.length - 1] = { size: last.size * size, varies }
    } else loops.push({ size, varies })
  })
  const [first = { size: 1, varies: inputs.map(() => true) }, ...rest] = loops
  return [first, ...rest]
}

/** A shape of at most four axes with its channels moved last, as the bytes of the order channels-last lie. */
export function channelsMovedLast(shape: readonly number[]): readonly number[] {
  const [n, c, h, w] = [...Array<number>(4 - shape.length).fill(1), ...shape]
  return [n, h, w, c]
}
