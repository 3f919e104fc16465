// `glueball summary MODEL`: the layers of a network with output shapes and parameter counts.
import { nd } from '../../index.ts'
import { makeModel } from '../network.ts'
import { makeInitializer } from '../optimization.ts'
import { print } from '../printing.ts'
import { type ModelName, modelNames, recipeNames, recipeOf, smallestSide } from '../recipes.ts'
import { command, UsageError } from '../usage.ts'
import { choiceOf, numberOf, shapeFrom } from '../values.ts'

/** The command. */
export const summary = command({
  name: 'summary',
  description: 'Shows the layers of a network, their output shapes and parameters',
  args: {
    model: { type: 'positional', description: `one of ${modelNames.join(', ')}`, valueHint: 'MODEL' },
    input: {
      type: 'string',
      description: 'shape of the input: images, channels, height, width',
      valueHint: '1,1,224,224',
    },
    classes: { type: 'string', description: 'number of classes (default 10)', valueHint: '10' },
  },
  examples: [
    ['summary nin --input 1,1,224,224', 'Network in Network as the tutorial shows it'],
    ['summary lenet', 'LeNet on 28×28 images'],
  ],
  async run({ model, input, classes }) {
    if (model === undefined) throw new UsageError(`[summary] which model? There are: ${modelNames.join(', ')}`)
    const name: ModelName = choiceOf('summary', 'model', model, modelNames) ?? 'nin'
    const { resize, init } = recipeOf(name, recipeNames(name)[0]).settings
    const shape = input === undefined ? [1, 1, resize, resize] : shapeFrom('[summary] --input', input)
    checkSides(name, shape)
    const many = numberOf('[summary] --classes', classes, { whole: true, from: 1, to: 100_000 }) ?? 10
    const net = makeModel({ model: name, lastRelu: true }, many)
    net.initialize({ init: makeInitializer(init) })
    print(net.summary(nd.zeros(shape)))
    await nd.waitall()
    return 0
  },
})

/** Throws where the network would have nothing left to look at. */
function checkSides(model: ModelName, shape: readonly number[]): void {
  const [, , height, width] = shape
  const least = smallestSide[model]
  if (shape.length === 4 && Math.min(height, width) >= least) return
  const wants = `${model} takes images, channels, height, width, with sides of at least ${least}`
  throw new UsageError(`[summary] ${wants}, got --input ${shape.join(',')}`)
}
