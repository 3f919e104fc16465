// `glueball train`: trains a network, shows how it goes, and keeps checkpoints, numbers and a report.
import process from 'node:process'
import { isPictureFolder } from '../pictureData.ts'
import { modelNames, recipeNames } from '../recipes.ts'
import { datasetNames, settingOptions, type Typed } from '../settings.ts'
import { trainRun } from '../trainRun.ts'
import { command } from '../usage.ts'
import { choiceOf, numberOf } from '../values.ts'

/** Minutes between checkpoints within an epoch. */
const saveEveryMinutes = 2

const many = modelNames.filter((model) => recipeNames(model).length > 1)
const recipeText = many.map((model) => `${model}: ${recipeNames(model).join(', ')}`).join('; ')

/** The command. */
export const train = command({
  name: 'train',
  description: 'Trains a network on a folder of pictures, or on images of clothes or digits',
  args: {
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
    'batch-size': { type: 'string', description: 'images in a step', valueHint: '128' },
    resize: { type: 'string', description: 'side to which images are resized', valueHint: '112' },
    optimizer: { type: 'string', description: 'sgd', valueHint: 'sgd' },
    lr: { type: 'string', description: 'learning rate', valueHint: '0.01' },
    momentum: { type: 'string', description: 'share of the last step that is repeated', valueHint: '0.9' },
    wd: { type: 'string', description: 'weight decay', valueHint: '0.0001' },
    'lr-schedule': {
      type: 'string',
      description: 'constant, cosine, or factor (a tenth after each third)',
      valueHint: 'cosine',
    },
    warmup: { type: 'string', description: 'steps over which the rate rises from 0', valueHint: '50' },
    init: { type: 'string', description: 'first weights: xavier, he, normal, uniform', valueHint: 'he' },
    seed: { type: 'string', description: 'the same seed gives the same bits (default 0)', valueHint: '0' },
    ctx: { type: 'string', description: 'cpu, gpu or reference (default cpu)', valueHint: 'cpu' },
    threads: { type: 'string', description: 'threads that compute (default: all cores)', valueHint: '2' },
    adapter: { type: 'string', description: 'a part of the GPU’s name (see info)', valueHint: 'NAME' },
    strict: { type: 'boolean', description: 'no Winograd convolutions: half as fast, and a digit more exact' },
    grey: { type: 'boolean', description: 'takes the pictures of a folder in one channel' },
    augment: { type: 'boolean', description: 'mirrors, moves and recolours training images at random' },
    'limit-train': { type: 'string', description: 'takes only the first N training images', valueHint: '1280' },
    'limit-test': { type: 'string', description: 'takes only the first N test images', valueHint: '1000' },
    out: { type: 'string', description: 'folder for the run (default: a dated one in runs/)', valueHint: 'FOLDER' },
    resume: {
      type: 'string',
      description: 'goes on with a run: its folder, or a checkpoint in it',
      valueHint: 'FOLDER',
    },
    'save-every': {
      type: 'string',
      description: `minutes between checkpoints (default ${saveEveryMinutes})`,
      valueHint: '2',
    },
    'max-time': {
      type: 'string',
      description: 'minutes of training after which the run saves and stops',
      valueHint: '30',
    },
    'scale-lr': {
      type: 'string',
      description: 'linear: the learning rate times the ranks of launch; none (default)',
      valueHint: 'linear',
    },
    deadline: { type: 'string', description: 'seconds that ranks wait for each other (default 60)', valueHint: '60' },
    json: { type: 'boolean', description: 'prints one JSON line an event, and nothing else, on standard output' },
  },
  examples: [
    ['train', 'Network in Network on Fashion-MNIST with the recipe that learns from the first epoch'],
    ['train nin --recipe tutorial', 'the tutorial’s own settings, exactly'],
    ['train lenet --epochs 3 --out runs/lenet', 'LeNet, into a folder of that name'],
    ['train resnet18 --limit-train 2000', 'a network of the zoo, on grey images of 96 pixels'],
    ['train nin --data-dir photos --augment', 'your own pictures, in one folder a class'],
    ['train --resume runs/lenet --epochs 10', 'goes on where a run stopped, to the same bits'],
  ],
  async run(args) {
    const { out, resume, json, 'save-every': saveEvery, 'max-time': maxTime } = args
    const given: Typed = Object.fromEntries(settingOptions.map((name) => [name, args[name]]))
    const folder = given.dataset === undefined && (await isPictureFolder(given['data-dir'] ?? ''))
    const typed: Typed = folder ? { ...given, dataset: 'folder' } : given
    const minutes = numberOf('[train] --save-every', saveEvery, { above: 0 }) ?? saveEveryMinutes
    const most = numberOf('[train] --max-time', maxTime, { above: 0 }) ?? Infinity
    return trainRun({
      ...{ typed, out, resume, json: Boolean(json), stdout: process.stdout },
      ...{ deadline: numberOf('[train] --deadline', args.deadline, { above: 0 }) },
      ...{ scaleLr: choiceOf('train', 'scaling', args['scale-lr'], ['linear', 'none']) === 'linear' },
      ...{ saveEvery: minutes * 60_000, maxTime: most * 60_000 },
    })
  },
})
