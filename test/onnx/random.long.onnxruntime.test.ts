// Two hundred random networks, trained for two steps and exported to ONNX, give the same in ONNX Runtime.
import { it } from 'vitest'
import { checkRandomNetwork } from './export.ts'

it.each(Array.from({ length: 200 }, (_, i) => 100 + i))('random network %d', checkRandomNetwork)
