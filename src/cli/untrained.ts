// A network by its name, and empty images for it: for `summary` and `explain`.
import { type gluon, type NDArray, nd } from '../index.ts'
import { makeModel } from './network.ts'
import { type ModelName, modelNames, recipeNames, recipeOf, smallestSide } from './settings/recipes.ts'
import { choiceOf, numberOf, shapeFrom } from './settings/values.ts'
import { makeInitializer } from './training/optimization.ts'
import { UsageError } from './usage.ts'

/** What the commands take. */
export const untrainedArgs = {
  model: { type: 'positional', description: `one of ${modelNames.join(', ')}`, valueHint: 'MODEL' },
  input: {
    type: 'string',
    description: 'shape of the input: images, channels, height, width',
    valueHint: '1,1,224,224',
  },
  classes: { type: 'string', description: 'number of classes (default 10)', valueHint: '10' },
} as const

/** The network, initialised, and empty images: one grey image of the recipe's size where no shape is given. */
export function makeUntrained(
  command: string,
  typed: Readonly<Record<'model' | 'input' | 'classes', string | undefined>>,
): { readonly net: gluon.Block; readonly images: NDArray } {
  const { model, input, classes } = typed
  if (model === undefined) throw new UsageError(`[${command}] which model? There are: ${modelNames.join(', ')}`)
  const name: ModelName = choiceOf(command, 'model', model, modelNames) ?? 'nin'
  const { resize, init } = recipeOf(name, recipeNames(name)[0]).settings
  const shape = input === undefined ? [1, 1, resize, resize] : shapeFrom(`[${command}] --input`, input)
  checkSides(command, name, shape)
  const many = numberOf(`[${command}] --classes`, classes, { whole: true, from: 1, to: 100_000 }) ?? 10
  const net = makeModel({ model: name, lastRelu: true }, many)
  net.initialize({ init: makeInitializer(init) })
  return { net, images: nd.zeros(shape) }
}

/** Throws where the network would have nothing left to look at. */
function checkSides(command: string, model: ModelName, shape: readonly number[]): void {
  const [, , height, width] = shape
  const least = smallestSide[model]
  if (shape.length === 4 && Math.min(height, width) >= least) return
  const wants = `${model} takes images, channels, height, width, with sides of at least ${least}`
  throw new UsageError(`[${command}] ${wants}, got --input ${shape.join(',')}`)
}
