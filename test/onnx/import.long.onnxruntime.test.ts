// Two hundred random networks of ours, exported to ONNX and imported, give the same outputs, and are exported again.
import { it } from 'vitest'
import { checkImported } from './import.ts'

it.each(Array.from({ length: 200 }, (_, i) => 100 + i))('random network %d', checkImported)
