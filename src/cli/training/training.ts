// The training of the command: an Estimator with handlers for readings, progress, checkpoints and dead classes.
import { type Context, gluon, metric } from '../../index.ts'
import { DivergedError } from '../failures.ts'
import type { Ranks } from '../ranks/ranks.ts'
import { ClassWeightedLoss } from './classWeights.ts'
import { DeadClasses } from './deadClasses.ts'
import { type Batches, type Evaluation, evaluate } from './evaluation.ts'
import type { EpochEvent, TrainEvent } from './events.ts'
import { Pace } from './pace.ts'
import { Readings, sumsOf } from './readings.ts'

const { Estimator, GradientUpdateHandler, MetricHandler } = gluon.contrib.estimator

/** What a run trains with. */
export interface TrainingParts {
  readonly net: gluon.Block
  readonly context: Context
  readonly trainer: gluon.Trainer
  /** Training batches, shuffled anew each epoch; goes on where it was restored to. */
  readonly train: Batches
  readonly test: Batches
  readonly trainImages: number
  readonly testImages: number
  readonly batchSize: number
  readonly epochs: number
  /** Batches whose gradients are summed for an update. */
  readonly accumulate: number
  readonly classes: readonly string[]
  /** What a sample of each class counts. Default 1. */
  readonly weights?: readonly number[]
  /** The processes that train together; batch size and images are those of all. Default one process. */
  readonly ranks?: Ranks | undefined
}

/** Where a run stands. */
export interface Standing {
  /** Epochs done. */
  epoch: number
  /** Steps done in the epoch: batches. */
  step: number
  /** Updates done since the beginning. */
  update: number
  /** Seconds of training before this session. */
  seconds: number
  readonly history: EpochEvent[]
}

/** What happens around the loop. */
export interface TrainingHooks {
  tell(event: TrainEvent): void
  /** Whether to save and stop. */
  stopped(): boolean
  /** Writes a checkpoint; `best` when the epoch that has just ended is the best so far. */
  save(best: boolean): Promise<void>
  /** Called after each epoch, when its evaluation is known. */
  evaluated(evaluation: Evaluation): Promise<void>
  /** Milliseconds between checkpoints within an epoch. */
  readonly saveEvery: number
}

/** The metrics of an epoch. They are reset when it is done, not when one begins: a resumed epoch goes on with its sums. */
class EpochSums extends MetricHandler {
  override epochBegin(): void {}
}

/** One run, from where it stands to its last epoch. */
export class Training implements gluon.contrib.estimator.EventHandler {
  readonly #parts: TrainingParts
  readonly #hooks: TrainingHooks
  /** Running sums over the epoch; a checkpoint holds their states. */
  readonly loss = new metric.Loss()
  readonly accuracy = new metric.Accuracy()
  readonly dead: DeadClasses
  readonly standing: Standing
  readonly estimator: gluon.contrib.estimator.Estimator
  readonly #pace = new Pace()
  readonly #startedAt = performance.now()
  readonly #stepsPerEpoch: number
  readonly #readings: Readings
  #savedAt = performance.now()
  #stopped = false

  constructor(parts: TrainingParts, standing: Standing, hooks: TrainingHooks) {
    const { net, context, trainer, weights, classes } = parts
    this.#parts = parts
    this.#hooks = hooks
    this.standing = standing
    this.dead = new DeadClasses(classes.length)
    this.#stepsPerEpoch = Math.ceil(parts.trainImages / parts.batchSize)
    const criterion = weights ? new ClassWeightedLoss(weights, context) : new gluon.loss.SoftmaxCrossEntropyLoss()
    const trainMetrics = [this.loss, this.accuracy]
    this.estimator = new Estimator(net, criterion, { trainer, context, trainMetrics, logger: null })
    this.#readings = new Readings({
      loss: this.loss,
      accuracy: this.accuracy,
      ranks: parts.ranks,
      taken: (step, loss, accuracy) => {
        this.#pace.note(this.#imagesBy(step))
        this.#tell(step, loss, accuracy)
      },
      placeOf: (steps, preposition) =>
        `in epoch ${standing.epoch} ${preposition} step ${steps} (update ${this.#updateBy(steps)})`,
    })
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return this.#parts.classes
  }

  /** Seconds of training so far, over all sessions. */
  get seconds(): number {
    return this.standing.seconds + (performance.now() - this.#startedAt) / 1000
  }

  /** Trains to the end, or until it is stopped. */
  async run(): Promise<'done' | 'stopped'> {
    const { epochs, batchSize, accumulate } = this.#parts
    const left = epochs - this.standing.epoch
    if (left <= 0) return 'done'
    // every update divides by the same number, also that of a last, smaller batch
    const updates = new GradientUpdateHandler({ batchSize, accumulate })
    const eventHandlers = [updates, new EpochSums([this.loss, this.accuracy]), this.dead, this]
    await this.estimator.fit(this.#batchesLeft(), { epochs: left, eventHandlers })
    return this.#stopped ? 'stopped' : 'done'
  }

  /** The training batches of each epoch; none where a run goes on behind the last step of one. */
  #batchesLeft(): Batches {
    const passes = () => this.#parts.train[Symbol.asyncIterator]()
    const none = async function* () {}
    return { [Symbol.asyncIterator]: () => (this.standing.step < this.#stepsPerEpoch ? passes() : none()) }
  }

  epochBegin(): void {
    const { step } = this.standing
    this.#pace.begin(this.#imagesBy(step))
    this.#readings.begin()
    this.#tell(step, null, null)
  }

  async batchEnd(_: unknown, { loss }: gluon.contrib.estimator.BatchEnd): Promise<boolean> {
    const { standing } = this
    this.#readings.add(standing.step, loss)
    const before = this.#doneBy(standing.step)
    standing.step++
    const updated = this.#doneBy(standing.step) - before
    standing.update += updated
    // the loader knows its place only while its pass runs, which ends by itself after the last step
    if (standing.step === this.#stepsPerEpoch) return false
    // gradients that wait for an update are in no checkpoint
    if (updated === 0) return false
    const wishes = {
      stop: this.#hooks.stopped(),
      save: performance.now() - this.#savedAt >= this.#hooks.saveEvery,
      read: this.#readings.due,
    }
    const { stop, save, read } = (await this.#parts.ranks?.agree(wishes)) ?? wishes
    if (read) this.#readings.read(standing.step)
    if (stop || save) await this.#save(false)
    this.#stopped = stop
    return stop
  }

  /** Whether to stop between two steps: ranks that train together stop behind a step alone. */
  #asked(): boolean {
    return !this.#parts.ranks && this.#hooks.stopped()
  }

  async epochEnd(): Promise<boolean> {
    if (this.#stopped) return true
    await this.#settle()
    this.#stopped = !(await this.#finishEpoch())
    return this.#stopped
  }

  #settle(): Promise<void> {
    return this.#readings.settle(this.standing.step)
  }

  #imagesBy(step: number): number {
    return Math.min(step * this.#parts.batchSize, this.#parts.trainImages)
  }

  /** Updates of the epoch by a step of it: what is left at its end is one, too. */
  #doneBy(step: number): number {
    const groups = step / this.#parts.accumulate
    return step === this.#stepsPerEpoch ? Math.ceil(groups) : Math.floor(groups)
  }

  /** Updates since the beginning by a step of the epoch. */
  #updateBy(step: number): number {
    return this.standing.update - this.#doneBy(this.standing.step) + this.#doneBy(step)
  }

  /** Evaluates, tells the epoch's numbers and saves; false when it was stopped before that. */
  async #finishEpoch(): Promise<boolean> {
    const { standing } = this
    const trainRate = this.#pace.average()
    const evaluation = this.#asked() ? undefined : await this.evaluate()
    if (!evaluation) {
      await this.#save(false)
      return false
    }
    if (!Number.isFinite(evaluation.loss)) {
      const at = `after epoch ${standing.epoch} (update ${standing.update})`
      throw new DivergedError(`the test loss is ${evaluation.loss} ${at}`)
    }
    const [loss, accuracy] = await sumsOf(this.loss, this.accuracy, this.#parts.ranks)
    const event: EpochEvent = {
      event: 'epoch',
      epoch: standing.epoch,
      update: standing.update,
      loss: loss.sum / loss.count,
      trainAccuracy: accuracy.sum / accuracy.count,
      testLoss: evaluation.loss,
      testAccuracy: evaluation.accuracy,
      learningRate: this.#parts.trainer.learningRate,
      imagesPerSecond: trainRate,
      seconds: this.seconds,
    }
    const best = standing.history.every((earlier) => earlier.testAccuracy < evaluation.accuracy)
    standing.history.push(event)
    this.#hooks.tell(event)
    const silent = await this.dead.silent(this.#parts.classes, this.#parts.ranks)
    if (silent.length > 0) this.#hooks.tell({ event: 'warning', message: silenceMessage(silent, standing.epoch) })
    await this.#parts.ranks?.check(this.#parts.net, this.#parts.trainer)
    this.#nextEpoch()
    await this.#save(best)
    await this.#hooks.evaluated(evaluation)
    return true
  }

  #nextEpoch(): void {
    this.standing.epoch++
    this.standing.step = 0
    this.loss.reset()
    this.accuracy.reset()
    this.dead.reset()
  }

  /** Evaluates the network as it is; undefined when it was stopped. */
  async evaluate(): Promise<Evaluation | undefined> {
    const { net, test, context, classes, batchSize, testImages } = this.#parts
    const { epoch, update } = this.standing
    const steps = Math.ceil(testImages / batchSize)
    const began = performance.now()
    const onBatch = (own: number) => {
      const images = Math.min(own * (this.#parts.ranks?.size ?? 1), testImages)
      const seconds = (performance.now() - began) / 1000
      this.#hooks.tell({
        event: 'progress',
        phase: 'test',
        epoch,
        epochs: this.#parts.epochs,
        step: Math.ceil(images / batchSize),
        steps,
        update,
        images,
        loss: null,
        accuracy: null,
        imagesPerSecond: images > 0 ? images / seconds : null,
        epochLeft: null,
        totalLeft: null,
      })
    }
    onBatch(0)
    await this.#parts.ranks?.averageStatistics(net)
    const own = await evaluate(net, test, {
      context,
      classes: classes.length,
      onBatch,
      stopped: () => this.#asked(),
    })
    this.#pace.noteEvaluation((performance.now() - began) / 1000)
    const { ranks } = this.#parts
    return own && ranks ? ranks.joinedEvaluation(own, testImages, classes.length) : own
  }

  async #save(best: boolean): Promise<void> {
    await this.#settle()
    await this.#hooks.save(best)
    this.#savedAt = performance.now()
  }

  #tell(step: number, loss: number | null, accuracy: number | null): void {
    const { epochs, trainImages } = this.#parts
    const { epoch } = this.standing
    const images = this.#imagesBy(step)
    const rate = this.#pace.rate()
    this.#hooks.tell({
      event: 'progress',
      phase: 'train',
      epoch,
      epochs,
      step,
      steps: this.#stepsPerEpoch,
      update: this.#updateBy(step),
      images,
      loss,
      accuracy,
      imagesPerSecond: rate,
      epochLeft: rate === null ? null : (trainImages - images) / rate,
      totalLeft: rate === null ? null : this.#pace.left((epochs - epoch) * trainImages - images, epochs - epoch, rate),
    })
  }
}

function silenceMessage(silent: readonly string[], epoch: number): string {
  const which =
    silent.length === 1 ? `the class map of ${silent[0]} was` : `the class maps of ${silent.join(', ')} were`
  return (
    `${which} zero for every training image of epoch ${epoch}: ` +
    'a dead ReLU cannot recover; the recipe without the last ReLU (--recipe stable) or a lower --lr avoids it'
  )
}
