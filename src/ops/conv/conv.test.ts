// Random convolutions against plain loops, some for each rung that this machine has.
import { it } from 'vitest'
import { fuzz } from '../../../test/conformance/convFuzz.ts'
import { hasRelaxedSimd, useWideSimd } from '../../engines/wasm/features.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'

const rungs: readonly Rung[] = useWideSimd() ? ['wide', 'relaxed'] : hasRelaxedSimd() ? ['relaxed'] : ['plain']

// Kernels are made for each size anew, which takes most of the time.
it.each(rungs)('conv of random sizes agrees with plain loops, %s', (rung) => fuzz(rung, 40))
