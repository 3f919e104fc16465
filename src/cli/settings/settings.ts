// The settings of a run: what was typed over what the recipe says, as plain JSON that a checkpoint keeps.
import { printable } from '../../core/printable.ts'
import { UsageError } from '../usage.ts'
import {
  initializers,
  type ModelName,
  modelNames,
  optimizerDefaults,
  optimizers,
  type RecipeSettings,
  recipeNames,
  recipeOf,
  schedules,
  smallestSide,
} from './recipes.ts'
import { choiceOf, numberOf } from './values.ts'

/** The data sets by name. */
export const datasetNames = ['fashion-mnist', 'fashion-mnist-subset', 'mnist', 'folder'] as const
/** A data set by name. */
export type DatasetName = (typeof datasetNames)[number]
/** The machines that can be trained on. */
export const contextNames = ['cpu', 'gpu', 'reference'] as const

/** All that decides the numbers of a run, and where its data are. */
export interface Settings extends RecipeSettings {
  readonly model: ModelName
  readonly recipe: string
  readonly dataset: DatasetName
  /** A folder that was given for the data; null where they are looked for. */
  readonly dataDir: string | null
  readonly seed: number
  readonly context: (typeof contextNames)[number]
  /** Threads that were asked for; null for all cores. They change speed alone. */
  readonly threads: number | null
  /** A part of the name of the GPU's adapter; null for the first. */
  readonly adapter: string | null
  /** No Winograd convolutions. */
  readonly strict: boolean
  /** Pictures of a folder in one channel. */
  readonly grey: boolean
  /** Training images are mirrored, moved and changed in colour at random. */
  readonly augment: boolean
  /** Batches whose gradients are summed for an update; null for one. */
  readonly accumulate: number | null
  /** A run or a file whose weights all layers but the last start from; they learn at a tenth of the rate. */
  readonly fineTune: string | null
  readonly limitTrain: number | null
  readonly limitTest: number | null
}

/** Options that set something. */
export const settingOptions = [
  'model',
  'recipe',
  'dataset',
  'data-dir',
  'resize',
  'batch-size',
  'epochs',
  'optimizer',
  'lr',
  'momentum',
  'wd',
  'lr-schedule',
  'warmup',
  'init',
  'seed',
  'ctx',
  'threads',
  'adapter',
  'strict',
  'grey',
  'augment',
  'accumulate',
  'fine-tune',
  'limit-train',
  'limit-test',
] as const

type TypedName = (typeof settingOptions)[number]

/** Options without a value: they are given or not. */
export const switches = ['strict', 'grey', 'augment'] as const

/** Options that set something, as they were typed. */
export type Typed = {
  readonly [K in TypedName]?: (K extends (typeof switches)[number] ? boolean : string) | undefined
}

const where = (name: TypedName) => `[train] --${name}`
const count = { whole: true, from: 1 }

/** The settings that what was typed asks for. Throws a UsageError on what makes no sense. */
export function settingsFrom(typed: Typed): Settings {
  const model = choiceOf('train', 'model', typed.model, modelNames) ?? 'nin'
  const names = recipeNames(model)
  const recipe = choiceOf('train', `${model} recipe`, typed.recipe, names) ?? names[0]
  const { settings } = recipeOf(model, recipe)
  const changes = recipeChanges(typed)
  const { optimizer = settings.optimizer } = changes
  const result: Settings = {
    ...settings,
    ...(optimizer !== settings.optimizer && optimizerDefaults[optimizer]),
    ...changes,
    model,
    recipe,
    dataset: choiceOf('train', 'data set', typed.dataset, datasetNames) ?? 'fashion-mnist',
    dataDir: typed['data-dir'] ?? null,
    seed: numberOf(where('seed'), typed.seed, { whole: true, from: 0, to: 0xffffffff }) ?? 0,
    context: contextFrom(typed.ctx),
    threads: numberOf(where('threads'), typed.threads, { whole: true, from: 1, to: 64 }) ?? null,
    adapter: typed.adapter ?? null,
    strict: typed.strict ?? false,
    grey: typed.grey ?? false,
    augment: typed.augment ?? false,
    accumulate: numberOf(where('accumulate'), typed.accumulate, { ...count, to: 65_536 }) ?? null,
    fineTune: typed['fine-tune'] ?? null,
    limitTrain: numberOf(where('limit-train'), typed['limit-train'], count) ?? null,
    limitTest: numberOf(where('limit-test'), typed['limit-test'], count) ?? null,
  }
  if (result.adapter !== null && result.context !== 'gpu') {
    throw new UsageError(`[train] --adapter chooses a GPU: give --ctx gpu with it, got --adapter ${result.adapter}`)
  }
  if (optimizer !== 'sgd' && result.momentum > 0) {
    throw new UsageError(`[train] --momentum is for --optimizer sgd: leave it out, got --momentum ${result.momentum}`)
  }
  if (result.grey && result.dataset !== 'folder') {
    throw new UsageError('[train] --grey is for a folder of pictures: the other data sets are grey already')
  }
  const smallest = smallestSide[model]
  if (result.resize < smallest) {
    throw new UsageError(
      `[train] ${model} needs images of at least ${smallest} pixels a side, got --resize ${result.resize}`,
    )
  }
  if (result.dataset === 'fashion-mnist-subset' && result.dataDir !== null) {
    throw new UsageError(
      '[train] fashion-mnist-subset is embedded: leave out --data-dir, or take --dataset fashion-mnist',
    )
  }
  return result
}

/** What was typed that a recipe would decide. */
export function recipeChanges(typed: Typed): Partial<RecipeSettings> {
  const read = {
    resize: numberOf(where('resize'), typed.resize, { ...count, to: 4096 }),
    batchSize: numberOf(where('batch-size'), typed['batch-size'], count),
    epochs: numberOf(where('epochs'), typed.epochs, count),
    optimizer: choiceOf('train', 'optimizer', typed.optimizer, optimizers),
    lr: numberOf(where('lr'), typed.lr, { above: 0 }),
    momentum: numberOf(where('momentum'), typed.momentum, { from: 0, to: 1 }),
    wd: numberOf(where('wd'), typed.wd, { from: 0 }),
    schedule: choiceOf('train', 'schedule', typed['lr-schedule'], schedules),
    warmup: numberOf(where('warmup'), typed.warmup, { whole: true, from: 0 }),
    init: choiceOf('train', 'initializer', typed.init, initializers),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}

/** Channels of the images that a network takes. */
export function channelsOf({ dataset, grey }: Pick<Settings, 'dataset' | 'grey'>): 1 | 3 {
  return dataset === 'folder' && !grey ? 3 : 1
}

/** The context that was asked for. */
export function contextFrom(text: string | undefined): Settings['context'] {
  return choiceOf('train', 'context', text, contextNames) ?? 'cpu'
}

/** The names of the recipe's settings, as options are called. */
const spelled: readonly (readonly [keyof RecipeSettings, string])[] = [
  ['resize', 'resize'],
  ['batchSize', 'batch-size'],
  ['epochs', 'epochs'],
  ['optimizer', 'optimizer'],
  ['lr', 'lr'],
  ['momentum', 'momentum'],
  ['wd', 'wd'],
  ['schedule', 'lr-schedule'],
  ['warmup', 'warmup'],
  ['init', 'init'],
]

/** One line: the recipe, what was changed in it, and why it is as it is. */
export function describeRecipe(settings: Settings): string {
  const { settings: original, why } = recipeOf(settings.model, settings.recipe)
  const changed = spelled
    .filter(([key]) => settings[key] !== original[key])
    .map(([key, name]) => `${name} ${settings[key]} (recipe: ${original[key]})`)
  const tail = changed.length > 0 ? `; changed here: ${changed.join(', ')}` : ''
  return `${settings.recipe}: ${why}${tail}`
}

/** The images of an update: `128`, or `4 × 32` where gradients are summed. */
export function batchText({ accumulate, batchSize }: Settings): string {
  return accumulate === null ? `${batchSize}` : `${accumulate} × ${batchSize}`
}

/** Updates in an epoch of `steps` batches. */
export function updatesIn(steps: number, { accumulate }: Pick<Settings, 'accumulate'>): number {
  return Math.ceil(steps / (accumulate ?? 1))
}

/** Names of optimizers, as shown. */
export const optimizerTitles = { sgd: 'SGD', adam: 'Adam' } as const satisfies Record<Settings['optimizer'], string>

/** One line: the numbers of the training. */
export function describeNumbers(settings: Settings): string {
  const rate = settings.schedule === 'constant' ? `${settings.lr}` : `${settings.lr} (${settings.schedule})`
  return [
    `batch ${batchText(settings)}`,
    `${optimizerTitles[settings.optimizer]} ${rate}`,
    ...(settings.momentum > 0 ? [`momentum ${settings.momentum}`] : []),
    ...(settings.wd > 0 ? [`weight decay ${settings.wd}`] : []),
    ...(settings.warmup > 0 ? [`warm-up ${settings.warmup} steps`] : []),
    `${settings.init} weights`,
    `${settings.epochs} ${settings.epochs === 1 ? 'epoch' : 'epochs'}`,
    ...(settings.augment ? ['augmented'] : []),
    ...(settings.fineTune === null ? [] : [`fine-tuned from ${printable(settings.fineTune)}`]),
    `seed ${settings.seed}`,
  ].join(', ')
}
