// Two hundred random networks as MXNet's files: read again they give the same bits.
import { it } from 'vitest'
import { checkRandomSymbol } from './exported.ts'

it.each(Array.from({ length: 200 }, (_, i) => 100 + i))('random network %d', checkRandomSymbol)
