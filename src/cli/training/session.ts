// A run that is ready to train: network, trainer, batches and loop, new or as a checkpoint left them.
import { type gluon, data as gluonData, nd } from '../../index.ts'
import { generatorState, restoreGenerator } from '../../ops/random/random.ts'
import { type RunData, testBatches, trainBatches } from '../datasets.ts'
import { arraysOf, type Header, type RunCheckpoint } from '../folder/checkpoint.ts'
import { engineFacts, version } from '../machine.ts'
import { loadWeights, makeNetwork, type RunNetwork, readWeights } from '../network.ts'
import { imagesOf, type Ranks } from '../ranks/ranks.ts'
import { type Settings, updatesIn } from '../settings/settings.ts'
import { slowDown } from './fineTune.ts'
import { makeTrainer } from './optimization.ts'
import { sumsOf } from './readings.ts'
import { type Standing, Training, type TrainingHooks } from './training.ts'

/** A run that is ready to train. */
export interface Session {
  readonly settings: Settings
  readonly data: RunData
  readonly network: RunNetwork
  readonly trainer: gluon.Trainer
  readonly batches: ReturnType<typeof trainBatches>
  readonly training: Training
  readonly ranks: Ranks | undefined
}

/** Makes a session; with a checkpoint it stands where that was taken. */
export function openSession(
  settings: Settings,
  data: RunData,
  hooks: TrainingHooks,
  checkpoint: RunCheckpoint | undefined,
  ranks?: Ranks,
): Session {
  nd.random.seed(settings.seed)
  const network = makeNetwork(settings, data.classes.length)
  if (settings.fineTune !== null) slowDown(network)
  const batchSize = settings.batchSize * (ranks?.size ?? 1)
  const trainImages = imagesOf(data.train.length, settings.batchSize, ranks)
  const steps = Math.ceil(trainImages / batchSize)
  const trainer = makeTrainer(network.net, settings, updatesIn(steps, settings) * settings.epochs, ranks?.store)
  const batches = trainBatches(data, settings, network.context, ranks)
  const standing: Standing = { epoch: 0, step: 0, update: 0, seconds: 0, history: [] }
  const training = new Training(
    {
      net: network.net,
      context: network.context,
      trainer,
      train: batches,
      test: testBatches(data, settings, network.context, ranks),
      trainImages,
      testImages: data.test.length,
      batchSize,
      epochs: settings.epochs,
      accumulate: settings.accumulate ?? 1,
      classes: data.classes,
      ...(data.pictures?.weights && { weights: data.pictures.weights }),
      ranks,
    },
    standing,
    hooks,
  )
  const session = { settings, data, network, trainer, batches, training, ranks }
  if (checkpoint) restore(session, checkpoint)
  return session
}

/** All that decides how a run goes on, as it is at this point of the queue. */
export async function captureSession(session: Session): Promise<RunCheckpoint> {
  const { network, trainer, batches, training, ranks } = session
  // before the first await, so that all is of one moment
  const standing = standingOf(session)
  const loader = batches.state()
  const order = gluonData.shuffler.state()
  const [weights, optimizer, generator, [loss, accuracy], alive] = await Promise.all([
    readWeights(network),
    trainer.state(),
    generatorState(network.context),
    sumsOf(training.loss, training.accuracy, ranks),
    ranks ? ranks.store.sum(training.dead.state()) : training.dead.state(),
  ])
  const sums = { loss: { ...loss }, accuracy: { ...accuracy } }
  const header: Header = { ...standing, loader, ...sums, alive, numUpdate: optimizer.numUpdate }
  const places = placesOf(network)
  const state = optimizer.arrays.map(({ name, shape, data }) => ({
    name: renamed(name, (place) => places[Number(place)]),
    shape,
    data: data as Float32Array,
  }))
  return {
    header,
    arrays: [
      ...weights.map((array) => ({ ...array, name: `weight:${array.name}` })),
      ...state.map((array) => ({ ...array, dtype: 'float32' as const, name: `optimizer:${array.name}` })),
      { name: 'generator:words', dtype: 'int32', shape: [generator.length], data: generator },
      { name: 'shuffler:words', dtype: 'int32', shape: [order.length], data: order },
    ],
  }
}

type Standstill = Omit<Header, 'loader' | 'loss' | 'accuracy' | 'alive' | 'numUpdate'>

/** The part of a checkpoint's header that needs no reading from the device. */
function standingOf({ settings, data, network, training, ranks }: Session): Standstill {
  const { epoch, step, update, history } = training.standing
  const facts = engineFacts(network.context)
  return {
    kind: 'glueball training run',
    glueball: version(),
    settings,
    edition: data.edition,
    trainImages: data.train.length,
    testImages: data.test.length,
    classes: data.classes,
    epoch,
    step,
    update,
    history: [...history],
    seconds: training.seconds,
    engine: facts.name,
    rung: facts.rung,
    planVersion: facts.planVersion,
    ranks: ranks?.size ?? null,
  }
}

function restore({ network, trainer, batches, training, ranks }: Session, checkpoint: RunCheckpoint): void {
  const header = ofRanks(checkpoint.header, ranks)
  if (header.classes.length !== training.dead.classes)
    throw new Error(
      `[checkpoint] it is of ${header.classes.length} classes, and the data have ${training.dead.classes}`,
    )
  checkClasses(header.classes, training.classes)
  loadWeights(network, arraysOf(checkpoint, 'weight'))
  const places = placesOf(network)
  const arrays = arraysOf(checkpoint, 'optimizer').map(({ name, shape, data }) => ({
    name: renamed(name, (structural) => places.indexOf(structural)),
    shape,
    data: data as Float32Array,
  }))
  trainer.restore({ numUpdate: header.numUpdate, arrays })
  restoreGenerator(wordsOf(checkpoint, 'generator'), network.context)
  gluonData.shuffler.restore(wordsOf(checkpoint, 'shuffler'))
  batches.restore(header.loader)
  if (!ranks || ranks.first) {
    // sums of all ranks, to which the others add theirs
    training.loss.restore(header.loss)
    training.accuracy.restore(header.accuracy)
    training.dead.restore(header.alive)
  }
  const { epoch, step, update, seconds, history } = header
  Object.assign(training.standing, { epoch, step, update, seconds })
  training.standing.history.push(...history)
}

/** Where a run stands that goes on with another number of ranks, whose batches are larger or smaller in all. */
function ofRanks(header: Header, ranks: Ranks | undefined): Header {
  const [then, now] = [header.ranks ?? 1, ranks?.size ?? 1]
  const scaled = (steps: number) => Math.floor((steps * then) / now)
  return { ...header, step: scaled(header.step), loader: { ...header.loader, taken: scaled(header.loader.taken) } }
}

/** Throws where classes have come, gone or changed their names: their numbers would be others. */
function checkClasses(then: readonly string[], now: readonly string[]): void {
  if (then.every((name, i) => name === now[i])) return
  throw new Error(`[checkpoint] it is of the classes ${then.join(', ')}, and the data have ${now.join(', ')}`)
}

/** The words of a generator. */
function wordsOf(checkpoint: RunCheckpoint, kind: 'generator' | 'shuffler'): Int32Array {
  const [array] = arraysOf(checkpoint, kind)
  if (!array) throw new Error(`[checkpoint] it has no state of the ${kind}, which a run needs to go on`)
  return array.data as Int32Array
}

/** Structural names of the parameters in the trainer's order, by whose places it names its state. */
function placesOf({ net, parameters }: RunNetwork): string[] {
  const names = new Map([...parameters].map(([name, parameter]) => [parameter, name]))
  return [...net.collectParams().values()].map((parameter) => names.get(parameter) as string)
}

/** The name of a parameter's state, `parameter:slot`, with the parameter's other name. */
function renamed(name: string, other: (parameter: string) => string | number): string {
  const colon = name.lastIndexOf(':')
  return `${other(name.slice(0, colon))}${name.slice(colon)}`
}
