// Estimator: the training loop, with handlers of its events (MXNet 1.9.1, gluon/contrib/estimator/estimator.py).
import { type Context, currentContext } from '../../../core/engine.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../../core/errors.ts'
import { hintOn } from '../../../core/hints.ts'
import { turn } from '../../../core/memory.ts'
import { arraysIn } from '../../../core/ownership.ts'
import { Loop } from '../../../core/pace.ts'
import { type Initializer, initializerOf } from '../../../init/initializer.ts'
import { AnyBlock, type Block } from '../../block.ts'
import { type Contexts, oneContext } from '../../contexts.ts'
import { Loss } from '../../loss/loss.ts'
import type { MetricLike } from '../../metric/composite.ts'
import { Trainer } from '../../trainer.ts'
import { BatchProcessor } from './batchProcessor.ts'
import { type Batch, type BatchResult, type EventHandler, events, Handlers } from './handler.ts'
import { LoggingHandler } from './logging.ts'
import { makeMetrics, type TrainingMetric } from './metrics.ts'
import { checkCount, GradientUpdateHandler, MetricHandler, StoppingHandler, ValidationHandler } from './updates.ts'

/** Batches, a pass each time they are iterated over: a DataLoader, or what does as it does. They are released after use. */
export type BatchSource = AsyncIterable<Batch>

/** Options of Estimator. */
export interface EstimatorOptions {
  /** Default accuracy where the loss is SoftmaxCrossEntropyLoss, and the loss. */
  readonly trainMetrics?: MetricLike
  /** Default those of the training, with sums of their own. */
  readonly valMetrics?: MetricLike
  /** How parameters are drawn that are not initialised yet. Default Uniform(0.07). */
  readonly initializer?: Initializer | string
  /** Default SGD with a learning rate of 0.001. */
  readonly trainer?: Trainer
  /** Default that of the parameters, else the default context. */
  readonly context?: Contexts
  /** The network that is evaluated. Default `net`. */
  readonly valNet?: Block
  /** The loss of an evaluation. Default `loss`. */
  readonly valLoss?: Loss
  /** How a batch is computed. */
  readonly batchProcessor?: BatchProcessor
  /** Takes the lines of handlers; null for none. Default `console.log`. */
  readonly logger?: ((line: string) => void) | null
}

const estimatorOptions: OptionNames<EstimatorOptions> = {
  trainMetrics: true,
  valMetrics: true,
  initializer: true,
  trainer: true,
  context: true,
  valNet: true,
  valLoss: true,
  batchProcessor: true,
  logger: true,
}

/** Options of `fit`: `epochs` or `batches`, one of them. */
export interface FitOptions {
  /** What is evaluated after each epoch. */
  readonly valData?: BatchSource | null
  /** Passes over the training data. */
  readonly epochs?: number | null
  /** Batches, over as many passes as they take. */
  readonly batches?: number | null
  readonly eventHandlers?: EventHandler | readonly EventHandler[]
  /** The axis of samples; taken without effect, as batches are not split. */
  readonly batchAxis?: number
}

const fitOptions: OptionNames<FitOptions> = {
  valData: true,
  epochs: 'number',
  batches: 'number',
  eventHandlers: true,
  batchAxis: 'number',
}

/** Options of `evaluate`. */
export type EvaluateOptions = Pick<FitOptions, 'eventHandlers' | 'batchAxis'>

/** Trains and evaluates a network: `await new Estimator(net, loss, { trainer }).fit(trainData, { valData, epochs: 5 })`. */
export class Estimator {
  readonly net: Block
  readonly loss: Loss
  readonly valNet: Block
  readonly valLoss: Loss
  readonly trainer: Trainer
  readonly context: Context
  readonly trainMetrics: readonly TrainingMetric[]
  readonly valMetrics: readonly TrainingMetric[]
  readonly batchProcessor: BatchProcessor
  /** Takes a line of a handler. */
  readonly logger: ((line: string) => void) | null
  /** When `fit` ends: a handler may change it. */
  maxEpoch: number | undefined
  maxBatch: number | undefined
  /** Whether all kernels of a step are made. */
  #warm = false

  constructor(net: Block, loss: Loss, options: EstimatorOptions = {}) {
    checkOptions('Estimator', options, '{ trainer }', estimatorOptions)
    this.net = checkKind('net must be a block', net, AnyBlock) as Block
    this.loss = checkKind('loss must be one of gluon.loss', loss, Loss as never) as Loss
    this.valNet = options.valNet ?? net
    this.valLoss = options.valLoss ?? loss
    const { train, val } = makeMetrics(loss, options.trainMetrics, options.valMetrics)
    this.trainMetrics = train
    this.valMetrics = val
    this.context = contextOf(net, options.context)
    initialize(net, this.context, options.initializer)
    if (options.trainer !== undefined) checkKind('trainer must be a gluon.Trainer', options.trainer, Trainer)
    this.trainer = options.trainer ?? defaultTrainer(net)
    this.batchProcessor = options.batchProcessor ?? new BatchProcessor()
    this.logger = options.logger === undefined ? (line) => console.log(line) : options.logger
  }

  /** Forward and backward of one batch, without an update. */
  fitBatch(batch: Batch): Promise<BatchResult> {
    return this.batchProcessor.fitBatch(this, batch)
  }

  /** Predictions of one batch, and their losses. */
  evaluateBatch(batch: Batch): Promise<BatchResult> {
    return this.batchProcessor.evaluateBatch(this, batch)
  }

  /** Trains for some epochs or batches. */
  async fit(trainData: BatchSource, options: FitOptions): Promise<void> {
    checkOptions('fit', options, '{ epochs: 5 }', fitOptions)
    const source = checkSource('fit', 'trainData', trainData)
    const { epochs, batches, valData } = options
    checkCount('fit', 'epochs', epochs)
    checkCount('fit', 'batches', batches)
    if ((epochs ?? null) === (batches ?? null) || (epochs && batches)) {
      throw new OpError('fit', 'give epochs or batches, one of them, as { epochs: 5 }')
    }
    if (valData) checkSource('fit', 'valData', valData)
    this.maxEpoch = epochs ?? undefined
    this.maxBatch = batches ?? undefined
    const all = this.#complete(handlersOf('fit', options.eventHandlers), valData ?? undefined)
    const handlers = new Handlers(all)
    try {
      await handlers.tell((handler) => handler.trainBegin?.(this))
      for (let epoch = 0, ended = false; !ended; epoch++) ended = await this.#epoch(source, epoch, handlers)
      await handlers.tell((handler) => handler.trainEnd?.(this))
    } finally {
      // gradients are overwritten again where a batch has thrown, too
      for (const handler of all) if (handler instanceof GradientUpdateHandler) handler.trainEnd()
    }
  }

  /** One pass over the training data; gives whether it was the last. */
  async #epoch(source: BatchSource, epoch: number, handlers: Handlers): Promise<boolean> {
    await handlers.tell((handler) => handler.epochBegin?.(this))
    const loop = new Loop(this.context.engine)
    let count = 0
    let ends = false
    for await (const batch of source) {
      ends = await this.#batch(batch, handlers, (each) => this.fitBatch(each))
      this.#warm = true
      count++
      if (ends) break
      await loop.pace()
    }
    if (count === 0 && (epoch > 0 || this.maxEpoch === undefined)) {
      throw new OpError('fit', `trainData gave no batch in pass ${epoch}: is it a generator, which has one pass alone?`)
    }
    return (await handlers.tell((handler) => handler.epochEnd?.(this))) || ends
  }

  async #batch(batch: Batch, handlers: Handlers, compute: (batch: Batch) => Promise<BatchResult>): Promise<boolean> {
    await handlers.tell((handler) => handler.batchBegin?.(this, batch))
    const result = await compute(batch)
    const ends = await handlers.tell((handler) => handler.batchEnd?.(this, { batch, ...result }))
    for (const array of new Set(arraysIn([batch, Object.values(result)]))) array.dispose()
    return ends
  }

  /** Evaluates the network: the results are those of `valMetrics`. */
  async evaluate(valData: BatchSource, options: EvaluateOptions = {}): Promise<void> {
    checkOptions('evaluate', options, '{ eventHandlers: [] }', { eventHandlers: true, batchAxis: 'number' })
    checkSource('evaluate', 'valData', valData)
    const given = handlersOf('evaluate', options.eventHandlers)
    const measured = given.some((handler) => handler instanceof MetricHandler)
    const handlers = new Handlers(measured ? given : [...given, new MetricHandler(this.valMetrics)])
    await handlers.tell((handler) => handler.epochBegin?.(this))
    const loop = new Loop(this.context.engine)
    for await (const batch of valData) {
      await this.#batch(batch, handlers, (each) => this.evaluateBatch(each))
      await loop.pace()
    }
    await handlers.tell((handler) => handler.epochEnd?.(this))
  }

  /** @internal Lets the event loop turn in the first step, which makes all kernels in parts of some 100 ms. */
  async breathe(): Promise<void> {
    if (!this.#warm) await turn(this.context.engine)
  }

  /** The handlers with those that a training has by itself, where the user gives none of their kind. */
  #complete(given: readonly EventHandler[], valData: BatchSource | undefined): EventHandler[] {
    const has = (kind: new (...args: never[]) => EventHandler) => given.some((handler) => handler instanceof kind)
    const added: EventHandler[] = [new StoppingHandler()]
    if (!has(GradientUpdateHandler)) added.push(new GradientUpdateHandler())
    if (!has(MetricHandler)) added.push(new MetricHandler(this.trainMetrics))
    if (valData && !has(ValidationHandler)) {
      added.push(new ValidationHandler(valData, (data, options) => this.evaluate(data, options)))
    }
    if (this.logger && !has(LoggingHandler)) {
      added.push(new LoggingHandler({ metrics: [...this.trainMetrics, ...(valData ? this.valMetrics : [])] }))
    }
    return [...given, ...added]
  }
}

hintOn(Estimator.prototype, 'estimator')

function checkKind(what: string, value: unknown, kind: abstract new (...args: never[]) => unknown): unknown {
  if (value instanceof kind) return value
  throw new OpError('Estimator', `${what}, got ${nameOfKind(value)}`)
}

function contextOf(net: AnyBlock, given: Contexts | undefined): Context {
  if (given !== undefined) return oneContext('Estimator', given)
  for (const { context } of net.collectParams().values()) if (context) return context
  return currentContext()
}

function initialize(net: AnyBlock, ctx: Context, init: Initializer | string | undefined): void {
  const parameters = [...net.collectParams().values()]
  const fresh = parameters.filter((parameter) => !parameter.initialized && !parameter.deferred)
  const defaultInit = init === undefined ? undefined : initializerOf(init)
  for (const parameter of fresh) parameter.initialize({ ctx, defaultInit })
  if (fresh.length > 0 || init === undefined) return
  console.warn('[Estimator] the network is initialised already: initializer is ignored')
}

function defaultTrainer(net: AnyBlock): Trainer {
  console.warn('[Estimator] no trainer is given: SGD with a learning rate of 0.001 is taken')
  return new Trainer(net.collectParams(), 'sgd', { learningRate: 0.001 })
}

function checkSource(op: string, name: string, source: BatchSource): BatchSource {
  if (typeof source?.[Symbol.asyncIterator] === 'function') return source
  throw new OpError(op, `${name} must be a DataLoader, got ${nameOfKind(source)}`)
}

function handlersOf(op: string, given: FitOptions['eventHandlers'] = []): readonly EventHandler[] {
  const list = (Array.isArray(given) ? given : [given]) as readonly EventHandler[]
  for (const handler of list) {
    if (typeof handler === 'object' && handler !== null && events.some((event) => event in handler)) continue
    throw new OpError(op, `a handler has at least one of ${events.join(', ')}, got ${nameOfKind(handler)}`)
  }
  return list
}
