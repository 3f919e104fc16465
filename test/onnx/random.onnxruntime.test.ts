// A few random networks, trained for two steps and exported to ONNX, give the same in ONNX Runtime.
import { it } from 'vitest'
import { checkRandomNetwork } from './export.ts'

it.each(Array.from({ length: 12 }, (_, i) => i))('random network %d', checkRandomNetwork)
