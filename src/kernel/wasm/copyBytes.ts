// Copies bytes from one place to another, in items of a chunk.
import { i32, item } from './asm.ts'
import { defineModule } from './module.ts'
import type { Address, Phase } from './plan.ts'
import { byteRange, chunksOf } from './ranges.ts'

const copying = () => ({
  copy: item({ to: 'address', from: 'address', bytes: 'i32' }, (f, { index, args }) => {
    const { begin, bytes } = byteRange(f, { index }, f.let(args.bytes))
    f.copy(i32.add(args.to, begin), i32.add(args.from, begin), bytes)
  }),
})

/** The phase that copies `bytes` bytes. */
export function copyBytes(to: Address, from: Address, bytes: number): Phase {
  return defineModule('copy', {}, copying).phase('copy', chunksOf(bytes), { to, from, bytes })
}
