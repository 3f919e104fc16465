// Random networks as MXNet's files: read again they give the same bits, and drop and normalise in training as before.
import { it } from 'vitest'
import { checkRandomSymbol } from './exported.ts'

it.each(Array.from({ length: 12 }, (_, i) => i))('random network %d', checkRandomSymbol)
