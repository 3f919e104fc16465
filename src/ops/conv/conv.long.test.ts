// Two thousand random convolutions on every rung, compiled by V8's optimising tier from the start as long runs are.
import { setFlagsFromString } from 'node:v8'
import { it } from 'vitest'
import { fuzz } from '../../../test/conformance/convFuzz.ts'
import { useWideSimd } from '../../engines/wasm/features.ts'
import { RUNGS } from '../../kernel/rung.ts'

setFlagsFromString('--no-liftoff')
setFlagsFromString('--no-wasm-inlining')
const rungs = RUNGS.filter((rung) => rung !== 'wide' || useWideSimd())

it.each(rungs)('2,000 convolutions of random sizes agree with plain loops, %s', (rung) => fuzz(rung, 2000))
