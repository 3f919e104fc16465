// The network of a run: made from its settings, with first weights or those of a checkpoint.
import { models } from '../gluon/models/getModel.ts'
import { structuralNames, valuesOf } from '../gluon/structure.ts'
import { type Context, cpu, gluon, type NDArray, nd, reference } from '../index.ts'
import type { CheckpointArray } from '../io/checkpoint.ts'
import { openedGpu } from './machine.ts'
import { channelsOf, type Settings } from './settings/settings.ts'
import { makeInitializer } from './training/optimization.ts'

/** A network with what is known of it. */
export interface RunNetwork {
  readonly net: gluon.Block
  readonly context: Context
  /** Parameters by structural name. */
  readonly parameters: ReadonlyMap<string, gluon.Parameter>
  /** How many numbers they hold. */
  readonly size: number
}

/** The context of the settings. */
export function contextOf(settings: Pick<Settings, 'context'>): Context {
  if (settings.context === 'gpu') return openedGpu()
  return settings.context === 'reference' ? reference() : cpu()
}

/** The architecture alone. */
export function makeModel(settings: Pick<Settings, 'model' | 'lastRelu'>, classes: number): gluon.Block {
  const { model, lastRelu } = settings
  if (model === 'lenet') return gluon.models.lenet({ classes })
  return model === 'nin' ? gluon.models.nin({ classes, lastRelu }) : models[model]({ classes })
}

/** One image as the network takes it. */
export function emptyImage(settings: Settings, ctx: Context): NDArray {
  return nd.zeros([1, channelsOf(settings), settings.resize, settings.resize], { ctx })
}

/** Makes the network, and draws its first weights by running one empty image through it. */
export function makeNetwork(settings: Settings, classes: number): RunNetwork {
  const context = contextOf(settings)
  const net = makeModel(settings, classes)
  net.initialize({ ctx: context, init: makeInitializer(settings.init) })
  const image = emptyImage(settings, context)
  net(image).dispose()
  image.dispose()
  const parameters = structuralNames(net)
  const size = [...parameters.values()].reduce((sum, parameter) => sum + parameter.data().size, 0)
  return { net, context, parameters, size }
}

/** Reads the weights at this point of the queue. */
export function readWeights({ parameters }: RunNetwork): Promise<CheckpointArray[]> {
  return valuesOf(parameters)
}

/** Puts weights of a checkpoint in. Throws when they are of another network. */
export function loadWeights({ parameters, context }: RunNetwork, arrays: readonly CheckpointArray[]): void {
  putWeights(parameters, arrays, context, (what) => new Error(`[checkpoint] it ${what}: it is of another network`))
}

/** Puts arrays into parameters of the same names. Throws where one is missing or has another shape, before any changes. */
export function putWeights(
  parameters: ReadonlyMap<string, gluon.Parameter>,
  arrays: readonly CheckpointArray[],
  ctx: Context,
  wrong: (what: string) => Error,
): void {
  const held = new Map(arrays.map((entry) => [entry.name, entry]))
  const pairs = Array.from(parameters, ([name, parameter]) => {
    const entry = held.get(name)
    if (!entry) throw wrong(`has no weights ${name}`)
    const [got, right] = [entry.shape, parameter.shape].map((shape) => `(${shape.join(', ')})`)
    if (got !== right) throw wrong(`has weights ${name} of ${got}, expected ${right}`)
    return [parameter, entry] as const
  })
  for (const [parameter, { data, shape }] of pairs) {
    const values = nd.array(data, { ctx, dtype: parameter.dtype, shape })
    parameter.setData(values)
    values.dispose()
  }
}
