// A training step of one model of each family gives PyTorch's outputs and gradients.
import { nd } from 'glueball'
import { afterAll, beforeAll, test } from 'vitest'
import { compareStep } from './modelStep.ts'
import { Twins } from './twin.ts'

let twins: Twins
beforeAll(() => {
  twins = new Twins()
})
afterAll(() => twins.close())

test.each([
  ['alexnet', 63],
  ['vgg11_bn', 32],
  ['googlenet', 48],
  ['resnet18_v1', 48],
  ['resnet18_v2', 48],
  ['densenet121', 64],
  ['mobilenet0.25', 64],
  ['mobilenetv2_0.25', 64],
  ['squeezenet1.1', 48],
] as const)('%s at %d pixels', async (name, side) => {
  nd.random.seed(0)
  await compareStep(twins, name, side)
})
