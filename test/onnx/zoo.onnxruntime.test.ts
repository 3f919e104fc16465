// Two models of the zoo give the same in ONNX Runtime and from MXNet's files; the others are in the long test.
import { it } from 'vitest'
import { checkModel } from './zoo.ts'

it.each(['mobilenetv2_0.25', 'squeezenet1.1'])('%s', checkModel)
