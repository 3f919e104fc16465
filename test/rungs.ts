// The rungs that this machine and runtime have.
import { useWideSimd } from '../src/engines/wasm/features.ts'
import { RUNGS, type Rung } from '../src/kernel/wasm/rung.ts'

/** All rungs, without `wide` where V8 does not fuse vectors. */
export const rungsHere = (): Rung[] => RUNGS.filter((rung) => rung !== 'wide' || useWideSimd())
