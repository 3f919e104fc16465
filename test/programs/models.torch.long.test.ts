// A training step of more models gives PyTorch's outputs and gradients.
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
  ['resnet34_v1', 64],
  ['resnet50_v1', 64],
] as const)('%s at %d pixels', async (name, side) => {
  nd.random.seed(0)
  await compareStep(twins, name, side, 4)
})
