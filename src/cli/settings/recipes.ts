// Recipes: for each model the settings that a run starts from, and why they differ from the tutorial's.
import { models, type VisionName } from '../../gluon/models/getModel.ts'

/** How the learning rate moves. */
export const schedules = ['constant', 'cosine', 'factor'] as const
/** Ways to draw first weights. */
export const initializers = ['xavier', 'he', 'normal', 'uniform'] as const
/** The optimizers there are. */
export const optimizers = ['sgd', 'adam'] as const

/** The part of a run's settings that a recipe decides. */
export interface RecipeSettings {
  readonly resize: number
  readonly batchSize: number
  readonly epochs: number
  readonly optimizer: (typeof optimizers)[number]
  readonly lr: number
  /** SGD’s; 0 with Adam. */
  readonly momentum: number
  readonly wd: number
  readonly schedule: (typeof schedules)[number]
  /** Updates over which the rate rises from 0. */
  readonly warmup: number
  readonly init: (typeof initializers)[number]
  /** Whether the network's class maps pass through a last ReLU; only NiN has one. */
  readonly lastRelu: boolean
}

/** Settings with their reason. */
export interface Recipe {
  readonly settings: RecipeSettings
  /** One line: what differs from the tutorial's settings, and why. */
  readonly why: string
}

const tutorial: RecipeSettings = {
  resize: 112,
  batchSize: 128,
  epochs: 20,
  optimizer: 'sgd',
  lr: 0.2,
  momentum: 0,
  wd: 0,
  schedule: 'constant',
  warmup: 0,
  init: 'xavier',
  lastRelu: true,
}

/** Rate and momentum of an optimizer that a recipe does not have. */
export const optimizerDefaults = {
  sgd: { lr: 0.01, momentum: 0.9 },
  adam: { lr: 0.0005, momentum: 0 },
} as const satisfies Record<RecipeSettings['optimizer'], Pick<RecipeSettings, 'lr' | 'momentum'>>

const small: RecipeSettings = { ...tutorial, resize: 28, batchSize: 256, epochs: 3, lr: 0.1, lastRelu: false }

/** What a family of the zoo is trained with, and the least side of its images. */
interface Family {
  readonly side: number
  readonly least: number
  /** Without BatchNorm the rate must be lower. */
  readonly lr: number
}

/** The families of the zoo by the first part of their names. */
const families: Readonly<Record<string, Family>> = {
  alexnet: { side: 112, least: 63, lr: 0.01 },
  densenet: { side: 96, least: 29, lr: 0.05 },
  googlenet: { side: 96, least: 31, lr: 0.05 },
  mobilenet: { side: 96, least: 8, lr: 0.05 },
  resnet: { side: 96, least: 8, lr: 0.05 },
  squeezenet: { side: 96, least: 29, lr: 0.01 },
  vgg: { side: 64, least: 32, lr: 0.01 },
}

const zooNames = Object.keys(models) as VisionName[]
const familyOf = (name: VisionName): Family => families[Object.keys(families).find((part) => name.startsWith(part))!]

function zooRecipe({ side, lr }: Family): { readonly plain: Recipe } {
  const settings: RecipeSettings = {
    ...{ ...tutorial, resize: side, batchSize: 32, epochs: 10, lr, momentum: 0.9 },
    ...{ schedule: 'cosine', warmup: 100, init: 'he', lastRelu: false },
  }
  const why = `SGD ${lr} with momentum 0.9, He weights, a warm-up of 100 steps and a cosine to 0; ${side} pixels, since it was made for 224 and takes minutes an epoch at that`
  return { plain: { settings, why } }
}

const zoo = Object.fromEntries(zooNames.map((name) => [name, zooRecipe(familyOf(name))])) as Record<
  VisionName,
  ReturnType<typeof zooRecipe>
>

/** The recipes of each model; the first one is what `train` takes by itself. */
export const recipes = {
  nin: {
    adam: {
      settings: {
        ...tutorial,
        batchSize: 32,
        optimizer: 'adam',
        lr: 0.0005,
        schedule: 'cosine',
        warmup: 100,
        init: 'he',
        lastRelu: false,
      },
      why: 'no ReLU on the class maps (they die), He weights (Xavier’s signal fades over 12 layers), Adam 0.0005 with a warm-up of 100 steps and a cosine to 0, batches of 32 (four times the steps an epoch)',
    },
    stable: {
      settings: {
        ...tutorial,
        lr: 0.01,
        momentum: 0.9,
        schedule: 'cosine',
        warmup: 50,
        init: 'he',
        lastRelu: false,
      },
      why: 'no ReLU on the class maps (they die), He weights (Xavier’s signal fades over 12 layers), SGD 0.01 with momentum 0.9, a warm-up of 50 steps and a cosine to 0 (0.2 is too high once the signal is there)',
    },
    tutorial: {
      settings: tutorial,
      why: 'the tutorial’s own settings, unchanged; they start slowly and may lose class maps',
    },
  },
  lenet: {
    plain: { settings: small, why: 'SGD 0.1 and Xavier weights at 28 pixels, as the tutorials train LeNet' },
  },
  ...zoo,
} as const satisfies Record<string, Record<string, Recipe>>

/** A model that can be trained by name. */
export type ModelName = keyof typeof recipes

/** The models by name. */
export const modelNames = Object.keys(recipes) as ModelName[]

/** The sides of images below which a model has nothing left to look at. */
export const smallestSide: Readonly<Record<ModelName, number>> = {
  ...(Object.fromEntries(zooNames.map((name) => [name, familyOf(name).least])) as Record<VisionName, number>),
  nin: 67,
  lenet: 16,
}

/** The recipe names of a model, its default first. */
export function recipeNames(model: ModelName): string[] {
  return Object.keys(recipes[model])
}

/** A recipe by name; the caller has checked that it exists. */
export function recipeOf(model: ModelName, name: string): Recipe {
  return (recipes[model] as Record<string, Recipe>)[name]
}
