// The options that set something of a run, as `train` and other commands show and read them.
import { isPictureFolder } from '../pictures/pictureData.ts'
import { modelNames, optimizers, recipeNames } from './recipes.ts'
import { datasetNames, settingOptions, type Typed } from './settings.ts'

const many = modelNames.filter((model) => recipeNames(model).length > 1)
const recipeText = many.map((model) => `${model}: ${recipeNames(model).join(', ')}`).join('; ')

const optimizerText = `${optimizers.join(' or ')}; another than the recipe’s has its own default --lr and --momentum`

/** The options by their names. */
export const settingArgs = {
  model: { type: 'positional', description: `one of ${modelNames.join(', ')} (default nin)`, required: false },
  dataset: {
    type: 'string',
    description: `${datasetNames.join(', ')} (default ${datasetNames[0]})`,
    valueHint: 'NAME',
  },
  'data-dir': {
    type: 'string',
    description: 'folder of pictures, one folder a class, or the data set’s IDX files',
    valueHint: 'FOLDER',
  },
  recipe: { type: 'string', description: `what the settings start from (${recipeText})`, valueHint: 'NAME' },
  epochs: { type: 'string', description: 'times through the training images', valueHint: '10' },
  'batch-size': { type: 'string', description: 'images in a step', valueHint: '32' },
  resize: { type: 'string', description: 'side to which images are resized', valueHint: '112' },
  optimizer: { type: 'string', description: optimizerText, valueHint: 'adam' },
  lr: { type: 'string', description: 'learning rate', valueHint: '0.0005' },
  momentum: { type: 'string', description: 'share of the last step that sgd repeats', valueHint: '0.9' },
  wd: { type: 'string', description: 'weight decay', valueHint: '0.0001' },
  'lr-schedule': {
    type: 'string',
    description: 'constant, cosine, or factor (a tenth after each third)',
    valueHint: 'cosine',
  },
  warmup: { type: 'string', description: 'steps over which the rate rises from 0', valueHint: '100' },
  init: { type: 'string', description: 'first weights: xavier, he, normal, uniform', valueHint: 'he' },
  seed: { type: 'string', description: 'the same seed gives the same bits (default 0)', valueHint: '0' },
  ctx: { type: 'string', description: 'cpu, gpu or reference (default cpu)', valueHint: 'cpu' },
  threads: { type: 'string', description: 'threads that compute (default: all cores)', valueHint: '2' },
  adapter: { type: 'string', description: 'a part of the GPU’s name (see info)', valueHint: 'NAME' },
  strict: { type: 'boolean', description: 'no Winograd convolutions: half as fast, and a digit more exact' },
  grey: { type: 'boolean', description: 'takes the pictures of a folder in one channel' },
  augment: { type: 'boolean', description: 'mirrors, moves and recolours training images at random' },
  accumulate: {
    type: 'string',
    description: 'batches whose gradients are summed for an update (default 1)',
    valueHint: '4',
  },
  'fine-tune': {
    type: 'string',
    description: 'starts from a run’s or a file’s weights: the last layer anew, the others at a tenth of the rate',
    valueHint: 'RUN|FILE',
  },
  'limit-train': { type: 'string', description: 'takes only the first N training images', valueHint: '1280' },
  'limit-test': { type: 'string', description: 'takes only the first N test images', valueHint: '1000' },
} as const

/** What was typed of them; a folder of pictures is a data set of its own. */
export async function typedFrom(args: Typed): Promise<Typed> {
  const given: Typed = Object.fromEntries(settingOptions.map((name) => [name, args[name]]))
  const folder = given.dataset === undefined && (await isPictureFolder(given['data-dir'] ?? ''))
  return folder ? { ...given, dataset: 'folder' } : given
}
