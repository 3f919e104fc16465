// Each model of the zoo, trained two steps, gives the same in ONNX Runtime and from MXNet's files.
import { it } from 'vitest'
import { checkModel, sides } from './zoo.ts'

it.each(Object.keys(sides))('%s', checkModel, 300_000)
