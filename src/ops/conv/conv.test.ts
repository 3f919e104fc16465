import { it } from 'vitest'
import { hasRelaxedSimd, useWideSimd } from '../../engines/wasm/features.ts'
import type { Rung } from '../../kernel/rung.ts'
import { fuzz } from './conv.fuzz.ts'

const rungs: readonly Rung[] = useWideSimd() ? ['wide', 'relaxed'] : hasRelaxedSimd() ? ['relaxed'] : ['plain']

it.each(rungs)('conv of random sizes agrees with plain loops, %s', (rung) => fuzz(rung, 100))
