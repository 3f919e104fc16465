// `glueball train`: trains a network, shows how it goes, and keeps checkpoints, numbers and a report.
import process from 'node:process'
import { settingArgs, typedFrom } from '../settings/settingArgs.ts'
import { choiceOf, numberOf } from '../settings/values.ts'
import { seedsFrom } from '../training/seeds.ts'
import { type TrainRequest, trainRun } from '../training/trainRun.ts'
import { trainSeeds } from '../training/trainSeeds.ts'
import { command } from '../usage.ts'

/** Minutes between checkpoints within an epoch. */
const saveEveryMinutes = 2

/** The command. */
export const train = command({
  name: 'train',
  description: 'Trains a network on a folder of pictures, or on images of clothes or digits',
  args: {
    ...settingArgs,
    seeds: {
      type: 'string',
      description: 'trains once with each seed, and shows mean and spread, as 1..5',
      valueHint: 'SEEDS',
    },
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
    tensorboard: { type: 'boolean', description: 'writes event files for TensorBoard into the run’s folder' },
    json: { type: 'boolean', description: 'prints one JSON line an event, and nothing else, on standard output' },
  },
  examples: [
    ['train', 'Network in Network on Fashion-MNIST with the recipe that learns from the first epoch'],
    ['train nin --recipe tutorial', 'the tutorial’s own settings, exactly'],
    ['train lenet --epochs 3 --out runs/lenet', 'LeNet, into a folder of that name'],
    ['train resnet18 --limit-train 2000', 'a network of the zoo, on grey images of 96 pixels'],
    ['train nin --data-dir photos --augment', 'your own pictures, in one folder a class'],
    ['train resnet18 --data-dir photos --fine-tune resnet18.params', 'your own pictures, from weights at hand'],
    ['train --resume runs/lenet --epochs 10', 'goes on where a run stopped, to the same bits'],
  ],
  async run(args) {
    const { out, resume, json, 'save-every': saveEvery, 'max-time': maxTime } = args
    const typed = await typedFrom(args)
    const minutes = numberOf('[train] --save-every', saveEvery, { above: 0 }) ?? saveEveryMinutes
    const most = numberOf('[train] --max-time', maxTime, { above: 0 }) ?? Infinity
    const request: TrainRequest = {
      ...{ typed, out, resume, json: Boolean(json), stdout: process.stdout },
      ...{ deadline: numberOf('[train] --deadline', args.deadline, { above: 0 }) },
      ...{ scaleLr: choiceOf('train', 'scaling', args['scale-lr'], ['linear', 'none']) === 'linear' },
      ...{ saveEvery: minutes * 60_000, maxTime: most * 60_000, tensorBoard: Boolean(args.tensorboard) },
    }
    const seeds = seedsFrom(args.seeds)
    return seeds ? trainSeeds(request, seeds) : trainRun(request)
  },
})
