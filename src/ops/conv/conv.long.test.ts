// Two thousand random convolutions on every rung, compiled by V8's optimising tier from the start as long runs are.
import { setFlagsFromString } from 'node:v8'
import { it } from 'vitest'
import { fuzz } from '../../../test/conformance/convFuzz.ts'
import { rungsHere } from '../../../test/rungs.ts'

setFlagsFromString('--no-liftoff')
setFlagsFromString('--no-wasm-inlining')

it.each(rungsHere())('2,000 convolutions of random sizes agree with plain loops, %s', (rung) => fuzz(rung, 2000))
