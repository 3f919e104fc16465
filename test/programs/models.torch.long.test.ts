// A training step of the other models gives PyTorch's outputs and gradients.
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
  ['vgg11', 64],
  ['vgg13', 32],
  ['vgg16_bn', 64],
  ['vgg19', 32],
  ['resnet34_v1', 64],
  ['resnet50_v1', 64],
  ['resnet50_v1b', 64],
  ['resnet34_v2', 64],
  ['resnet50_v2', 64],
  ['densenet121', 96],
  ['mobilenet1.0', 96],
  ['mobilenetv2_1.0', 96],
  ['squeezenet1.0', 64],
  ['alexnet', 96],
  ['googlenet', 96],
] as const)('%s at %d pixels', async (name, side) => {
  nd.random.seed(0)
  await compareStep(twins, name, side, 4)
})
